/** Weighted sums: CONV_2D (in groups, too), DEPTHWISE_CONV_2D, TRANSPOSE_CONV, FULLY_CONNECTED. */
import type { Params } from "../page/document";
import type { Breakdown, Extent, Term, WeightedKind } from "./breakdown";
import {
  argument,
  constants,
  count,
  type Element,
  finish,
  inner,
  pick,
  rangeOf,
  rescale,
  scaleOf,
  valuesOf,
} from "./element";

/** A window over an image, and which weight belongs to which of its numbers. */
interface Window {
  readonly extent: Extent;
  /** The row of the image under that of the window, perhaps outside; null of none. */
  readonly row: (ky: number) => number | null;
  readonly column: (kx: number) => number | null;
  /** The first channel of the image that is read. */
  readonly first: number;
  /** The place of a weight. */
  readonly weight: (ky: number, kx: number, channel: number) => number;
}

export function takeConvolution(element: Element): Breakdown {
  const { params } = element.call;
  return convolve(element, params, 1);
}

export function takeGroupedConvolution(element: Element): Breakdown {
  const { params } = element.call;
  return convolve(element, inner(params, "conv"), count(params, "groups"));
}

function convolve(element: Element, params: Params, groups: number): Breakdown {
  const filters = count(params, "output_channels") / groups;
  const channels = count(params, "input_channels") / groups;
  const { channel } = placeOf(element, params);
  const first = Math.floor(channel / filters) * channels;
  const window = slide(element, params, channels, first, (ky, kx, c) =>
    filterPlace(params, channel, ky, kx, channels, c),
  );
  return sumWindow(element, params, window, "convolution");
}

export function takeDepthwise(element: Element): Breakdown {
  const { params } = element.call;
  const { channel } = placeOf(element, params);
  const filters = count(params, "output_channels");
  const first = Math.floor(channel / (filters / count(params, "input_channels")));
  const columns = count(params, "kernel_width");
  const window = slide(
    element,
    params,
    1,
    first,
    (ky, kx) => (ky * columns + kx) * filters + channel,
  );
  return sumWindow(element, params, window, "depthwise");
}

/** Each output is reached by the inputs whose enlarged window covers it. */
export function takeTransposed(element: Element): Breakdown {
  const { params } = element.call;
  const { row, column, channel } = placeOf(element, params);
  const channels = count(params, "input_channels");
  const top = row + count(params, "pad_top");
  const left = column + count(params, "pad_left");
  const window: Window = {
    extent: extentOf(params, channels),
    row: (ky) =>
      reaching(top - ky, count(params, "stride_height"), count(params, "input_height")),
    column: (kx) =>
      reaching(left - kx, count(params, "stride_width"), count(params, "input_width")),
    first: 0,
    weight: (ky, kx, c) => filterPlace(params, channel, ky, kx, channels, c),
  };
  return sumWindow(element, params, window, "transposed");
}

/** Which row or column of the input is so far away; null of none. */
function reaching(distance: number, stride: number, size: number): number | null {
  const found = distance / stride;
  return Number.isInteger(found) && found >= 0 && found < size ? found : null;
}

function filterPlace(
  params: Params,
  filter: number,
  ky: number,
  kx: number,
  channels: number,
  channel: number,
): number {
  const rows = count(params, "kernel_height");
  const columns = count(params, "kernel_width");
  return ((filter * rows + ky) * columns + kx) * channels + channel;
}

function placeOf({ index }: Element, params: Params) {
  const channels = count(params, "output_channels");
  const columns = count(params, "output_width");
  const pixel = Math.floor(index / channels);
  return {
    row: Math.floor(pixel / columns) % count(params, "output_height"),
    column: pixel % columns,
    channel: index % channels,
  };
}

function extentOf(params: Params, channels: number): Extent {
  return {
    rows: count(params, "kernel_height"),
    columns: count(params, "kernel_width"),
    channels,
  };
}

function slide(
  element: Element,
  params: Params,
  channels: number,
  first: number,
  weight: Window["weight"],
): Window {
  const { row, column } = placeOf(element, params);
  const top = row * count(params, "stride_height") - count(params, "pad_top");
  const left = column * count(params, "stride_width") - count(params, "pad_left");
  return {
    extent: extentOf(params, channels),
    row: (ky) => top + ky * count(params, "dilation_height"),
    column: (kx) => left + kx * count(params, "dilation_width"),
    first,
    weight,
  };
}

function sumWindow(
  element: Element,
  params: Params,
  window: Window,
  kind: WeightedKind,
): Breakdown {
  const terms = [...readTerms(element, params, window)];
  const { channel } = placeOf(element, params);
  return sumUp(element, params, kind, window.extent, terms, channel, channel, false);
}

function* readTerms(
  element: Element,
  params: Params,
  { extent, row, column, first, weight }: Window,
): Generator<Term> {
  const name = argument(element, 0);
  const input = valuesOf(element, name);
  const weights = valuesOf(element, argument(element, 1));
  const zero = count(params, "input_zero_point");
  const [height, width, depth] = [
    count(params, "input_height"),
    count(params, "input_width"),
    count(params, "input_channels"),
  ];
  for (let ky = 0; ky < extent.rows; ky++) {
    for (let kx = 0; kx < extent.columns; kx++) {
      const y = row(ky);
      const x = column(kx);
      if (y === null || x === null) continue;
      const isInside = y >= 0 && y < height && x >= 0 && x < width;
      for (let c = 0; c < extent.channels; c++) {
        const index = (y * width + x) * depth + first + c;
        const raw = isInside ? pick(input, index) : zero;
        const by = pick(weights, weight(ky, kx, c));
        yield {
          source: isInside ? { name, index } : null,
          window: [ky, kx, c],
          input: raw,
          centred: raw - zero,
          weight: by,
          product: multiply(raw - zero, by),
        };
      }
    }
  }
}

/** A product that is never minus zero. */
function multiply(a: number, b: number): number {
  return a * b + 0;
}

/** A weight an input of the row; LiteRT rounds once, TFLite Micro twice. */
export function takeDense(element: Element): Breakdown {
  const { params } = element.call;
  const channels = count(params, "output_channels");
  const depth = count(params, "input_channels");
  const channel = element.index % channels;
  const start = Math.floor(element.index / channels) * depth;
  const name = argument(element, 0);
  const input = valuesOf(element, name);
  const weights = valuesOf(element, argument(element, 1));
  const zero = count(params, "input_zero_point");
  const terms = Array.from({ length: depth }, (_, i): Term => {
    const raw = pick(input, start + i);
    const weight = pick(weights, channel * depth + i);
    return {
      source: { name, index: start + i },
      window: [0, 0, i],
      input: raw,
      centred: raw - zero,
      weight,
      product: multiply(raw - zero, weight),
    };
  });
  const scale = count(params, "per_channel") ? channel : 0;
  const isOnce = count(params, "round_once") === 1;
  const extent = { rows: 1, columns: 1, channels: depth };
  return sumUp(element, params, "dense", extent, terms, channel, scale, isOnce);
}

function sumUp(
  element: Element,
  params: Params,
  kind: WeightedKind,
  window: Extent,
  terms: readonly Term[],
  channel: number,
  scale: number,
  isOnce: boolean,
): Breakdown {
  const name = argument(element, 2);
  const bias = name === "NULL" ? null : pick(valuesOf(element, name), channel);
  const total = terms.reduce((sum, term) => sum + term.product, 0);
  const multiplier = {
    value: pick(constants(element, params.multiplier), scale),
    shift: pick(constants(element, params.shift), scale),
  };
  const zero = count(params, "output_zero_point");
  const sum = total + (bias ?? 0);
  const end = rescale(sum, multiplier, zero, rangeOf(params), isOnce);
  const inputScale = scaleOf(element, argument(element, 0)) ?? 1;
  const outputScale = scaleOf(element, element.tensor) ?? 1;
  return {
    family: "weighted",
    kind,
    input: argument(element, 0),
    window,
    terms,
    total,
    bias,
    inputScale,
    // the file has it; what is left of it here is the multiplier
    weightScale: (end.factor * outputScale) / inputScale,
    end,
    result: finish(end),
    real: end.exact * outputScale,
  };
}
