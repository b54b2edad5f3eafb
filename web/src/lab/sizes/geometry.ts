/** Sizes of what windows that slide give, and how much of the picture they see. */

/** TensorFlow's valid and same; full: every place where they touch. */
export type Border = "valid" | "same" | "full";

/** A window along one axis. */
export interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
}

/** How a window fits along one axis. */
export interface Fit {
  readonly output: number;
  /** Zeros before the first and after the last. */
  readonly before: number;
  readonly after: number;
  /** Cells from the first to the last of a dilated window. */
  readonly extent: number;
  /** Cells at the end that no window reaches, as the division is rounded down. */
  readonly unseen: number;
}

/** The fit of a window over `input` cells; an output of 0 means that it is too large. */
export function fit(input: number, window: Window, border: Border): Fit {
  const { stride } = window;
  const extent = extentOf(window);
  if (border === "same") {
    const output = Math.ceil(input / stride);
    const padding = Math.max((output - 1) * stride + extent - input, 0);
    const before = Math.floor(padding / 2);
    const after = padding - before;
    const unseen = Math.max(0, input - ((output - 1) * stride + extent - before));
    return { output, before, after, extent, unseen };
  }
  const around = border === "full" ? extent - 1 : 0;
  const room = input + 2 * around - extent;
  const output = room < 0 ? 0 : Math.floor(room / stride) + 1;
  const unseen = output ? room - (output - 1) * stride : input;
  return { output, before: around, after: around, extent, unseen };
}

/** Cells from the first to the last that a dilated window reads. */
export function extentOf({ kernel, dilation }: Window): number {
  return (kernel - 1) * dilation + 1;
}

/** What one value sees of the input after each layer of a stack. */
export interface Field {
  /** Cells of a side. */
  readonly size: number;
  /** Cells of the input between neighbours. */
  readonly jump: number;
}

export function growFields(layers: readonly Window[]): Field[] {
  let size = 1;
  let jump = 1;
  return layers.map((layer) => {
    size += (extentOf(layer) - 1) * jump;
    jump *= layer.stride;
    return { size, jump };
  });
}

/** Weights and biases of a convolution with a square kernel. */
export function countConvolution(
  kernel: number,
  inputs: number,
  outputs: number,
): number {
  return (kernel * kernel * inputs + 1) * outputs;
}

/** Weights and biases where each output sees all inputs. */
export function countDense(inputs: number, outputs: number): number {
  return (inputs + 1) * outputs;
}

/** Weights and biases of windows that do not share them: each place has its own. */
export function countLocal(
  kernel: number,
  inputs: number,
  outputs: number,
  places: number,
): number {
  return countConvolution(kernel, inputs, outputs) * places;
}
