/** Pools, the reductions MEAN, SUM, REDUCE_MAX, REDUCE_MIN, and ARG_MAX, ARG_MIN. */
import type { Breakdown, Reduced, Term } from "./breakdown";
import {
  argument,
  count,
  counts,
  type Element,
  finish,
  inner,
  pick,
  rangeOf,
  realOf,
  rescale,
  scaleOf,
  valuesOf,
} from "./element";
import { limit } from "./fixed_point";

export function takeMaxPool(element: Element): Breakdown {
  return pool(element, "max");
}

export function takeAveragePool(element: Element): Breakdown {
  return pool(element, "average");
}

function pool(element: Element, way: "max" | "average"): Breakdown {
  const { params } = element.call;
  const terms = [...readWindow(element)];
  const values = terms.map((term) => term.input);
  const input = argument(element, 0);
  const isMax = way === "max";
  const total = isMax ? Math.max(...values) : add(values);
  const exact = isMax ? total : total / values.length;
  const half = Math.floor(values.length / 2) * (total > 0 ? 1 : -1);
  const rounded = isMax ? total : Math.trunc((total + half) / values.length) + 0; // not -0
  const range = rangeOf(params);
  const window = {
    rows: count(params, "window_height"),
    columns: count(params, "window_width"),
    channels: 1,
  };
  return {
    family: "pooled",
    way,
    input,
    window,
    terms,
    total,
    rounded,
    range,
    result: limit(rounded, range),
    real: realOf(element, input, exact),
  };
}

function* readWindow(element: Element): Generator<Term> {
  const { params } = element.call;
  const name = argument(element, 0);
  const input = valuesOf(element, name);
  const [height, width, channels] = [
    count(params, "input_height"),
    count(params, "input_width"),
    count(params, "channels"),
  ];
  const pixel = Math.floor(element.index / channels);
  const columns = count(params, "output_width");
  const row = Math.floor(pixel / columns) % count(params, "output_height");
  const top = row * count(params, "stride_height") - count(params, "pad_top");
  const left =
    (pixel % columns) * count(params, "stride_width") - count(params, "pad_left");
  for (let ky = 0; ky < count(params, "window_height"); ky++) {
    for (let kx = 0; kx < count(params, "window_width"); kx++) {
      const [y, x] = [top + ky, left + kx];
      if (y < 0 || y >= height || x < 0 || x >= width) continue;
      const index = (y * width + x) * channels + (element.index % channels);
      yield plain(name, index, pick(input, index), 0, [ky, kx, 0]);
    }
  }
}

export function takeMean(element: Element): Breakdown {
  const { params, kind } = element.call;
  const zero = count(params, "input_zero_point");
  const terms = readReduced(element, inner(params, "loops"), zero);
  const total = add(terms.map((term) => term.centred));
  const multiplier = {
    value: count(params, "multiplier"),
    shift: count(params, "shift"),
  };
  const end = rescale(total, multiplier, count(params, "output_zero_point"));
  const scale = scaleOf(element, element.tensor) ?? 1;
  const way = kind === "SUM" ? "sum" : "mean";
  const real = end.exact * scale;
  return reduced(element, way, terms, total, end, finish(end), real);
}

export function takeLargest(element: Element): Breakdown {
  return extreme(element, "max");
}

export function takeSmallest(element: Element): Breakdown {
  return extreme(element, "min");
}

function extreme(element: Element, way: "max" | "min"): Breakdown {
  const terms = readReduced(element, element.call.params, 0);
  const values = terms.map((term) => term.input);
  const found = way === "max" ? Math.max(...values) : Math.min(...values);
  const real = realOf(element, argument(element, 0), found);
  return reduced(element, way, terms, found, null, found, real);
}

/** Along an axis; of equal numbers the first. */
export function takePlace(element: Element): Breakdown {
  const { params } = element.call;
  const inner = count(params, "inner");
  const [size, isMax] = [count(params, "size"), count(params, "sign") > 0];
  const start =
    Math.floor(element.index / inner) * size * inner + (element.index % inner);
  const name = argument(element, 0);
  const input = valuesOf(element, name);
  const terms = Array.from({ length: size }, (_, i) => {
    const index = start + i * inner;
    return plain(name, index, pick(input, index), 0, [0, 0, i]);
  });
  const values = terms.map((term) => term.input);
  const found = isMax ? Math.max(...values) : Math.min(...values);
  const place = values.indexOf(found);
  const way = isMax ? "place of max" : "place of min";
  return reduced(element, way, terms, found, null, place, place);
}

function reduced(
  element: Element,
  way: Reduced["way"],
  terms: readonly Term[],
  total: number,
  end: Reduced["end"],
  result: number,
  real: number,
): Breakdown {
  const input = argument(element, 0);
  const inputScale = scaleOf(element, input) ?? 1;
  return { family: "reduced", way, input, inputScale, terms, total, end, result, real };
}

function readReduced(
  element: Element,
  loops: Element["call"]["params"],
  zero: number,
): readonly Term[] {
  const name = argument(element, 0);
  const input = valuesOf(element, name);
  const kept = counts(loops, "kept_size");
  const start = walk(kept, counts(loops, "kept_stride"), element.index);
  const sizes = counts(loops, "reduced_size");
  const strides = counts(loops, "reduced_stride");
  const length = sizes.reduce((product, size) => product * size, 1);
  return Array.from({ length }, (_, i) => {
    const index = start + walk(sizes, strides, i);
    return plain(name, index, pick(input, index), zero, [0, 0, i]);
  });
}

/** How far an index of nested loops is from the first. */
export function walk(
  sizes: readonly number[],
  strides: readonly number[],
  index: number,
): number {
  let [rest, distance] = [index, 0];
  for (let d = sizes.length - 1; d >= 0; d--) {
    const size = pick(sizes, d);
    distance += (rest % size) * pick(strides, d);
    rest = Math.floor(rest / size);
  }
  return distance;
}

function plain(
  name: string,
  index: number,
  input: number,
  zero: number,
  window: Term["window"],
): Term {
  const centred = input - zero;
  const source = { name, index };
  return { source, window, input, centred, weight: null, product: centred };
}

function add(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
