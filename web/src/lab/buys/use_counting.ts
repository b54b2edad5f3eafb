import text from "worker:lab/buys/counting_worker.ts";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Answering, Sight } from "./answers";
import type { Found, Pictures, Wanted } from "./counting";
import type { Kind } from "./warp";

/** How many pictures each network gets right, as far as it is counted. */
export function useCounting(
  nets: readonly Answering[],
  sight: Sight,
  pictures: Pictures | null,
  kind: Kind,
): Pick<Found, "right"> & { readonly trouble: string } {
  const [found, setFound] = useState<Found | null>(null);
  const [trouble, setTrouble] = useState("");
  const worker = useRef<Worker | null>(null);
  const ticket = useRef(0);
  useEffect(() => {
    const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    const opened = new Worker(address);
    opened.onmessage = ({ data }: MessageEvent<Found>) => {
      if (data.ticket === ticket.current) setFound(data);
    };
    opened.onerror = ({ message }) => setTrouble(message || "it did not start");
    worker.current = opened;
    return () => {
      opened.terminate();
      URL.revokeObjectURL(address);
    };
  }, []);
  useEffect(() => {
    setFound(null);
    if (!pictures) return;
    ticket.current++;
    const wanted: Wanted = {
      ticket: ticket.current,
      nets: nets.map(({ model, engine }) => ({ model, code: engine.code })),
      sight,
      pictures,
      kind,
    };
    worker.current?.postMessage(wanted);
  }, [nets.length, sight, pictures, kind.id]);
  return { right: found?.right ?? nets.map(() => []), trouble };
}
