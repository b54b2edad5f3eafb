/** Functions of one number: look-ups, QUANTIZE, DEQUANTIZE. */
import type { Breakdown, Converted } from "./breakdown";
import {
  argument,
  count,
  type Element,
  finish,
  INT8,
  pick,
  realOf,
  rescale,
  UINT8,
  valuesOf,
} from "./element";
import { limit, type Range, roundAway } from "./fixed_point";

/** Larger than any number of 8 bits, by far. */
const BEYOND: Range = [-(2 ** 30), 2 ** 30];

export function takeLookup(element: Element): Breakdown {
  const source = { name: argument(element, 0), index: element.index };
  const input = pick(valuesOf(element, source.name), source.index);
  const table = valuesOf(element, argument(element, 1));
  const result = pick(table, input + 128);
  return { family: "looked-up", source, input, table, result, real: null };
}

export function takeFromReal(element: Element): Breakdown {
  const { params } = element.call;
  const zeroPoint = count(params, "zero_point");
  const scale = Math.fround(count(params, "scale"));
  const input = read(element);
  const whole = roundAway(limit(Math.fround(input / scale), BEYOND));
  const result = limit(whole + zeroPoint, INT8);
  const found = convert(element, "from-real", scale, zeroPoint, null, result, input);
  return { ...found, whole };
}

export function takeToReal(element: Element): Breakdown {
  const { params } = element.call;
  const zeroPoint = count(params, "zero_point");
  const scale = Math.fround(count(params, "scale"));
  const result = Math.fround(scale * (read(element) - zeroPoint));
  return convert(element, "to-real", scale, zeroPoint, null, result, result);
}

export function takeRescaled(element: Element): Breakdown {
  return rescaleTo(element, INT8);
}

export function takeRescaledUnsigned(element: Element): Breakdown {
  return rescaleTo(element, UINT8);
}

function rescaleTo(element: Element, range: Range): Breakdown {
  const { params } = element.call;
  const zeroPoint = count(params, "input_zero_point");
  const multiplier = {
    value: count(params, "multiplier"),
    shift: count(params, "shift"),
  };
  const raw = read(element);
  const zero = count(params, "output_zero_point");
  const end = rescale(raw - zeroPoint, multiplier, zero, range);
  const real = realOf(element, argument(element, 0), raw);
  return convert(element, "rescaled", end.factor, zeroPoint, end, finish(end), real);
}

function read(element: Element): number {
  return pick(valuesOf(element, argument(element, 0)), element.index);
}

function convert(
  element: Element,
  way: Converted["way"],
  scale: number,
  zeroPoint: number,
  end: Converted["end"],
  result: number,
  real: number,
): Converted {
  const source = { name: argument(element, 0), index: element.index };
  const input = read(element);
  const family = "converted";
  const whole = end?.rounded ?? input - zeroPoint;
  return { family, way, source, input, scale, zeroPoint, whole, end, result, real };
}
