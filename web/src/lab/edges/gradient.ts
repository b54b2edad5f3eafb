/**
 * Gradients of a picture by Sobel's kernels: how strong an edge is, and which way it
 * goes from dark to light.
 */
import { applyFilter, type Filter, type Filtered } from "../compute/filter";
import type { LabKernels } from "../compute/lab_kernels";
import type { Picture } from "../compute/picture";

const ROWS_X = [
  [-1, 0, 1],
  [-2, 0, 2],
  [-1, 0, 1],
];
const ROWS_Y = [
  [-1, -2, -1],
  [0, 0, 0],
  [1, 2, 1],
];
const DIVISOR = 8;
const MIDDLE = 128;

export interface Gradient {
  /** Right less left, below less above; the middle, a byte of 0, is no edge. */
  readonly x: Filtered;
  readonly y: Filtered;
  /** Bytes of `x` that are above zero: from dark to light; below it: light to dark. */
  readonly rising: Filtered;
  readonly falling: Filtered;
}

/** All by the boards' kernel; a clamp at 0 leaves one sign of the edges, as ReLU does. */
export function computeGradient(kernels: LabKernels, picture: Picture): Gradient {
  const run = (rows: number[][], offset: number) =>
    applyFilter(kernels, filterOf(rows, offset), picture);
  const negative = ROWS_X.map((row) => row.map((weight) => -weight));
  return {
    x: run(ROWS_X, MIDDLE),
    y: run(ROWS_Y, MIDDLE),
    rising: run(ROWS_X, 0),
    falling: run(negative, 0),
  };
}

/** Strength 0 to 1, and the angle towards the light: 0 right, a quarter turn is up. */
export interface Edge {
  readonly strength: number;
  readonly angle: number;
}

export function edgeAt({ x, y }: Gradient, at: number): Edge {
  const [dx, dy] = [x.bytes[at] ?? 0, y.bytes[at] ?? 0];
  return {
    strength: Math.min(1, Math.hypot(dx, dy) / 127),
    angle: Math.atan2(-dy, dx),
  };
}

/** "to the right and up", of an angle. */
export function nameDirection(angle: number): string {
  const names = [
    "right",
    "right and up",
    "up",
    "left and up",
    "left",
    "left and down",
    "down",
    "right and down",
  ];
  const eighth = Math.round((angle / (2 * Math.PI)) * 8);
  return names[((eighth % 8) + 8) % 8] ?? "";
}

/**
 * Colours around the wheel: vermilion, yellow, blue, violet, a quarter turn each. They
 * differ in lightness, too, for those who see fewer hues.
 */
const WHEEL: readonly (readonly [number, number, number])[] = [
  [226, 96, 28],
  [250, 226, 92],
  [42, 128, 226],
  [120, 62, 140],
];

/** The wheel's colour at an angle, dimmed to black by weakness. */
export function wheelColor({ strength, angle }: Edge): [number, number, number] {
  const turn = (((angle / (Math.PI / 2)) % 4) + 4) % 4;
  const from = WHEEL[Math.floor(turn) % 4] ?? [0, 0, 0];
  const to = WHEEL[(Math.floor(turn) + 1) % 4] ?? [0, 0, 0];
  const part = turn - Math.floor(turn);
  const light = Math.sqrt(strength);
  return [0, 1, 2].map((i) =>
    Math.round(((from[i] ?? 0) * (1 - part) + (to[i] ?? 0) * part) * light),
  ) as [number, number, number];
}

function filterOf(rows: number[][], offset: number): Filter {
  return { rows, divisor: DIVISOR, offset, mode: "grey", padding: "valid" };
}
