/**
 * How a score changes with each number before an operator, told how it changes with each
 * number behind it. All in steps of the tensors.
 */
import type { Volume } from "../../drawing/volume";
import type { Engine, Values } from "../../engine/engine";
import type { Call, Operator } from "../../page/document";

export interface Step {
  readonly engine: Engine;
  readonly operator: Operator;
  /** None of an operator that moves nothing. */
  readonly call: Call | undefined;
  readonly before: Volume;
  readonly after: Volume;
  /** What goes in; of a step of it, how many steps of what comes out are as large. */
  readonly input: Values;
  readonly ratio: number;
  /** What a step of the input is, and where its zero. */
  readonly scale: number;
  readonly zero: number;
  readonly slopes: Float32Array;
}

/** null where the operator is not known, or not in this form. */
export function pullBack(step: Step): Float32Array | null {
  return PULLS[step.operator.kind]?.(step) ?? null;
}

type Pull = (step: Step) => Float32Array | null;

const PULLS: Readonly<Record<string, Pull>> = {
  AVERAGE_POOL_2D: averagePool,
  CONV_2D: (step) => (isDense(step) ? dense(step) : null),
  EXPAND_DIMS: same,
  FULLY_CONNECTED: dense,
  HARD_SWISH: each((x) => Math.min(1, Math.max(0, x / 6 + 0.5)) + swishTail(x)),
  LOGISTIC: each((x) => 1 / (2 + 2 * Math.cosh(x))),
  MAX_POOL_2D: maxPool,
  MEAN: mean,
  QUANTIZE: same,
  RELU: each((x) => (x > 0 ? 1 : 0)),
  RELU6: each((x) => (x > 0 && x < 6 ? 1 : 0)),
  RESHAPE: same,
  SQUEEZE: same,
  TANH: each((x) => 1 - Math.tanh(x) ** 2),
};

function swishTail(x: number): number {
  return Math.abs(x) < 3 ? x / 6 : 0;
}

function same({ slopes, ratio }: Step): Float32Array {
  return slopes.map((slope) => slope * ratio);
}

function each(derivative: (x: number) => number): Pull {
  return ({ slopes, ratio, input, scale, zero }) =>
    slopes.map(
      (slope, i) => slope * ratio * derivative(((input[i] ?? 0) - zero) * scale),
    );
}

/** Whether a convolution's window covers all that it is shown. */
function isDense({ operator: { window }, before, after }: Step): boolean {
  return (
    window !== null &&
    after.rows * after.columns === 1 &&
    window.size[0] === before.rows &&
    window.size[1] === before.columns &&
    window.padding.every((n) => n === 0)
  );
}

function dense({ engine, call, input, slopes }: Step): Float32Array | null {
  const name = call?.args.find((arg) => arg.endsWith("_weights"));
  const weights = name ? engine.array(name) : null;
  if (!call || weights?.length !== input.length * slopes.length) return null;
  const found = new Float32Array(input.length);
  slopes.forEach((slope, output) => {
    if (slope === 0) return;
    const gained = slope * gainOf(engine, call, output);
    const start = output * input.length;
    for (let i = 0; i < input.length; i++) {
      found[i] = (found[i] ?? 0) + gained * (weights[start + i] ?? 0);
    }
  });
  return found;
}

/** Steps of an output for a step of an input times a weight of 1. */
function gainOf(engine: Engine, { params }: Call, output: number): number {
  const read = (value: unknown) => {
    if (typeof value === "number") return value;
    const values = engine.array(String(value));
    return values[Math.min(output, values.length - 1)] ?? 0;
  };
  return read(params.multiplier) * 2 ** (read(params.shift) - 31);
}

function mean(step: Step): Float32Array | null {
  const { before, after, slopes, ratio } = step;
  const isWhole =
    after.rows * after.columns === 1 && after.channels === before.channels;
  if (!isWhole) return null;
  const count = before.rows * before.columns;
  return Float32Array.from(
    step.input,
    (_, i) => ((slopes[i % before.channels] ?? 0) * ratio) / count,
  );
}

/** The mean of what a window meets of the picture: the same share to all. */
function averagePool(step: Step): Float32Array {
  return pool(step, (places, give) => {
    for (const at of places) give(at, 1 / places.length);
  });
}

/** All to the largest; of equals to the first. */
function maxPool(step: Step): Float32Array {
  const { input } = step;
  return pool(step, (places, give) => {
    const [first = 0] = places;
    let best = first;
    for (const at of places) if ((input[at] ?? 0) > (input[best] ?? 0)) best = at;
    give(best, 1);
  });
}

function pool(
  step: Step,
  share: (places: readonly number[], give: (at: number, part: number) => void) => void,
): Float32Array {
  const { before, after, input, slopes } = step;
  const found = new Float32Array(input.length);
  for (let place = 0; place < after.rows * after.columns; place++) {
    const pixels = windowAt(step, place);
    for (let channel = 0; channel < before.channels; channel++) {
      const slope = slopes[place * after.channels + channel] ?? 0;
      if (slope === 0) continue;
      const places = pixels.map((pixel) => pixel * before.channels + channel);
      share(places, (at, part) => {
        found[at] = (found[at] ?? 0) + slope * part;
      });
    }
  }
  return found;
}

/** The pixels that a pool's window meets, at one place of its output. */
function windowAt({ operator, before, after }: Step, place: number): number[] {
  const { window } = operator;
  if (!window) return [];
  const row = Math.floor(place / after.columns) * window.stride[0] - window.padding[0];
  const column = (place % after.columns) * window.stride[1] - window.padding[1];
  const found: number[] = [];
  for (let y = Math.max(0, row); y < row + window.size[0] && y < before.rows; y++) {
    const end = Math.min(before.columns, column + window.size[1]);
    for (let x = Math.max(0, column); x < end; x++) found.push(y * before.columns + x);
  }
  return found;
}
