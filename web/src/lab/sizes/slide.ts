/** A window of one of the lectures' kinds slides over a small grid of numbers. */
import { type Border, type Fit, fit, type Window } from "./geometry";

export type Grid = readonly (readonly number[])[];

export type Operation = "convolution" | "max" | "average";

export type Activation = "none" | "relu" | "sigmoid" | "tanh";

export interface Slide {
  readonly input: Grid;
  /** The weights; not used in pooling. */
  readonly kernel: Grid;
  readonly window: Window;
  readonly border: Border;
  readonly operation: Operation;
  readonly activation: Activation;
}

/** A cell under the window; `value` is null outside of the input. */
export interface Tap {
  readonly row: number;
  readonly column: number;
  readonly value: number | null;
  readonly weight: number;
}

/** How the rows fit; the columns do likewise, as all is square. */
export function fitOf({ input, window, border }: Slide): Fit {
  return fit(input.length, window, border);
}

/** What the window reads for the output at a row and column. */
export function tapsOf(slide: Slide, row: number, column: number): Tap[] {
  const { input, kernel, window } = slide;
  const { before } = fitOf(slide);
  const steps = Array.from({ length: window.kernel }, (_, i) => i);
  return steps.flatMap((y) =>
    steps.map((x) => {
      const top = row * window.stride - before + y * window.dilation;
      const left = column * window.stride - before + x * window.dilation;
      return {
        row: top,
        column: left,
        value: input[top]?.[left] ?? null,
        weight: kernel[y]?.[x] ?? 0,
      };
    }),
  );
}

/** The output at a row and column. Pooling leaves out what is outside. */
export function outputAt(slide: Slide, row: number, column: number): number {
  return activate(
    slide.activation,
    reduce(slide.operation, tapsOf(slide, row, column)),
  );
}

/** All outputs. */
export function outputOf(slide: Slide): number[][] {
  const { output } = fitOf(slide);
  const places = Array.from({ length: output }, (_, i) => i);
  return places.map((row) => places.map((column) => outputAt(slide, row, column)));
}

export function reduce(operation: Operation, taps: readonly Tap[]): number {
  const seen = taps.flatMap(({ value }) => (value === null ? [] : [value]));
  if (operation === "max") return seen.length ? Math.max(...seen) : 0;
  if (operation === "average")
    return seen.length ? seen.reduce((sum, one) => sum + one, 0) / seen.length : 0;
  return taps.reduce((sum, { value, weight }) => sum + (value ?? 0) * weight, 0);
}

export function activate(activation: Activation, value: number): number {
  if (activation === "relu") return Math.max(0, value);
  if (activation === "sigmoid") return 1 / (1 + Math.exp(-value));
  return activation === "tanh" ? Math.tanh(value) : value;
}

const LECTURE: Grid = [
  [3, 3, 2, 1, 0],
  [0, 0, 1, 3, 1],
  [3, 1, 2, 2, 3],
  [2, 0, 0, 2, 2],
  [2, 0, 0, 0, 1],
];
const LECTURE_KERNEL: Grid = [
  [0, 1, 2],
  [2, 2, 0],
  [0, 1, 2],
];

/** The example of pooling in the course's fifth chapter. */
const POOLING: Grid = [
  [1, 3, 2, 1],
  [4, 6, 5, 0],
  [7, 2, 9, 8],
  [1, 2, 3, 6],
];

/** Numbers to slide over: those of the lectures where the side is 5 or 4. */
export function makeInput(side: number): Grid {
  return makeGrid(
    side,
    side === 4 ? POOLING : LECTURE,
    (y, x) => (y * 7 + x * 5 + y * x) % 4,
  );
}

/** A kernel's weights: those of the lectures where the side is 3. */
export function makeKernel(side: number): Grid {
  return makeGrid(side, LECTURE_KERNEL, (y, x) => (y + 2 * x + 1) % 3);
}

function makeGrid(
  side: number,
  known: Grid,
  fill: (row: number, column: number) => number,
): Grid {
  if (known.length === side) return known;
  return Array.from({ length: side }, (_, y) =>
    Array.from({ length: side }, (_, x) => fill(y, x)),
  );
}
