/** From a sum to the byte, in steps: what happens, in whole and in real numbers. */
import type {
  Breakdown,
  Pair,
  Pooled,
  Reduced,
  Rescaled,
  Shares,
  WeightedSum,
} from "../arithmetic/breakdown";
import { finish } from "../arithmetic/element";
import { many, printAdded, printReal, printWhole, superscript } from "./print";

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

/** All steps of a number; none where it is only moved or unknown. */
export function listSteps(found: Breakdown, output: Output): readonly Step[] {
  switch (found.family) {
    case "weighted":
      return weighted(found, output);
    case "pooled":
      return pooled(found, output);
    case "reduced":
      return reduced(found, output);
    case "pair":
      return pair(found, output);
    case "shares":
      return shares(found);
    case "converted":
      return converted(found, output);
    case "looked-up":
      return [
        {
          what: `entry ${found.input + 128} of the table`,
          how: "one entry for each of the 256 bytes, from −128 upwards",
          whole: printWhole(found.result),
          real: "",
        },
      ];
    default:
      return [];
  }
}

function weighted(found: WeightedSum, output: Output): readonly Step[] {
  const { terms, total, bias, inputScale, weightScale, end } = found;
  const unit = inputScale * weightScale;
  const steps: Step[] = [
    {
      what: `add ${many(terms.length, "product")}`,
      whole: printWhole(total),
      real: printReal(total * unit),
    },
  ];
  if (bias !== null) {
    steps.push({
      what: `${printAdded(bias, printWhole)} (the bias)`,
      whole: printWhole(end.sum),
      real: printReal(end.sum * unit),
    });
  }
  return [...steps, ...rescaling(end, output)];
}

function pooled(
  { way, terms, total, rounded, range, ...rest }: Pooled,
  output: Output,
) {
  const real = (value: number) => printReal((value - output.zero) * output.scale);
  const found: Step[] =
    way === "max"
      ? [
          {
            what: `the largest of ${many(terms.length, "value")}`,
            whole: printWhole(total),
            real: real(total),
          },
        ]
      : [
          {
            what: `add ${many(terms.length, "value")}`,
            whole: printWhole(total),
            real: printReal((total - terms.length * output.zero) * output.scale),
          },
          {
            what: `÷ ${terms.length}, to the nearest whole number`,
            how: `${printReal(total / terms.length)}; halves go away from zero`,
            whole: printWhole(rounded),
            real: real(total / terms.length),
          },
        ];
  return [...found, ...clamping(rounded, rest.result, range)];
}

function reduced(found: Reduced, output: Output) {
  const { way, terms, total, end, result, inputScale } = found;
  if (!end) {
    const which = way === "max" ? "largest" : "smallest";
    return [
      {
        what: `the ${which} of ${many(terms.length, "value")}`,
        whole: printWhole(result),
        real: printReal((result - output.zero) * output.scale),
      },
    ];
  }
  const first = {
    what: `add ${many(terms.length, "value")} less their zero point`,
    whole: printWhole(total),
    real: printReal(total * inputScale),
  };
  const why = way === "mean" ? `÷ ${terms.length}, to steps of the output` : undefined;
  return [first, ...rescaling(end, output, why)];
}

function pair({ way, first, second, end, result, real }: Pair, output: Output) {
  if (!end) {
    return [
      {
        what: `the ${way} of both`,
        whole: printWhole(result),
        real: printReal((result - output.zero) * output.scale),
      },
    ];
  }
  if (way === "multiply") {
    const what = `${printWhole(first.centred)} × ${printWhole(second.centred)}`;
    const whole = printWhole(end.sum);
    return [{ what, whole, real: printReal(real ?? 0) }, ...rescaling(end, output)];
  }
  const lifts = [first, second].map(({ centred, term, scale, multiplier }, i) => ({
    what: `${i ? "second" : "first"}: ${printWhole(centred)} on the common scale`,
    how: multiplier
      ? `× 2²⁰, × ${printMultiplier(multiplier.value, multiplier.shift)}, rounded`
      : "",
    whole: printWhole(term),
    real: printReal(centred * (scale ?? 1)),
  }));
  const what = way === "add" ? "first + second" : "first − second";
  const sum = { what, whole: printWhole(end.sum), real: printReal(real ?? 0) };
  return [...lifts, sum, ...rescaling(end, output)];
}

function shares({ shares: all, own, total, realTotal, rounded, result }: Shares) {
  const mine = all[own];
  return [
    {
      what: `add the exponentials of ${many(all.length, "value")}`,
      how: "in units of 2⁻¹⁹",
      whole: printWhole(total),
      real: printReal(realTotal),
    },
    {
      what: "its own exponential",
      how: "in units of 2⁻³¹, from a table",
      whole: printWhole(mine?.exponential ?? 0),
      real: printReal(mine?.realExponential ?? 0),
    },
    {
      what: "its share, in parts of 256",
      how: "the division is a multiplication by 1 ÷ sum, found in three steps",
      whole: printWhole(rounded),
      real: printReal(256 * (mine?.realShare ?? 0)),
    },
    {
      what: "− 128 (the zero point), within −128 to 127",
      whole: printWhole(result),
      real: "",
    },
  ];
}

function converted(
  found: Extract<Breakdown, { family: "converted" }>,
  output: Output,
): readonly Step[] {
  const { way, input, scale, zeroPoint, whole, end } = found;
  if (end) {
    const what = `${printAdded(-zeroPoint, printWhole)} (its zero point)`;
    const first = { what, whole: printWhole(end.sum), real: "" };
    return [first, ...rescaling(end, output)];
  }
  if (way === "to-real") {
    return [
      {
        what: `${printAdded(-zeroPoint, printWhole)} (its zero point)`,
        whole: printWhole(whole),
        real: "",
      },
      {
        what: `× ${printReal(scale)} (its scale)`,
        whole: "",
        real: printReal(found.result),
      },
    ];
  }
  return [
    {
      what: `÷ ${printReal(scale)} (the scale), to the nearest whole number`,
      whole: printWhole(whole),
      real: printReal(input / scale),
    },
    {
      what: `${printAdded(zeroPoint, printWhole)} (the zero point)`,
      whole: printWhole(whole + zeroPoint),
      real: "",
    },
    ...clamping(whole + zeroPoint, found.result, [-128, 127]),
  ];
}

function rescaling(
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
function clamping(
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

function printMultiplier(value: number, shift: number): string {
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
