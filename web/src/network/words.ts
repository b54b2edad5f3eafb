/** What is said of a layer, in plain words. */
import { isVector } from "../drawing/volume";
import type { Operator, Window } from "../page/document";
import type { Layer } from "./graph";

const TITLES: Readonly<Record<string, string>> = {
  CONV_2D: "Convolution",
  DEPTHWISE_CONV_2D: "Depthwise",
  TRANSPOSE_CONV: "Transposed",
  FULLY_CONNECTED: "Dense",
  MAX_POOL_2D: "Max pooling",
  AVERAGE_POOL_2D: "Mean pooling",
  ADD: "Addition",
  MUL: "Product",
  SUB: "Difference",
  CONCATENATION: "Joined",
  RESHAPE: "Reshape",
  PAD: "Padding",
  PADV2: "Padding",
  MEAN: "Mean",
  LOGISTIC: "Sigmoid",
  SOFTMAX: "Softmax",
  LOG_SOFTMAX: "Log-softmax",
  RELU: "ReLU",
  RELU6: "ReLU6",
  LEAKY_RELU: "Leaky ReLU",
  PRELU: "PReLU",
  ELU: "ELU",
  GELU: "GELU",
  EXP: "Exponential",
  L2_NORMALIZATION: "Normalized",
  TANH: "tanh",
  ARG_MAX: "Where largest",
  ARG_MIN: "Where smallest",
  RESIZE_BILINEAR: "Resized",
  RESIZE_NEAREST_NEIGHBOR: "Resized",
  MIRROR_PAD: "Mirrored edge",
};

/** What each kind does, for whom its name says nothing. */
const MEANINGS: Readonly<Record<string, string>> = {
  CONV_2D: "Each map adds up a small window of all maps before it, times weights.",
  DEPTHWISE_CONV_2D: "Each map is made of one map alone: a small window times weights.",
  FULLY_CONNECTED: "Each number adds up all numbers before it, times weights.",
  MAX_POOL_2D: "Of each window only the largest value is kept.",
  AVERAGE_POOL_2D: "Of each window the mean is kept.",
  MEAN: "The mean of each map.",
  ADD: "Two layers, added value by value: a short cut past some layers.",
  MUL: "Two layers, multiplied value by value.",
  SUB: "Two layers, subtracted value by value.",
  CONCATENATION: "The maps of several layers, one behind the other.",
  RESHAPE: "The same values in another order of rows and columns.",
  SOFTMAX: "The scores as shares that add up to one.",
  LOG_SOFTMAX: "The logarithms of the shares that softmax would give.",
  PRELU: "What is below zero is multiplied by a slope; what is not stays as it is.",
  L2_NORMALIZATION: "Each value divided by the length of its row.",
  ARG_MAX: "Where the largest number stands: often the number of the class.",
  ARG_MIN: "Where the smallest number stands.",
  SQUARED_DIFFERENCE: "How far two layers are apart, value by value, times itself.",
  RESIZE_BILINEAR: "The maps in another size: new values lie between old ones.",
  RESIZE_NEAREST_NEIGHBOR: "The maps in another size: the nearest old value each.",
  LOGISTIC: "Each value pressed between 0 and 1.",
  PAD: "A border around each map.",
  QUANTIZE: "Real numbers become eight bits.",
  DEQUANTIZE: "Eight bits become real numbers.",
};

/** What a layer's name is made of. */
type Named = Pick<Layer, "operator" | "volume">;

/** A layer's name in a word or two. */
export function titleOf({ operator, volume }: Named): string {
  if (!operator) return "Input";
  if (operator.kind === "RESHAPE" && isVector(volume)) return "Flatten";
  const title = TITLES[operator.kind];
  if (title) return title;
  const words = operator.kind.toLowerCase().replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The same with the size of its window: "Convolution 5 × 5". */
export function longTitleOf(layer: Named): string {
  const window = layer.operator?.window;
  return window ? `${titleOf(layer)} ${window.size.join(" × ")}` : titleOf(layer);
}

export function meaningOf({ operator }: Layer): string {
  return operator ? (MEANINGS[operator.kind] ?? "") : "What the network is shown.";
}

/** What a window leaves of rows and columns, with the numbers; empty without one. */
export function formulaOf({ operator, volume }: Layer, source: Layer | null): string {
  if (!operator?.window || !source) return "";
  const rows = along(operator.window, 0, source.volume.rows, volume.rows);
  const columns = along(operator.window, 1, source.volume.columns, volume.columns);
  return rows === columns ? rows : `rows ${rows}; columns ${columns}`;
}

/**
 * Along one side. TensorFlow pads so that ⌈n / stride⌉ are left ("same"), or not at all,
 * and then what is too narrow for a window at the end is left out ("valid").
 */
function along(window: Window, side: 0 | 1, from: number, to: number): string {
  const { size, stride, dilation } = window;
  const [k, s, d] = [size[side], stride[side], dilation[side]];
  const reach = d === 1 ? `${k}` : `${(k - 1) * d + 1}`;
  const padding = window.padding[side] + window.padding[side === 0 ? 2 : 3];
  const kept = `⌊(${from}${padding > 0 ? ` + ${padding}` : ""} − ${reach}) / ${s}⌋ + 1`;
  return padding > 0 ? `⌈${from} / ${s}⌉ = ${kept} = ${to}` : `${kept} = ${to}`;
}

/** How the window goes over its input: padding, stride, dilation. */
export function windowOf({ operator }: Layer): string {
  const window = operator?.window;
  if (!window) return "";
  const [top, left, bottom, right] = window.padding;
  const isPadded = top + left + bottom + right > 0;
  const pair = <T>([a, b]: readonly [T, T]) => (a === b ? `${a}` : `${a} by ${b}`);
  const parts = [
    isPadded
      ? `“same” padding: ${pair([`${top} + ${bottom}`, `${left} + ${right}`])}`
      : "“valid”: no padding",
    `stride ${pair(window.stride)}`,
  ];
  if (window.dilation.some((n) => n > 1)) {
    const reach = window.size.map((k, i) => (k - 1) * (window.dilation[i] ?? 1) + 1);
    parts.push(
      `dilation ${pair(window.dilation)}, so that it reaches ${reach.join(" × ")}`,
    );
  }
  return parts.join(", ");
}

/** Parameters and multiplications; empty where there are none. */
export function costOf(operator: Operator | null): string {
  const parts = [];
  if (operator?.parameters) parts.push(`${count(operator.parameters)} parameters`);
  if (operator?.macs) parts.push(`${count(operator.macs)} multiplications`);
  return parts.join(", ");
}

/** 1234567 as "1,234,567". */
export function count(number: number): string {
  return number.toLocaleString("en-US");
}

/** A real number in a few digits. */
export function printReal(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4;
  const isUsual = size === 0 || (size >= 0.001 && size < 1e6);
  const text = isUsual ? value.toFixed(size === 0 ? 0 : digits) : value.toPrecision(3);
  return text.replace("-", "−");
}
