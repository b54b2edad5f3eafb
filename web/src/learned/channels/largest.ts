/** Where a map is largest. */
import type { Values } from "../../engine/engine";

export interface Largest {
  readonly value: number;
  /** Of the map, row by row. */
  readonly index: number;
}

/** Of each channel the largest value; the first where several are. */
export function largestOf(values: Values | undefined, channels: number): Largest[] {
  const found = Array.from({ length: channels }, () => ({
    value: Number.NEGATIVE_INFINITY,
    index: 0,
  }));
  values?.forEach((value: number, i: number) => {
    const most = found[i % channels];
    if (most && value > most.value) {
      most.value = value;
      most.index = Math.floor(i / channels);
    }
  });
  return found;
}
