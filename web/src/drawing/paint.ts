/** Values become pixels. */
import type { Values } from "../engine/engine";
import { gainOf, packPixel, RAMP, RAMP_MIDDLE, type Range } from "./ramp";
import type { Volume } from "./volume";

/** Pixels of a canvas, row by row. */
export interface Surface {
  readonly pixels: Uint32Array;
  readonly width: number;
}

/** Where and how large: each value is `zoom` x `zoom` pixels. */
export interface Spot {
  readonly left: number;
  readonly top: number;
  readonly zoom: number;
}

export const ORIGIN: Spot = { left: 0, top: 0, zoom: 1 };

/** Paints one channel in the colours of a range. */
export function paintMap(
  surface: Surface,
  spot: Spot,
  values: Values,
  volume: Volume,
  channel: number,
  range: Range,
): void {
  const { channels } = volume;
  const [gain, last] = [gainOf(range), RAMP.length - 1];
  const offset = RAMP_MIDDLE - range.zero * gain;
  let source = channel;
  fill(surface, spot, volume, () => {
    const entry = Math.round((values[source] as number) * gain + offset);
    source += channels;
    return RAMP[Math.max(0, Math.min(last, entry))] as number;
  });
}

/** Paints a picture of one channel (grey) or three (red, green, blue). */
export function paintPicture(
  surface: Surface,
  spot: Spot,
  values: Values,
  volume: Volume,
): void {
  const toByte = brightnessOf(values);
  const { channels } = volume;
  let source = 0;
  fill(surface, spot, volume, () => {
    const red = toByte(values[source] as number);
    const green = channels === 3 ? toByte(values[source + 1] as number) : red;
    const blue = channels === 3 ? toByte(values[source + 2] as number) : red;
    source += channels;
    return packPixel([red, green, blue]);
  });
}

/** Whether a tensor can be looked at as a picture. */
export function isPicture({ rows, columns, channels }: Volume): boolean {
  return Math.min(rows, columns) > 4 && (channels === 1 || channels === 3);
}

/**
 * From a value to 0..255. An int8 input spans the pixels' 0..255 whatever real numbers
 * it stands for; of real numbers that is unknown, so the span is their own.
 */
function brightnessOf(values: Values): (value: number) => number {
  if (values instanceof Int8Array) return (value) => value + 128;
  if (values instanceof Uint8Array) return (value) => value;
  let low = 0;
  let high = 1;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return (value) => Math.round(((value - low) * 255) / (high - low));
}

function fill(
  { pixels, width }: Surface,
  { left, top, zoom }: Spot,
  { rows, columns }: Volume,
  next: () => number,
): void {
  for (let row = 0; row < rows; row++) {
    const start = (top + row * zoom) * width + left;
    for (let column = 0; column < columns; column++) {
      const from = start + column * zoom;
      pixels.fill(next(), from, from + zoom);
    }
    for (let copy = 1; copy < zoom; copy++) {
      pixels.copyWithin(start + copy * width, start, start + columns * zoom);
    }
  }
}
