/** The page's preprocessing of frames, for tests/explorer/test_preprocess.py. */
import type { Frame } from "../../src/input/frame";
import { toFrame } from "../../src/input/frame";
import { type PreprocessFacts, Preprocessor } from "../../src/input/preprocessor";

interface Case {
  readonly facts: PreprocessFacts;
  readonly frames: readonly (Omit<Frame, "bytes"> & { readonly bytes: string })[];
}

interface Said {
  readonly module: string;
  readonly cases: readonly Case[];
  /** RGBA pixels, of which frames are made. */
  readonly images: readonly { width: number; height: number; rgba: string }[];
}

export async function main(said: Said) {
  const inputs: string[][] = [];
  for (const { facts, frames } of said.cases) {
    const preprocessor = await Preprocessor.open(facts, decode(said.module));
    inputs.push(
      frames.map((one) =>
        encode(preprocessor.run({ ...one, bytes: decode(one.bytes) })),
      ),
    );
  }
  const frames = said.images.map(({ width, height, rgba }) => {
    const data = new Uint8ClampedArray(decode(rgba));
    const image = { width, height, data } as unknown as ImageData;
    return (["grey", "rgb565", "rgb888"] as const).map((pixels) =>
      encode(toFrame(image, pixels).bytes),
    );
  });
  return { inputs, frames };
}

function decode(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
