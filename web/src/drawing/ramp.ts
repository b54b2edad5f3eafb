/**
 * Colours of values: blue below zero, vermilion above, light at zero itself.
 *
 * The middle is the zero point, so that nothing looks like nothing; values that are
 * never below it use one half. The ends differ most for the colour-blind, too.
 */
import type { Values } from "../engine/engine";
import type { Volume } from "./volume";

/** What the colours span, as the tensor holds it; `zero` is its zero point. */
export interface Range {
  readonly low: number;
  readonly high: number;
  readonly zero: number;
}

export type Colour = readonly [red: number, green: number, blue: number];

export const LOW: Colour = [0x08, 0x30, 0x6b];
export const MIDDLE: Colour = [0xf4, 0xf4, 0xf4];
export const HIGH: Colour = [0x8c, 0x2d, 0x04];

/** Steps from the middle to an end. */
const STEPS = 255;
const COLOURS: readonly Colour[] = Array.from({ length: 2 * STEPS + 1 }, (_, i) =>
  mix(MIDDLE, i < STEPS ? LOW : HIGH, Math.abs(i - STEPS) / STEPS),
);

/** The whole ramp as a canvas holds pixels; the middle is entry `RAMP_MIDDLE`. */
export const RAMP: Uint32Array = Uint32Array.from(COLOURS, packPixel);
export const RAMP_MIDDLE = STEPS;

/** The least and the greatest of the values; of one channel if it is named. */
export function rangeOf(
  values: Values,
  zero: number,
  volume?: Volume,
  channel?: number,
): Range {
  const step = channel === undefined ? 1 : (volume?.channels ?? 1);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = channel ?? 0; i < values.length; i += step) {
    const value = values[i] as number;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? { low, high, zero } : { low: zero, high: zero, zero };
}

/** Entries of the ramp to one step of the value; both sides of zero have the same. */
export function gainOf({ low, high, zero }: Range): number {
  const reach = Math.max(high - zero, zero - low);
  return reach > 0 ? STEPS / reach : 0;
}

/** The colour of a value in a range; outside it that of its end. */
export function colourAt(range: Range, value: number): Colour {
  const entry = Math.round(STEPS + (value - range.zero) * gainOf(range));
  return COLOURS[Math.max(0, Math.min(2 * STEPS, entry))] ?? MIDDLE;
}

/** As CSS writes it. */
export function printColour([red, green, blue]: Colour): string {
  return `rgb(${red} ${green} ${blue})`;
}

/** Whether white letters are read better on it than black ones. */
export function isDark([red, green, blue]: Colour): boolean {
  return luminance(red, green, blue) < 0.18;
}

/** As a canvas holds it, opaque. */
export function packPixel([red, green, blue]: Colour): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

function mix(from: Colour, to: Colour, share: number): Colour {
  const at = (i: 0 | 1 | 2) => Math.round(from[i] + (to[i] - from[i]) * share);
  return [at(0), at(1), at(2)];
}

/** Relative luminance as WCAG defines it; at 0.18 black and white are alike legible. */
function luminance(red: number, green: number, blue: number): number {
  const linear = (byte: number) => {
    const share = byte / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}
