import { useEffect, useState } from "preact/hooks";
import { hasBlob, readBytes, readJson } from "../../page/blobs";
import type { Exhibit } from "../../page/page";
import type { Pictures } from "./counting";

/** Test images that nobody picked; the examples where a page has none; null at first. */
export function usePictures(exhibit: Exhibit): Pictures | null {
  const [pictures, setPictures] = useState<Pictures | null>(null);
  useEffect(() => {
    let isWanted = true;
    const found = hasBlob("fair") ? readFair() : Promise.resolve(takeExamples(exhibit));
    found.then((one) => isWanted && setPictures(one));
    return () => {
      isWanted = false;
    };
  }, [exhibit]);
  return pictures;
}

/** As tinycnn/explorer/fair.py writes them. */
async function readFair(): Promise<Pictures> {
  const { labels } = await readJson<{ labels: readonly number[] }>("fair");
  const inputs = await readBytes("fair-inputs");
  const count = labels.length;
  return { inputs, count, truth: labels, says: `${count} test images` };
}

function takeExamples({ examples }: Exhibit): Pictures {
  const parts = Array.from({ length: examples.count }, (_, i) => examples.input(i));
  const inputs = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    inputs.set(part, end);
    end += part.length;
  }
  const { count, labels } = examples;
  return {
    inputs,
    count,
    truth: labels?.map(Number) ?? null,
    says: `${count} examples`,
  };
}
