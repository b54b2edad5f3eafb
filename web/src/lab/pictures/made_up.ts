/** Pictures drawn by code: each shows what one kernel or another is for. */
import type { Picture } from "../compute/picture";

type Color = readonly [number, number, number];

/** The colour at a place of the unit square; x to the right, y down. */
type Shader = (x: number, y: number, pixel: number) => Color;

export interface MadeUp {
  readonly id: string;
  readonly title: string;
  readonly shade: Shader;
  /** Rows and columns, where it has no others. */
  readonly side?: number;
}

const BLACK: Color = [0, 0, 0];
const WHITE: Color = [255, 255, 255];

export const MADE_UP: readonly MadeUp[] = [
  { id: "shapes", title: "Shapes", shade: shapes },
  { id: "bars", title: "Light and dark bars", shade: bars },
  { id: "star", title: "Star: every direction", shade: star },
  { id: "seven", title: "A seven", shade: seven },
  { id: "red-only", title: "An edge that only red sees", shade: redOnly },
  { id: "checks", title: "Fine checks", shade: checks },
  { id: "point", title: "A single point", shade: point },
  { id: "ten", title: "10 × 10: light beside dark", shade: ten, side: 10 },
  { id: "three", title: "3 × 3: red, green, blue", shade: three, side: 3 },
];

/** A made-up picture of so many rows and columns, or of its own. */
export function draw({ shade, side: own }: MadeUp, wanted: number): Picture {
  const side = own ?? wanted;
  const rgb = new Uint8Array(side * side * 3);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const color = shade((column + 0.5) / side, (row + 0.5) / side, 1 / side);
      rgb.set(color, (row * side + column) * 3);
    }
  }
  return { width: side, height: side, rgb };
}

function shapes(x: number, y: number): Color {
  const sky = Math.round(24 + 60 * y);
  if (Math.hypot(x - 0.3, y - 0.32) < 0.2) return [240, 92, 70];
  if (x > 0.58 && x < 0.9 && y > 0.14 && y < 0.46) return [96, 206, 130];
  if (y > 0.6 && y < 0.9 && Math.abs(x - 0.3) < (y - 0.6) * 0.75) return [96, 150, 250];
  if (Math.abs(x + y - 1.5) < 0.06 && y > 0.56) return [248, 240, 210];
  return [sky, sky, Math.min(255, sky + 12)];
}

function bars(x: number): Color {
  const bar = Math.floor(x * 6);
  if (bar === 1) return WHITE;
  if (bar === 3) return [128, 128, 128];
  return bar === 4 ? [200, 200, 200] : BLACK;
}

function star(x: number, y: number): Color {
  const angle = Math.atan2(y - 0.5, x - 0.5);
  const isOut = Math.hypot(x - 0.5, y - 0.5) > 0.46;
  return isOut || Math.cos(angle * 10) < 0 ? [20, 20, 20] : WHITE;
}

function seven(x: number, y: number): Color {
  const bar = distanceToLine([0.26, 0.24], [0.74, 0.24], x, y);
  const leg = distanceToLine([0.74, 0.24], [0.44, 0.8], x, y);
  const light = Math.max(0, Math.min(1, (0.09 - Math.min(bar, leg)) / 0.04));
  const value = Math.round(255 * light);
  return [value, value, value];
}

/** Both sides have the same brightness: grey sees nothing. */
function redOnly(x: number, y: number): Color {
  return Math.hypot(x - 0.5, y - 0.5) < 0.3 ? [190, 74, 120] : [90, 125, 120];
}

function checks(x: number, y: number, pixel: number): Color {
  const cell = pixel * (x < 0.5 ? 2 : 4);
  const isLight = (Math.floor(x / cell) + Math.floor(y / cell)) % 2 === 0;
  return isLight ? [230, 230, 230] : [40, 40, 40];
}

function point(x: number, y: number, pixel: number): Color {
  const middle = (value: number) => Math.floor(value / pixel);
  const half = Math.floor(0.5 / pixel);
  return middle(x) === half && middle(y) === half ? WHITE : BLACK;
}

/** Sums of 75 a colour at its middle, by a kernel of -1, 0, 1 turned round. */
function ten(x: number): Color {
  return x < 0.5 ? [35, 35, 35] : [10, 10, 10];
}

/** Sums of -448 in red, -91 in green and 472 in blue, by Sobel x. */
function three(x: number, y: number): Color {
  if (x > 2 / 3) return [0, 0, 118];
  return x < 1 / 3 ? [112, y < 1 / 3 ? 91 : 0, 0] : BLACK;
}

function distanceToLine(
  [ax, ay]: readonly [number, number],
  [bx, by]: readonly [number, number],
  x: number,
  y: number,
): number {
  const [dx, dy] = [bx - ax, by - ay];
  const along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy);
  const t = Math.max(0, Math.min(1, along));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}
