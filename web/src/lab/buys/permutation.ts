/** Pixels in another order, the same for all pictures: neighbours are lost. */
import type { Exhibit } from "../../page/page";
import { ask, bestOf, type Sight } from "./answers";

/** An order of `size` places by chance; a seed gives the same one everywhere. */
export function permute(size: number, seed: number): Uint32Array {
  const order = Uint32Array.from({ length: size }, (_, i) => i);
  let state = (seed * 2654435761) >>> 0 || 1;
  for (let i = size - 1; i > 0; i--) {
    // Marsaglia's xorshift: three shifts, a period of 2^32 - 1.
    state ^= state << 13;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    const j = state % (i + 1);
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}

/** The picture with its pixels in another order, colours kept together. */
export function shuffle(
  { facts, pixels }: Sight,
  bytes: Uint8Array,
  order: Uint32Array,
): Uint8Array {
  const size = (pixels.channels * facts.bytes) / count(facts.shape);
  const shuffled = bytes.slice();
  order.forEach((from, to) => {
    shuffled.set(bytes.subarray(from * size, (from + 1) * size), to * size);
  });
  return shuffled;
}

/** How many examples are answered rightly. */
export interface Right {
  readonly network: number;
  /** By one dense layer whose weights are the classes' mean pictures. */
  readonly dense: number;
  readonly total: number;
}

/** Both on all examples, in an order of pixels; the dense layer is made of the same. */
export function countRight(exhibit: Exhibit, sight: Sight, order: Uint32Array): Right {
  const { examples } = exhibit;
  const truth = (examples.labels ?? []).map(Number);
  const inputs = truth.map((_, i) => shuffle(sight, examples.input(i), order));
  const network = inputs.filter((x, i) => bestOf(ask(exhibit, x)) === truth[i]).length;
  const dense = answerByMeans(inputs.map(toReal(sight)), truth);
  return {
    network,
    dense: dense.filter((answer, i) => answer === truth[i]).length,
    total: truth.length,
  };
}

/**
 * The answers of a dense layer: the nearest of the classes' means, which is the largest
 * of its sums with the mean as weights and minus half its square as bias.
 */
export function answerByMeans(
  rows: readonly Float64Array[],
  truth: readonly number[],
): number[] {
  const classes = Math.max(-1, ...truth) + 1;
  const size = rows[0]?.length ?? 0;
  const means = Array.from({ length: classes }, () => new Float64Array(size));
  const counts = new Array<number>(classes).fill(0);
  rows.forEach((row, i) => {
    const label = truth[i] ?? 0;
    counts[label] = (counts[label] ?? 0) + 1;
    row.forEach((value, at) => {
      const mean = means[label] as Float64Array;
      mean[at] = (mean[at] ?? 0) + value;
    });
  });
  for (const [label, mean] of means.entries())
    mean.forEach((sum, at) => {
      mean[at] = sum / Math.max(1, counts[label] ?? 0);
    });
  return rows.map((row) =>
    bestOf(
      means.map((mean, label) =>
        counts[label] ? dot(row, mean) - dot(mean, mean) / 2 : Number.NEGATIVE_INFINITY,
      ),
    ),
  );
}

/** Whole numbers, so that their sums are the same in any order. */
function toReal({ facts }: Sight): (bytes: Uint8Array) => Float64Array {
  if (facts.dtype === "int8")
    return (bytes) => Float64Array.from(bytes, (byte) => byte ^ 0x80);
  if (facts.dtype === "float32")
    return (bytes) => {
      const real = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
      return Float64Array.from(real, (value) => Math.round(value * 255));
    };
  return (bytes) => Float64Array.from(bytes);
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += (one[i] ?? 0) * (other[i] ?? 0);
  return sum;
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
