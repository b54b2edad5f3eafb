/** The page's own proof: it runs all its examples and compares bytes. */
import type { Exhibit } from "../page/page";

export interface Proof {
  readonly equal: number;
  readonly total: number;
  readonly firstDifferent: number | null;
}

export function prove({ engine, examples }: Exhibit): Proof {
  let equal = 0;
  let firstDifferent: number | null = null;
  for (let i = 0; i < examples.count; i++) {
    const expected = examples.expected(i);
    const got = engine.answer(examples.input(i));
    const isEqual =
      got.length === expected.length && got.every((byte, at) => byte === expected[at]);
    if (isEqual) equal++;
    else firstDifferent ??= i;
  }
  return { equal, total: examples.count, firstDifferent };
}
