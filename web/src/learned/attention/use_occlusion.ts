import text from "worker:learned/attention/occlusion_worker.ts";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Exhibit } from "../../page/page";
import type { Target } from "../target";
import type { Failed, Found, Stop, Wanted } from "./messages";

export interface Occlusion {
  /** The map of what the target hangs on, as far as it is known; null before. */
  readonly found: Found | null;
  readonly state: "runs" | "done" | "stopped" | "failed";
  /** Why it failed; empty if it did not. */
  readonly problem: string;
  stop(): void;
  /** From the beginning. */
  again(): void;
}

/** Runs the network on covered pictures, in a worker. */
export function useOcclusion(
  { model, engine }: Exhibit,
  input: Uint8Array,
  { tensor, channel, count }: Target,
): Occlusion {
  const [found, setFound] = useState<Found | null>(null);
  const [problem, setProblem] = useState("");
  const [isStopped, setIsStopped] = useState(false);
  const [turn, setTurn] = useState(0);
  const worker = useRef<Worker | null>(null);
  const ticket = useRef(0);
  const hear = ({ data }: MessageEvent<Found | Failed>) => {
    if (data.ticket !== ticket.current) return;
    if ("error" in data) setProblem(data.error);
    else setFound(data);
  };
  useEffect(() => () => worker.current?.terminate(), []);
  useEffect(() => {
    setFound(null);
    setProblem("");
    setIsStopped(false);
    worker.current ??= openWorker(hear, setProblem);
    const target = { tensor, channel, count };
    const { code } = engine;
    const wanted: Wanted = { ticket: ++ticket.current, model, code, input, target };
    worker.current?.postMessage(wanted);
  }, [model, engine, input, tensor, channel, count, turn]);
  return {
    found,
    state: stateOf(found, problem, isStopped),
    problem,
    stop: () => {
      const stop: Stop = { ticket: ++ticket.current, stop: true };
      worker.current?.postMessage(stop);
      setIsStopped(true);
    },
    again: () => {
      if (problem) {
        worker.current?.terminate();
        worker.current = null;
      }
      setTurn(turn + 1);
    },
  };
}

function stateOf(
  found: Found | null,
  problem: string,
  isStopped: boolean,
): Occlusion["state"] {
  if (problem) return "failed";
  if (found && found.done === found.total) return "done";
  return isStopped ? "stopped" : "runs";
}

/** null where the browser refuses it, which is told. */
function openWorker(
  hear: (event: MessageEvent<Found | Failed>) => void,
  fail: (problem: string) => void,
): Worker | null {
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    const worker = new Worker(address);
    worker.onmessage = hear;
    worker.addEventListener("message", () => URL.revokeObjectURL(address));
    worker.onerror = (event) => {
      event.preventDefault();
      fail(event.message || "the browser stopped it");
    };
    worker.onmessageerror = () => fail("its answer could not be read");
    return worker;
  } catch (error) {
    fail(String(error));
    return null;
  }
}
