/** L2_NORMALIZATION: a number divided by the length of its row. */
import type { Breakdown } from "./breakdown";
import {
  argument,
  count,
  type Element,
  finish,
  pick,
  rescale,
  scaleOf,
  valuesOf,
} from "./element";
import {
  divideByPowerOfTwo,
  doublingHighMultiply,
  type Multiplier,
  shiftLeft,
} from "./fixed_point";

/** The output's scale is 1/128. */
const OUTPUT_BITS = 7;
const LARGEST = 2 ** 31 - 1;
const SQRT_HALF = 1518500250;

export function takeDividedByLength(element: Element): Breakdown {
  const { params } = element.call;
  const channels = count(params, "channels");
  const zero = count(params, "input_zero_point");
  const input = argument(element, 0);
  const values = valuesOf(element, input);
  const own = element.index % channels;
  const terms = Array.from({ length: channels }, (_, i) => {
    const index = element.index - own + i;
    const raw = pick(values, index);
    const centred = raw - zero;
    const source = { name: input, index };
    const window = [0, 0, i] as const;
    return { source, window, input: raw, centred, weight: null, product: centred ** 2 };
  });
  const total = terms.reduce((sum, term) => sum + term.product, 0);
  const inverse = inverseOfRoot(total);
  const multiplier = { ...inverse, shift: inverse.shift + OUTPUT_BITS };
  const divided = terms[own]?.centred ?? 0;
  const end = rescale(divided, multiplier, 0);
  return {
    family: "reduced",
    way: "length",
    input,
    inputScale: scaleOf(element, input) ?? 1,
    terms,
    total,
    end,
    result: finish(end),
    real: total === 0 ? 0 : divided / Math.sqrt(total),
  };
}

/** 1 / sqrt(total): firmware/kernels/l2_normalization/portable.c. */
function inverseOfRoot(total: number): Multiplier {
  if (total <= 1) return { value: LARGEST, shift: 0 };
  let [sum, shift] = [total, 11];
  while (sum >= 2 ** 29) {
    sum = Math.floor(sum / 4);
    shift++;
  }
  const pairs = Math.floor((Math.clz32(sum) - 1) / 2) - 1;
  shift -= pairs;
  const root = invertRoot(Math.floor((sum * 4 ** pairs) / 2));
  const value = doublingHighMultiply(root, SQRT_HALF) * 2 ** Math.max(-shift, 0);
  return { value, shift: Math.min(-shift, 0) };
}

/** 1 / sqrt(x), both in 1/2^28: five steps of Newton's from 1. */
function invertRoot(x: number): number {
  const half = divideByPowerOfTwo(x, 1);
  let y = 2 ** 28;
  for (let step = 0; step < 5; step++) {
    const square = doublingHighMultiply(y, y);
    const cube = shiftLeft(doublingHighMultiply(square, y), 6);
    const raised = doublingHighMultiply(3 * 2 ** 27, y);
    y = shiftLeft(raised - doublingHighMultiply(half, cube), 3);
  }
  return y;
}
