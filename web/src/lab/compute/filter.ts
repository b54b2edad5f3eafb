/**
 * A kernel on a picture: what the boards' CONV_2D is given for it, and any one of its
 * numbers taken apart.
 *
 * A pixel p of 0 to 255 is the byte p - 128, so that the zero point stands for black and
 * padding adds nothing. The output's zero point is the offset: a sum of 0 shows there.
 */
import {
  type Multiplier,
  quantizeMultiplier,
  rescaleTwice,
} from "../../arithmetic/fixed_point";
import type { Convolution, LabKernels } from "./lab_kernels";
import { type Picture, toGrey, toInt8 } from "./picture";

/** Which colours a kernel sees: brightness; each by itself; all in one sum. */
export type ColorMode = "grey" | "each" | "sum";

/** Zeros around the picture, so that it keeps its size; or only where it fits. */
export type Padding = "same" | "valid";

export interface Filter {
  /** Whole numbers of -127 to 127; square, of an odd side. */
  readonly rows: readonly (readonly number[])[];
  /** 1 or more. */
  readonly divisor: number;
  /** Of 0 to 255. */
  readonly offset: number;
  readonly mode: ColorMode;
  readonly padding: Padding;
}

/** What a filter makes of a picture. */
export interface Filtered {
  readonly width: number;
  readonly height: number;
  /** 1, or 3 for each colour by itself. */
  readonly channels: number;
  /** [row][column][channel] */
  readonly bytes: Int8Array;
}

/** Pixel times weight; `pixel` is null outside of the picture. */
export interface Term {
  readonly pixel: number | null;
  readonly weight: number;
  readonly product: number;
}

/** One number of the output, from its window to its byte. */
export interface Apart {
  /** A window for each colour that is summed: [colour][row][column]. */
  readonly windows: readonly (readonly (readonly Term[])[])[];
  readonly sums: readonly number[];
  readonly sum: number;
  readonly divisor: number;
  readonly multiplier: Multiplier;
  /** The sum by the divisor, rounded. */
  readonly scaled: number;
  /** With the offset, before it is clamped. */
  readonly shifted: number;
  readonly byte: number;
}

/** The kernel's divisor: where three colours are summed, three times as large. */
export function divisorOf({ divisor, mode }: Filter): number {
  return mode === "sum" ? 3 * divisor : divisor;
}

/** Computed by the kernel of the boards. */
export function applyFilter(
  kernels: LabKernels,
  filter: Filter,
  picture: Picture,
): Filtered {
  const task = convolutionOf(filter, picture);
  const { output_height, output_width, output_channels } = task.sizes;
  return {
    width: output_width,
    height: output_height,
    channels: output_channels,
    bytes: kernels.convolve(task),
  };
}

/** What CONV_2D is given. */
export function convolutionOf(filter: Filter, picture: Picture): Convolution {
  const side = filter.rows.length;
  const pad = padOf(filter);
  const [channels, outputs] = channelsOf(filter.mode);
  const { value, shift } = quantizeMultiplier(1 / divisorOf(filter));
  return {
    sizes: {
      input_height: picture.height,
      input_width: picture.width,
      input_channels: channels,
      output_height: picture.height + 2 * pad - side + 1,
      output_width: picture.width + 2 * pad - side + 1,
      output_channels: outputs,
      kernel_height: side,
      kernel_width: side,
      stride_height: 1,
      stride_width: 1,
      dilation_height: 1,
      dilation_width: 1,
      pad_top: pad,
      pad_left: pad,
      input_zero_point: -128,
      output_zero_point: filter.offset - 128,
      clamp_min: -128,
      clamp_max: 127,
    },
    input: toInt8(channels === 1 ? toGrey(picture) : picture.rgb),
    weights: weightsOf(filter, channels, outputs),
    bias: new Int32Array(outputs),
    multiplier: new Int32Array(outputs).fill(value),
    shift: new Int8Array(outputs).fill(shift),
  };
}

/** The output at a row, column and channel, computed again and written down. */
export function takeApart(
  filter: Filter,
  picture: Picture,
  [row, column]: readonly [number, number],
  channel = 0,
): Apart {
  const colors = filter.mode === "sum" ? [0, 1, 2] : [channel];
  const planes = filter.mode === "grey" ? toGrey(picture) : picture.rgb;
  const step = filter.mode === "grey" ? 1 : 3;
  const pad = padOf(filter);
  const windows = colors.map((color) =>
    filter.rows.map((weights, y) =>
      weights.map((weight, x) => {
        const [top, left] = [row - pad + y, column - pad + x];
        const isIn =
          top >= 0 && left >= 0 && top < picture.height && left < picture.width;
        const at = (top * picture.width + left) * step + color;
        const pixel = isIn ? (planes[at] ?? 0) : null;
        return { pixel, weight, product: (pixel ?? 0) * weight };
      }),
    ),
  );
  const sums = windows.map((rows) => sumOf(rows.flat().map((term) => term.product)));
  const sum = sumOf(sums);
  const divisor = divisorOf(filter);
  const multiplier = quantizeMultiplier(1 / divisor);
  const scaled = rescaleTwice(sum, multiplier);
  const shifted = scaled + filter.offset;
  const byte = Math.min(127, Math.max(-128, shifted - 128));
  return { windows, sums, sum, divisor, multiplier, scaled, shifted, byte };
}

/** Rows and columns of zeros before the first. */
export function padOf({ rows, padding }: Filter): number {
  return padding === "same" ? (rows.length - 1) / 2 : 0;
}

function channelsOf(mode: ColorMode): readonly [number, number] {
  if (mode === "grey") return [1, 1];
  return mode === "each" ? [3, 3] : [3, 1];
}

function weightsOf(filter: Filter, channels: number, outputs: number): Int8Array {
  const flat = filter.rows.flat();
  const size = flat.length * channels;
  return Int8Array.from({ length: size * outputs }, (_, i) => {
    const output = Math.floor(i / size);
    const color = i % channels;
    const isSeen = outputs === 1 || output === color;
    return isSeen ? (flat[Math.floor((i % size) / channels)] ?? 0) : 0;
  });
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
