import text from "worker:learned/attention/occlusion_worker.ts";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Exhibit } from "../../page/page";
import type { Target } from "../target";
import type { Found, Wanted } from "./messages";

/** The map of what the target hangs on, as far as it is known; null before the first. */
export function useOcclusion(
  { model, engine }: Exhibit,
  input: Uint8Array,
  target: Target | null,
): Found | null {
  const [found, setFound] = useState<Found | null>(null);
  const worker = useRef<Worker | null>(null);
  const ticket = useRef(0);
  useEffect(() => {
    const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    const opened = new Worker(address);
    opened.onmessage = ({ data }: MessageEvent<Found>) => {
      if (data.ticket === ticket.current) setFound(data);
    };
    worker.current = opened;
    return () => {
      opened.terminate();
      URL.revokeObjectURL(address);
    };
  }, []);
  useEffect(() => {
    setFound(null);
    if (!target) return;
    ticket.current++;
    const { code } = engine;
    const wanted: Wanted = { ticket: ticket.current, model, code, input, target };
    worker.current?.postMessage(wanted);
  }, [model, engine, input, target?.tensor, target?.channel]);
  return found;
}
