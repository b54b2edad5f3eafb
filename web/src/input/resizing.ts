/**
 * How Pillow resizes an axis with its bilinear filter, cropped about the centre or
 * padded with black: the integers that `tcnn_preprocess` multiplies with.
 *
 * Boxes are 32-bit floats in Pillow, and sums 64-bit ones; so they are here, and the
 * weights are equal to the last bit.
 */
export type Fit = "crop" | "pad";

/** One axis: output i is the sum of weights[i * taps + k] * input[first[i] + k]. */
export interface Axis {
  readonly inputs: number;
  readonly outputs: number;
  readonly taps: number;
  readonly first: Uint16Array;
  /** Multiples of 2^-22. */
  readonly weights: Int32Array;
}

export interface Resizing {
  readonly x: Axis;
  readonly y: Axis;
  readonly rowsFirst: boolean;
}

/** Width and height. */
export type Size = readonly [number, number];

/** A part of an axis of the frame, from and to in pixels, and where its output lies. */
interface Part {
  readonly inputs: number;
  readonly box: readonly [number, number];
  /** Pixels of the image that it becomes; the others are black. */
  readonly outputs: number;
  readonly start: number;
  readonly all: number;
}

const ONE = 1 << 22;

/** How a frame of one size becomes an image of another; sizes are at least 1 by 1. */
export function planResizing(
  frame: Size,
  image: Size,
  fit: Fit,
  tallFirst: boolean,
): Resizing {
  const [x, y] = fit === "crop" ? crop(frame, image) : pad(frame, image);
  const shrinks = [x.inputs - x.outputs, y.inputs - y.outputs] as const;
  return {
    x: weigh(x),
    y: weigh(y),
    rowsFirst: !(tallFirst && shrinks[1] > 0 && shrinks[1] > 2 * shrinks[0]),
  };
}

/** The largest part about the centre that has the image's shape. */
function crop(frame: Size, image: Size): [Part, Part] {
  const [width, height] = frame;
  const ratio = width / height;
  const wanted = image[0] / image[1];
  const size = [width, height];
  if (ratio > wanted) size[0] = wanted * height;
  else if (ratio < wanted) size[1] = width / wanted;
  const part = (axis: 0 | 1): Part => {
    const begin = (frame[axis] - (size[axis] ?? 0)) * 0.5;
    const box = [Math.fround(begin), Math.fround(begin + (size[axis] ?? 0))] as const;
    return whole(frame[axis], image[axis], box);
  };
  return [part(0), part(1)];
}

/** All of the frame, with black on two sides where its shape is not the image's. */
function pad(frame: Size, image: Size): [Part, Part] {
  const [width, height] = frame;
  const ratio = width / height;
  const wanted = image[0] / image[1];
  const size: [number, number] = [image[0], image[1]];
  if (ratio > wanted) size[1] = roundToEven((height / width) * image[0]);
  else if (ratio < wanted) size[0] = roundToEven((width / height) * image[1]);
  const part = (axis: 0 | 1): Part => ({
    ...whole(frame[axis], image[axis], [0, frame[axis]]),
    outputs: size[axis],
    start: roundToEven((image[axis] - size[axis]) * 0.5),
  });
  return [part(0), part(1)];
}

function whole(inputs: number, outputs: number, box: readonly [number, number]): Part {
  return { inputs, box, outputs, start: 0, all: outputs };
}

/** As Python's `round`: a half goes to the even neighbour. */
function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

function weigh(part: Part): Axis {
  const rows: { first: number; weights: number[] }[] = [];
  const scale = Math.fround(part.box[1] - part.box[0]) / part.outputs;
  const support = Math.max(scale, 1);
  for (let i = 0; i < part.all; i++) {
    const at = i - part.start;
    const isBlack = at < 0 || at >= part.outputs;
    const center = part.box[0] + (at + 0.5) * scale;
    rows.push(isBlack ? { first: 0, weights: [] } : tent(center, support, part.inputs));
  }
  return join(rows, part.inputs);
}

/** The weights of one output: a tent over the inputs around `center`, as integers. */
function tent(center: number, support: number, inputs: number) {
  const first = Math.max(Math.trunc(center - support + 0.5), 0);
  const end = Math.min(Math.trunc(center + support + 0.5), inputs);
  const inverse = 1 / support;
  const shares: number[] = [];
  let sum = 0;
  for (let x = 0; x < end - first; x++) {
    const distance = Math.abs((x + first - center + 0.5) * inverse);
    const share = distance < 1 ? 1 - distance : 0;
    shares.push(share);
    sum += share;
  }
  const weights = shares.map((share) =>
    Math.trunc(0.5 + (sum === 0 ? share : share / sum) * ONE),
  );
  return { first, weights };
}

/** Windows of one width; `first` never decreases, as the device asks for. */
function join(rows: { first: number; weights: number[] }[], inputs: number): Axis {
  const taps = Math.max(1, ...rows.map((row) => row.weights.length));
  const first = new Uint16Array(rows.length);
  const weights = new Int32Array(rows.length * taps);
  let least = 0;
  rows.forEach((row, i) => {
    const begin = Math.max(least, Math.min(row.first, inputs - taps));
    least = begin;
    first[i] = begin;
    if (row.weights.length > 0) weights.set(row.weights, i * taps + row.first - begin);
  });
  return { inputs, outputs: rows.length, taps, first, weights };
}
