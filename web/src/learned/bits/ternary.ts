/**
 * Weights of three values: minus one, zero and one, times a number for all of them
 * (Li and Liu, 2016: what is below 0.7 of the mean size becomes zero).
 */
import type { Values } from "../../engine/engine";

const THRESHOLD = 0.7;

export interface Ternary {
  /** -1, 0 or 1. */
  readonly signs: Int8Array;
  /** What a one stands for: the mean size of those that are kept. */
  readonly size: number;
}

export function roundToThree(weights: Values): Ternary {
  const sizes = Array.from(weights, Math.abs);
  const limit = THRESHOLD * meanOf(sizes);
  const signs = Int8Array.from(weights, (w) =>
    Math.abs(w) > limit ? Math.sign(w) : 0,
  );
  return { signs, size: meanOf(sizes.filter((size) => size > limit)) };
}

/** The share of the weights' energy that rounding to three values keeps, 0 to 1. */
export function keptBy(weights: Values, { signs, size }: Ternary): number {
  let [error, energy] = [0, 0];
  weights.forEach((w: number, i: number) => {
    error += (w - (signs[i] ?? 0) * size) ** 2;
    energy += w ** 2;
  });
  return energy > 0 ? 1 - error / energy : 1;
}

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, n) => sum + n, 0) / Math.max(1, numbers.length);
}
