/** PRELU: a slope of its own for the numbers below 0 of each channel, or each place. */
import type { Params } from "../page/document";
import type { Breakdown, Rescaled } from "./breakdown";
import { count, type Element, finish, inner, rescale, scaleOf } from "./element";
import { factorOf } from "./fixed_point";
import { alignBy, readOperand } from "./pair";

export function takeSlope(element: Element): Breakdown {
  const { params } = element.call;
  const [at, other] = alignBy(element, inner(params, "broadcast"));
  const first = readOperand(element, 0, at, count(params, "input_zero_point"));
  const second = readOperand(element, 1, other, count(params, "alpha_zero_point"));
  const end = bend(params, first.centred, second.centred);
  const scale = scaleOf(element, element.tensor) ?? 1;
  // a constant's scale is not in the document: both multipliers tell it
  const slope = second.scale ?? factorOf(below(params)) / factorOf(above(params));
  return {
    family: "pair",
    way: "slope",
    first,
    second: { ...second, scale: slope },
    end,
    result: finish(end),
    real: end.exact * scale,
  };
}

/**
 * What becomes of any input with a slope.
 *
 * @param params Of the call.
 * @param centred The input without its zero point.
 * @param slope The slope's byte without its zero point.
 */
export function bend(params: Params, centred: number, slope: number): Rescaled {
  const zeroPoint = count(params, "output_zero_point");
  return centred >= 0
    ? rescale(centred, above(params), zeroPoint)
    : rescale(centred * slope, below(params), zeroPoint);
}

function above(params: Params) {
  return { value: count(params, "multiplier"), shift: count(params, "shift") };
}

function below(params: Params) {
  const [value, shift] = [
    count(params, "alpha_multiplier"),
    count(params, "alpha_shift"),
  ];
  return { value, shift };
}
