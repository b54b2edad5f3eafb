/** The last steps of any sum: to the scale of the output, rounded, moved, cut off. */
import type { Rescaled } from "../arithmetic/breakdown";
import { finish } from "../arithmetic/element";
import { printAdded, printReal, printWhole, superscript } from "./print";

export interface Step {
  readonly what: string;
  /** How it is done, for who wants to know. */
  readonly how?: string;
  /** As the board has it. */
  readonly whole: string;
  /** The same without rounding; empty where nothing changes. */
  readonly real: string;
  /** How that is made up. */
  readonly made?: string;
}

/** The scale and zero point of the number. */
export interface Output {
  readonly scale: number;
  readonly zero: number;
}

export function rescaling(
  end: Rescaled,
  { scale }: Output,
  why = "to steps of the output",
): readonly Step[] {
  const { multiplier, factor, exact, rounded, zeroPoint, range } = end;
  const moved = rounded + zeroPoint;
  return [
    {
      what: `× ${printReal(factor)} (${why})`,
      how: printMultiplier(multiplier.value, multiplier.shift),
      whole: printReal(exact),
      real: printReal(exact * scale),
      made: `${printReal(exact)} × ${printReal(scale)}`,
    },
    {
      what: "round",
      how: rounding(end),
      whole: printWhole(rounded),
      real: printReal(rounded * scale),
    },
    {
      what: `${printAdded(zeroPoint, printWhole)} (the zero point)`,
      whole: printWhole(moved),
      real: "",
    },
    ...clamping(moved, finish(end), range),
  ];
}

/** Only where something is cut off; else there is nothing to see. */
export function clamping(
  before: number,
  after: number,
  [low, high]: readonly [number, number],
): readonly Step[] {
  const limits = `${printWhole(low)} to ${printWhole(high)}`;
  const what =
    before === after
      ? `within ${limits}: as it is`
      : `within ${limits}: cut off at ${printWhole(after)}`;
  return [{ what, whole: printWhole(after), real: "" }];
}

export function printMultiplier(value: number, shift: number): string {
  return `${printWhole(value)} × 2${superscript(shift - 31)}`;
}

function rounding({ high, once, twice, isOnce, multiplier }: Rescaled): string {
  const right = Math.max(-multiplier.shift, 0);
  const steps = right
    ? `÷ 2³¹ gives ${printWhole(high)}, ÷ 2${superscript(right)} gives ${printWhole(twice)}`
    : `÷ 2³¹ gives ${printWhole(high)}`;
  const other = isOnce
    ? `once, halves away from zero; TFLite Micro rounds twice: ${printWhole(twice)}`
    : `twice: ${steps}; once gives ${printWhole(once)}`;
  return once === twice ? `${other}, the same` : `${other}, another byte`;
}
