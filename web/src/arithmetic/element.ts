/** One number of a call's output, and how its parameters and numbers are read. */
import type { Activations, Values } from "../engine/engine";
import type { Call, ModelDocument, Param, Params } from "../page/document";
import type { Rescaled } from "./breakdown";
import {
  factorOf,
  limit,
  type Multiplier,
  multiplyHigh,
  type Range,
  rescaleOnce,
  rescaleTwice,
} from "./fixed_point";

/** What is known of one inference. */
export interface Run {
  readonly model: ModelDocument;
  /** A constant by its name. */
  readonly array: (name: string) => Values;
  readonly activations: Activations;
}

export interface Element {
  readonly run: Run;
  readonly call: Call;
  /** The tensor that the number is in, and its place, all dimensions in one. */
  readonly tensor: string;
  readonly index: number;
}

/** A number of a list that is known to be long enough. */
export function pick(values: ArrayLike<number>, index: number): number {
  const value = values[index];
  if (value === undefined) throw new RangeError(`no number ${index}`);
  return value;
}

/** The name of an argument; "NULL" of what is left out. */
export function argument(element: Element, number: number): string {
  return element.call.args[number] ?? "NULL";
}

/** The numbers of a tensor or a constant. */
export function valuesOf({ run }: Element, name: string): Values {
  return run.activations.get(name) ?? run.array(name);
}

export function isConstant({ run }: Element, name: string): boolean {
  return !run.activations.has(name);
}

/** null of a constant or of real numbers. */
export function scaleOf({ run }: Element, name: string): number | null {
  return run.model.tensors[name]?.scale ?? null;
}

/** What a raw number of a tensor stands for. */
export function realOf({ run }: Element, name: string, raw: number): number {
  const { scale, zero } = run.model.tensors[name] ?? {};
  return typeof scale === "number" ? scale * (raw - (zero ?? 0)) : raw;
}

export function count(params: Params, name: string): number {
  const value = params[name];
  if (typeof value !== "number") throw new TypeError(`no number '${name}'`);
  return value;
}

export function counts(params: Params, name: string): readonly number[] {
  return params[name] as readonly number[];
}

export function inner(params: Params, name: string): Params {
  return params[name] as Params;
}

/** A constant that a parameter names. */
export function constants({ run }: Element, name: Param | undefined): Values {
  return run.array(String(name));
}

export function rangeOf(params: Params): Range {
  return [count(params, "clamp_min"), count(params, "clamp_max")];
}

export const INT8: Range = [-128, 127];
export const UINT8: Range = [0, 255];

/** How a sum is rescaled to a byte, step by step. */
export function rescale(
  sum: number,
  multiplier: Multiplier,
  zeroPoint: number,
  range: Range = INT8,
  isOnce = false,
): Rescaled {
  const once = rescaleOnce(sum, multiplier);
  const twice = rescaleTwice(sum, multiplier);
  const factor = factorOf(multiplier);
  return {
    sum,
    multiplier,
    factor,
    exact: sum * factor,
    high: multiplyHigh(sum, multiplier),
    once,
    twice,
    isOnce,
    rounded: isOnce ? once : twice,
    zeroPoint,
    range,
  };
}

export function finish({ rounded, zeroPoint, range }: Rescaled): number {
  return limit(rounded + zeroPoint, range);
}
