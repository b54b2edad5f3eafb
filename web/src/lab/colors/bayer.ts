/**
 * What a camera's sensor sees: one colour a pixel, red, green, green, blue in squares of
 * four; and what interpolation makes of it, which is a convolution of each colour's
 * pixels with zeros between them.
 */
import { applyFilter, type Filter } from "../compute/filter";
import type { LabKernels } from "../compute/lab_kernels";
import type { Picture } from "../compute/picture";

/** Means of the two or four nearest: of red and blue, which are every fourth pixel. */
const SPARSE = [
  [1, 2, 1],
  [2, 4, 2],
  [1, 2, 1],
];
/** Of green, which is every other pixel. */
const DENSE = [
  [0, 1, 0],
  [1, 4, 1],
  [0, 1, 0],
];

/** Which colour the sensor's pixel has: 0 red, 1 green, 2 blue. */
export function colorOf(row: number, column: number): 0 | 1 | 2 {
  if (row % 2 !== column % 2) return 1;
  return row % 2 === 0 ? 0 : 2;
}

/** The mosaic: of each pixel one colour, the others 0. */
export function toMosaic({ width, height, rgb }: Picture): Picture {
  const seen = new Uint8Array(rgb.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const at = (row * width + column) * 3 + colorOf(row, column);
      seen[at] = rgb[at] ?? 0;
    }
  }
  return { width, height, rgb: seen };
}

/** The numbers as they come from the sensor, as brightness. */
export function toRaw({ width, height, rgb }: Picture): Picture {
  const raw = Uint8Array.from(
    rgb,
    (_, i) => rgb[i - (i % 3) + colorAt(Math.floor(i / 3), width)] ?? 0,
  );
  return { width, height, rgb: raw };
}

/** The picture that bilinear interpolation makes of a mosaic, by the boards' kernel. */
export function interpolate(kernels: LabKernels, mosaic: Picture): Picture {
  const run = (rows: number[][]) => applyFilter(kernels, filterOf(rows), mosaic).bytes;
  const [sparse, dense] = [run(SPARSE), run(DENSE)];
  const rgb = Uint8Array.from(
    sparse,
    (byte, i) => (i % 3 === 1 ? (dense[i] ?? 0) : byte) + 128,
  );
  return { width: mosaic.width, height: mosaic.height, rgb };
}

/** How far two pictures are apart, four times as strong to be seen. */
export function difference(one: Picture, other: Picture): Picture {
  const rgb = Uint8Array.from(one.rgb, (value, i) =>
    Math.min(255, 4 * Math.abs(value - (other.rgb[i] ?? 0))),
  );
  return { width: one.width, height: one.height, rgb };
}

function colorAt(pixel: number, width: number): number {
  return colorOf(Math.floor(pixel / width), pixel % width);
}

function filterOf(rows: number[][]): Filter {
  return { rows, divisor: 4, offset: 0, mode: "each", padding: "same" };
}
