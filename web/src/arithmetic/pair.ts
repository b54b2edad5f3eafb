/** Two numbers that meet: ADD, SUB, MUL, MAXIMUM, MINIMUM, SQUARED_DIFFERENCE. */
import type { Params } from "../page/document";
import type { Breakdown, Operand, Pair } from "./breakdown";
import {
  argument,
  count,
  counts,
  type Element,
  finish,
  inner,
  isConstant,
  pick,
  rangeOf,
  realOf,
  rescale,
  scaleOf,
  valuesOf,
} from "./element";
import { factorOf, type Multiplier, rescaleTwice } from "./fixed_point";
import { walk } from "./pooling";

/** Bits by which both terms of a sum are lifted before they are rounded ... */
export const LIFT = 20;
/** ... and those of a squared difference, so that the square fits 32 bits. */
export const SQUARE_LIFT = 7;

export function takeAdd(element: Element): Breakdown {
  return add(element, element.index, element.index, 1);
}

export function takeAddBroadcast(element: Element): Breakdown {
  const [first, second] = alignBy(element, inner(element.call.params, "broadcast"));
  return add(element, first, second, count(element.call.params, "sign"));
}

function add(element: Element, at: number, other: number, sign: number): Breakdown {
  const { params } = element.call;
  const first = readTerm(element, 0, at, inner(params, "input1"), LIFT);
  const second = readTerm(element, 1, other, inner(params, "input2"), LIFT);
  const output = inner(params, "output");
  const end = rescale(
    first.term + sign * second.term,
    multiplierOf(output),
    count(output, "zero_point"),
    rangeOf(params),
  );
  const [a, b] = shareScale(first, second);
  const real = (a.scale ?? 1) * a.centred + sign * (b.scale ?? 1) * b.centred;
  const way = sign > 0 ? "add" : "subtract";
  return { family: "pair", way, first: a, second: b, end, result: finish(end), real };
}

/** A constant's scale is not in the document: the multipliers tell it by the other's. */
function shareScale(first: Operand, second: Operand): readonly [Operand, Operand] {
  const shared =
    first.scale !== null
      ? first.scale / factorOf(first.multiplier as Multiplier)
      : (second.scale ?? 1) / factorOf(second.multiplier as Multiplier);
  const complete = (operand: Operand): Operand => ({
    ...operand,
    scale: operand.scale ?? shared * factorOf(operand.multiplier as Multiplier),
  });
  return [complete(first), complete(second)];
}

function readTerm(
  element: Element,
  number: number,
  index: number,
  term: Params,
  lift: number,
): Operand {
  const multiplier = multiplierOf(term);
  const operand = readOperand(element, number, index, count(term, "zero_point"));
  const lifted = operand.centred * 2 ** lift;
  return { ...operand, multiplier, term: rescaleTwice(lifted, multiplier) };
}

export function takeSquaredDifference(element: Element): Breakdown {
  const { params } = element.call;
  const [at, other] = alignBy(element, inner(params, "broadcast"));
  const first = readTerm(element, 0, at, part(params, "input1"), SQUARE_LIFT);
  const second = readTerm(element, 1, other, part(params, "input2"), SQUARE_LIFT);
  const end = rescale(
    (first.term - second.term) ** 2,
    multiplierOf(part(params, "output")),
    count(params, "output_zero_point"),
  );
  const [a, b] = shareScale(first, second);
  const real = ((a.scale ?? 1) * a.centred - (b.scale ?? 1) * b.centred) ** 2;
  const way = "squared-difference";
  return { family: "pair", way, first: a, second: b, end, result: finish(end), real };
}

/** The parameters that begin with a word, without it. */
function part(params: Params, word: string): Params {
  const own = Object.entries(params).filter(([name]) => name.startsWith(`${word}_`));
  return Object.fromEntries(
    own.map(([name, value]) => [name.slice(word.length + 1), value]),
  );
}

export function takeMultiply(element: Element): Breakdown {
  const { params } = element.call;
  const [at, other] = alignBy(element, inner(params, "broadcast"));
  const first = readOperand(element, 0, at, count(params, "input1_zero_point"));
  const second = readOperand(element, 1, other, count(params, "input2_zero_point"));
  const end = rescale(
    first.centred * second.centred,
    multiplierOf(params),
    count(params, "output_zero_point"),
    rangeOf(params),
  );
  const scale = scaleOf(element, element.tensor) ?? 1;
  const known = first.scale ?? second.scale ?? 1;
  const missing = (end.factor * scale) / known;
  return {
    family: "pair",
    way: "multiply",
    first: { ...first, scale: first.scale ?? missing },
    second: { ...second, scale: second.scale ?? missing },
    end,
    result: finish(end),
    real: end.exact * scale,
  };
}

export function takeLarger(element: Element): Breakdown {
  return choose(element, "larger");
}

export function takeSmaller(element: Element): Breakdown {
  return choose(element, "smaller");
}

function choose(element: Element, way: "larger" | "smaller"): Pair {
  const [at, other] = alignBy(element, element.call.params);
  const zero = element.run.model.tensors[element.tensor]?.zero ?? 0;
  const scale = scaleOf(element, element.tensor);
  const first = { ...readOperand(element, 0, at, zero), scale };
  const second = { ...readOperand(element, 1, other, zero), scale };
  const both = [first.input, second.input] as const;
  const result = way === "larger" ? Math.max(...both) : Math.min(...both);
  const real = realOf(element, element.tensor, result);
  return { family: "pair", way, first, second, end: null, result, real };
}

export function readOperand(
  element: Element,
  number: number,
  index: number,
  zero: number,
): Operand {
  const name = argument(element, number);
  const input = pick(valuesOf(element, name), index);
  return {
    source: { name, index },
    isConstant: isConstant(element, name),
    input,
    centred: input - zero,
    scale: scaleOf(element, name),
    multiplier: null,
    term: input - zero,
  };
}

export function alignBy(
  { index }: Element,
  broadcast: Params,
): readonly [number, number] {
  const shape = counts(broadcast, "shape");
  return [
    walk(shape, counts(broadcast, "stride1"), index),
    walk(shape, counts(broadcast, "stride2"), index),
  ];
}

function multiplierOf(params: Params): Multiplier {
  return { value: count(params, "multiplier"), shift: count(params, "shift") };
}
