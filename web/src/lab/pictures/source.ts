/** Which picture the lab works on: made up, what the network is shown, or one's own. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Exhibit, Page } from "../../page/page";
import { addressed, addressedText } from "../../state/address";
import type { Live } from "../../state/live";
import type { Picture } from "../compute/picture";
import { draw, MADE_UP } from "./made_up";

export const SIDES: readonly number[] = [32, 64, 128];

/** A made-up picture's name; "example", what the network is shown; "own"; "camera". */
export const source = addressedText("picture", "shapes");

/** Rows and columns of what is not an example. */
export const side = addressed("side", 64, (text) =>
  SIDES.includes(Number(text)) ? Number(text) : null,
);

/** What was uploaded, or the camera's last frame; null before there is any. */
export const own = signal<Picture | null>(null);

/** The picture itself. */
export function pictureOf(
  { exhibit }: Page,
  live: Live | null,
): ReadonlySignal<Picture> {
  return computed(() => {
    if (source.value === "example" && exhibit && live) {
      const found = readInput(exhibit, live.input.value);
      if (found) return found;
    }
    const isOwn = source.value === "own" || source.value === "camera";
    if (isOwn && own.value) return own.value;
    const made = MADE_UP.find((one) => one.id === source.value) ?? MADE_UP[0];
    return draw(made as (typeof MADE_UP)[number], side.value);
  });
}

/** An input of the model as a picture; null where it is none. */
export function readInput({ model }: Exhibit, input: Uint8Array): Picture | null {
  const facts = model.tensors[model.inputs[0] ?? ""];
  const [height, width, channels] = facts?.shape.slice(-3) ?? [];
  const isPicture = channels === 1 || channels === 3;
  if (!facts || !height || !width || !isPicture || Math.min(height, width) < 5)
    return null;
  const bytes = input.slice();
  const brightness = toBrightness(bytes.subarray(0, facts.bytes), facts.dtype);
  if (!brightness) return null;
  const rgb = Uint8Array.from({ length: height * width * 3 }, (_, i) => {
    const at = channels === 3 ? i : Math.floor(i / 3);
    return brightness[at] ?? 0;
  });
  return { width, height, rgb };
}

function toBrightness(bytes: Uint8Array, dtype: string): Uint8Array | null {
  if (dtype === "int8") return bytes.map((value) => value ^ 0x80);
  if (dtype === "uint8") return bytes;
  if (dtype !== "float32") return null;
  const real = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  return Uint8Array.from(real, (value) => Math.max(0, Math.min(255, value * 255)));
}
