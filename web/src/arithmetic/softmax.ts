/** SOFTMAX and LOG_SOFTMAX of bytes: each number's share of the sum of exponentials. */
import type { Breakdown, Share, Shares } from "./breakdown";
import {
  argument,
  constants,
  count,
  type Element,
  INT8,
  pick,
  scaleOf,
  valuesOf,
} from "./element";
import {
  divideByPowerOfTwo,
  doublingHighMultiply,
  limit,
  oneOverOnePlus,
  rescaleTwice,
} from "./fixed_point";
import { logarithmOf } from "./logarithm";

/** Integer bits of the sum of exponentials. */
const SUM_BITS = 12;

export function takeSoftmax(element: Element): Breakdown {
  const row = readShares(element);
  const own = row.shares[row.own] as Share;
  const rounded = shareOf(own.exponential, row.total);
  return {
    ...row,
    way: "share",
    logarithm: null,
    rounded,
    result: limit(rounded - 128, INT8),
    real: own.realShare,
  };
}

/** Further below the largest than any logarithm that a byte holds, in sixteenths. */
const BEYOND = -255;

export function takeLogSoftmax(element: Element): Breakdown {
  const { params } = element.call;
  const row = readShares(element);
  const { below } = row.shares[row.own] as Share;
  const logarithm = logarithmOf(row.total);
  const back = { value: count(params, "multiplier"), shift: count(params, "shift") };
  const end = -rescaleTwice(logarithm - 2 ** 31, back);
  const isHeld = below < Math.min(count(params, "table_size"), end);
  const scaled = isHeld ? pick(constants(element, params.scaled), below) : 0;
  const rounded = isHeld ? divideByPowerOfTwo(scaled - logarithm, 22) : BEYOND;
  const scale = readScale(element, constants(element, params.exp));
  return {
    ...row,
    way: "logarithm",
    logarithm,
    rounded,
    result: limit(rounded + 127, INT8),
    real: -below * scale - Math.log(row.realTotal),
  };
}

type Row = Pick<
  Shares,
  "family" | "isReal" | "input" | "shares" | "own" | "total" | "realTotal"
>;

function readShares(element: Element): Row {
  const channels = count(element.call.params, "channels");
  const own = element.index % channels;
  const shares = readRow(element, element.index - own, channels);
  return {
    family: "shares",
    isReal: false,
    input: argument(element, 0),
    shares,
    own,
    total: shares.reduce((sum, share) => sum + share.part, 0),
    realTotal: shares.reduce((sum, share) => sum + share.realExponential, 0),
  };
}

function readRow(element: Element, start: number, channels: number): readonly Share[] {
  const { params } = element.call;
  const name = argument(element, 0);
  const input = valuesOf(element, name).subarray(start, start + channels);
  const table = constants(element, params.exp);
  const scale = readScale(element, table);
  const largest = Math.max(...input);
  const powers = Array.from(input, (value) => Math.exp((value - largest) * scale));
  const realTotal = powers.reduce((sum, power) => sum + power, 0);
  return Array.from(input, (value, i) => {
    const below = largest - value;
    const exponential = below < count(params, "table_size") ? pick(table, below) : 0;
    return {
      source: { name, index: start + i },
      input: value,
      below,
      exponential,
      part: divideByPowerOfTwo(exponential, SUM_BITS),
      realExponential: pick(powers, i),
      realShare: pick(powers, i) / realTotal,
    };
  });
}

/** What a step of the input is worth in the exponent: its scale times beta, of which
 * only the table knows; beta is almost always 1. */
function readScale(element: Element, table: ArrayLike<number>): number {
  const scale = scaleOf(element, argument(element, 0)) ?? 1;
  if (table.length < 2) return scale;
  const told = -Math.log(pick(table, 1) / pick(table, 0));
  return Math.abs(told / scale - 1) < 1e-3 ? scale : told;
}

/** 256 times an exponential over the sum, as the reference divides. */
function shareOf(exponential: number, total: number): number {
  if (exponential === 0) return 0;
  const zeros = Math.clz32(total);
  const reciprocal = oneOverOnePlus(total * 2 ** zeros - 2 ** 31);
  const exponent = SUM_BITS - zeros + 31 - 8;
  return divideByPowerOfTwo(doublingHighMultiply(reciprocal, exponential), exponent);
}
