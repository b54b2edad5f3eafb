/** The second network of the page, `tinycnn explain --beside`: unpacked when asked for. */
import { useEffect, useState } from "preact/hooks";
import { Engine } from "../../engine/engine";
import { hasBlob, readBytes, readJson } from "../../page/blobs";
import type { ModelDocument } from "../../page/document";
import type { Exhibit } from "../../page/page";
import { type Proof, prove } from "../../state/proof";

/** What beside.py says of it. */
interface SecondFacts {
  readonly title: string;
  /** How images were varied while it learned, and the page's own; null if unknown. */
  readonly trained: string | null;
  readonly own_trained: string | null;
  readonly model: ModelDocument;
}

export interface Second extends Omit<SecondFacts, "model"> {
  readonly exhibit: Exhibit;
  /** Whether it gives what its reference gives for the examples. */
  readonly proof: Proof;
}

let opened: Promise<Second> | null = null;

/** null while it is unpacked, and where there is none. */
export function useSecond(first: Exhibit): Second | null {
  const [second, setSecond] = useState<Second | null>(null);
  useEffect(() => {
    let isWanted = hasBlob("beside");
    if (!isWanted) return;
    opened ??= open(first);
    opened.then((found) => isWanted && setSecond(found));
    return () => {
      isWanted = false;
    };
  }, [first]);
  return second;
}

async function open({ examples }: Exhibit): Promise<Second> {
  const { model, ...facts } = await readJson<SecondFacts>("beside");
  const engine = await Engine.open(model, (variant) => readBytes(`beside-${variant}`));
  const outputs = await readBytes("beside-outputs");
  const size = outputs.length / examples.count;
  const expected = (i: number) => outputs.subarray(i * size, (i + 1) * size);
  const exhibit: Exhibit = {
    model,
    engine,
    examples: { ...examples, expected },
    preprocessor: null,
  };
  return { ...facts, exhibit, proof: prove(exhibit) };
}
