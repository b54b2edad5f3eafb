/** Kernels that everybody should have seen, with what one sees. */

export interface Preset {
  readonly id: string;
  readonly title: string;
  readonly rows: readonly (readonly number[])[];
  readonly divisor: number;
  /** Where a sum of 0 is shown, 0 to 255. */
  readonly offset: number;
  readonly says: string;
}

const EDGE = 128; // in the middle: sums of both signs are seen

export const PRESETS: readonly Preset[] = [
  {
    id: "identity",
    title: "Identity",
    rows: [
      [0, 0, 0],
      [0, 1, 0],
      [0, 0, 0],
    ],
    divisor: 1,
    offset: 0,
    says: "Only the pixel itself counts: the picture stays as it is.",
  },
  {
    id: "blur",
    title: "Blur",
    rows: [
      [1, 1, 1],
      [1, 1, 1],
      [1, 1, 1],
    ],
    divisor: 9,
    offset: 0,
    says: "The mean of nine neighbours: details go, large areas stay.",
  },
  {
    id: "gauss",
    title: "Gauss",
    rows: [
      [1, 2, 1],
      [2, 4, 2],
      [1, 2, 1],
    ],
    divisor: 16,
    offset: 0,
    says: "A mean in which near pixels count more: a softer blur without boxes.",
  },
  {
    id: "gauss5",
    title: "Gauss 5×5",
    rows: [
      [1, 4, 6, 4, 1],
      [4, 16, 24, 16, 4],
      [6, 24, 36, 24, 6],
      [4, 16, 24, 16, 4],
      [1, 4, 6, 4, 1],
    ],
    divisor: 256,
    offset: 0,
    says: "The same wider: blurring by the 3×3 Gauss twice gives this.",
  },
  {
    id: "sharpen",
    title: "Sharpen",
    rows: [
      [0, -1, 0],
      [-1, 5, -1],
      [0, -1, 0],
    ],
    divisor: 1,
    offset: 0,
    says: "Five times the pixel less its neighbours: differences are exaggerated.",
  },
  {
    id: "edge",
    title: "Edge",
    rows: [
      [-1, -1, -1],
      [-1, 8, -1],
      [-1, -1, -1],
    ],
    divisor: 8,
    offset: EDGE,
    says: "The pixel against its eight neighbours: 0 where all are alike, so that only edges are left.",
  },
  {
    id: "sobel-x",
    title: "Sobel x",
    rows: [
      [-1, 0, 1],
      [-2, 0, 2],
      [-1, 0, 1],
    ],
    divisor: 8,
    offset: EDGE,
    says: "Right less left: upright edges. From dark to light is positive, from light to dark negative.",
  },
  {
    id: "sobel-y",
    title: "Sobel y",
    rows: [
      [-1, -2, -1],
      [0, 0, 0],
      [1, 2, 1],
    ],
    divisor: 8,
    offset: EDGE,
    says: "Below less above: level edges. Upright ones give 0.",
  },
  {
    id: "prewitt-x",
    title: "Prewitt x",
    rows: [
      [-1, 0, 1],
      [-1, 0, 1],
      [-1, 0, 1],
    ],
    divisor: 6,
    offset: EDGE,
    says: "As Sobel's, but all rows count alike.",
  },
  {
    id: "prewitt-y",
    title: "Prewitt y",
    rows: [
      [-1, -1, -1],
      [0, 0, 0],
      [1, 1, 1],
    ],
    divisor: 6,
    offset: EDGE,
    says: "As Sobel's, but all columns count alike.",
  },
  {
    id: "roberts",
    title: "Roberts",
    rows: [
      [0, 0, 0],
      [0, 1, 0],
      [0, 0, -1],
    ],
    divisor: 2,
    offset: EDGE,
    says: "The pixel less its neighbour below right: the oldest edge detector (1963), for slants.",
  },
  {
    id: "emboss",
    title: "Emboss",
    rows: [
      [-2, -1, 0],
      [-1, 1, 1],
      [0, 1, 2],
    ],
    divisor: 1,
    offset: 0,
    says: "A slope from one corner to the other: the picture looks like a relief, lit from there.",
  },
];

/** The preset with these numbers, or undefined for a kernel of one's own. */
export function findPreset(
  rows: readonly (readonly number[])[],
  divisor: number,
  offset: number,
): Preset | undefined {
  const text = printRows(rows);
  return PRESETS.find(
    (one) =>
      printRows(one.rows) === text && one.divisor === divisor && one.offset === offset,
  );
}

/** `1,0,-1;2,0,-2;1,0,-1`, for the address. */
export function printRows(rows: readonly (readonly number[])[]): string {
  return rows.map((row) => row.join(",")).join(";");
}

/** A square of 3 or 5 rows of whole numbers that fit into a byte; else null. */
export function parseRows(text: string): number[][] | null {
  const rows = text.split(";").map((row) => row.split(",").map(Number));
  const side = rows.length;
  const isSquare = rows.every((row) => row.length === side);
  const isByte = (value: number) => Number.isInteger(value) && Math.abs(value) <= 127;
  if (!isSquare || (side !== 3 && side !== 5) || !rows.flat().every(isByte))
    return null;
  return rows;
}

/** The same numbers in a square of another side: cut, or with zeros around. */
export function resizeRows(
  rows: readonly (readonly number[])[],
  side: number,
): number[][] {
  const move = (rows.length - side) / 2;
  return Array.from({ length: side }, (_, y) =>
    Array.from({ length: side }, (_, x) => rows[y + move]?.[x + move] ?? 0),
  );
}
