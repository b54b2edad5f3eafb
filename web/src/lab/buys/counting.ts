/** How many pictures a network gets right while all are turned or moved alike. */
import type { ModelDocument } from "../../page/document";
import { type Answering, ask, bestOf, type Sight, warpInput } from "./answers";
import { amountsOf, type Kind, STILL, stillOf } from "./warp";

/** Pictures, and what they show. */
export interface Pictures {
  /** All inputs end to end. */
  readonly inputs: Uint8Array;
  readonly count: number;
  /** null if nobody knows: then what a network says of them unmoved is taken for it. */
  readonly truth: readonly number[] | null;
  /** What they are, in words. */
  readonly says: string;
}

/** What the worker is asked. */
export interface Wanted {
  /** Who asks last has the highest. */
  readonly ticket: number;
  readonly nets: readonly {
    readonly model: ModelDocument;
    readonly code: Uint8Array<ArrayBuffer>;
  }[];
  readonly sight: Sight;
  readonly pictures: Pictures;
  readonly kind: Kind;
}

/** How many are right, a list for each network; null where that is not known yet. */
export interface Found {
  readonly ticket: number;
  readonly right: readonly (readonly (number | null)[])[];
}

/** The places of a sweep from the picture as it was outwards. */
export function orderOutwards(kind: Kind): readonly number[] {
  const still = stillOf(kind);
  const places = [...amountsOf(kind).keys()];
  return places.sort((a, b) => Math.abs(a - still) - Math.abs(b - still));
}

/** The answers of one network to all pictures, changed by an amount. */
export function answerAll(
  net: Answering,
  sight: Sight,
  { inputs, count }: Pictures,
  kind: Kind,
  amount: number,
): readonly number[] {
  const size = inputs.length / count;
  const warp = { ...STILL, [kind.id]: amount };
  return Array.from({ length: count }, (_, i) => {
    const bytes = inputs.subarray(i * size, (i + 1) * size);
    return bestOf(ask(net, warpInput(sight, bytes, warp)));
  });
}

/** How many of them are what they should be. */
export function countEqual(
  answers: readonly number[],
  truth: readonly number[],
): number {
  return answers.filter((answer, i) => answer === truth[i]).length;
}
