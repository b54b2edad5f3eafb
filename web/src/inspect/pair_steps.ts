/** The steps of two numbers that meet. */
import type { Operand, Pair, Rescaled } from "../arithmetic/breakdown";
import { LIFT, SQUARE_LIFT } from "../arithmetic/pair";
import { bracket, printReal, printWhole, superscript } from "./print";
import { type Output, printMultiplier, rescaling, type Step } from "./rescaling";

export function listPairSteps(found: Pair, output: Output): readonly Step[] {
  const { way, first, second, end, result, real } = found;
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
  if (way === "slope") return [bent(found, end), ...rescaling(end, output)];
  const isSquare = way === "squared-difference";
  const lifts = lift([first, second], isSquare ? SQUARE_LIFT : LIFT);
  const joined = {
    what: way === "add" ? "first + second" : "first − second",
    whole: printWhole(isSquare ? first.term - second.term : end.sum),
    real: printReal(isSquare ? differenceOf(found) : (real ?? 0)),
  };
  const square = {
    what: "times itself",
    whole: printWhole(end.sum),
    real: printReal(real ?? 0),
  };
  return [...lifts, joined, ...(isSquare ? [square] : []), ...rescaling(end, output)];
}

/** Both on one scale, with room for roundings below. */
function lift(operands: readonly Operand[], bits: number): readonly Step[] {
  return operands.map(({ centred, term, scale, multiplier }, i) => ({
    what: `${i ? "second" : "first"}: ${printWhole(centred)} on the common scale`,
    how: multiplier
      ? `× 2${superscript(bits)}, × ${printMultiplier(multiplier.value, multiplier.shift)}, rounded`
      : "",
    whole: printWhole(term),
    real: printReal(realOf({ centred, scale })),
  }));
}

function differenceOf({ first, second }: Pair): number {
  return realOf(first) - realOf(second);
}

function realOf({ centred, scale }: Pick<Operand, "centred" | "scale">): number {
  return centred * (scale ?? 1);
}

/** What a slope makes of a number, before it is rescaled. */
function bent({ first, second }: Pair, { sum }: Rescaled): Step {
  const isBelow = first.centred < 0;
  const what = isBelow
    ? `below 0: ${printWhole(first.centred)} × ${bracket(second.centred)}, its slope`
    : "0 or above: as it is";
  const real = realOf(first) * (isBelow ? realOf(second) : 1);
  return { what, whole: printWhole(sum), real: printReal(real) };
}
