/** A picture moved, turned, scaled or slanted: what a network is shown instead. */
import type { Values } from "../../engine/values";

/** Shifts in pixels, angles in degrees; a scale of 1 leaves the size alone. */
export interface Warp {
  readonly right: number;
  readonly down: number;
  readonly turn: number;
  readonly scale: number;
  readonly slant: number;
}

export const STILL: Warp = { right: 0, down: 0, turn: 0, scale: 1, slant: 0 };

/** One change that can be varied, with its bounds and the steps of a sweep. */
export interface Kind {
  readonly id: keyof Warp;
  readonly title: string;
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly unit: string;
}

/** What can be varied of such pictures: moves go up to about a third of the side. */
export function kindsOf({ height, width }: Pixels): readonly Kind[] {
  return [
    { id: "right", title: "Move right", ...farthest(width), unit: "pixels" },
    { id: "down", title: "Move down", ...farthest(height), unit: "pixels" },
    { id: "turn", title: "Rotate", from: -180, to: 180, step: 15, unit: "°" },
    { id: "scale", title: "Scale", from: 0.5, to: 1.5, step: 0.1, unit: "×" },
    { id: "slant", title: "Shear", from: -45, to: 45, step: 5, unit: "°" },
  ];
}

const MOST_STEPS = 8; // either way

function farthest(side: number) {
  const reach = Math.max(2, Math.round(0.3 * side));
  const step = Math.ceil(reach / MOST_STEPS);
  const to = step * Math.floor(reach / step);
  return { from: -to, to, step };
}

/** All amounts of a sweep, the picture as it was among them. */
export function amountsOf({ from, to, step }: Kind): readonly number[] {
  const count = Math.round((to - from) / step) + 1;
  return Array.from({ length: count }, (_, i) => from + i * step);
}

/** Which of them leaves the picture as it was. */
export function stillOf({ id, from, step }: Kind): number {
  return Math.round((STILL[id] - from) / step);
}

/** `3,0,40,1,0`, for the address; empty of what is as it was. */
export function printWarp(warp: Warp): string {
  const values = ORDER.map((id) => Number(warp[id].toFixed(2)));
  return values.every((value, i) => value === STILL[ORDER[i] ?? "right"])
    ? ""
    : values.join(",");
}

/** As it was where the text is none of those. */
export function parseWarp(text: string, kinds: readonly Kind[]): Warp {
  const values = text.split(",").map(Number);
  const isGood = kinds.every(({ id, from, to }) => {
    const value = values[ORDER.indexOf(id)] ?? Number.NaN;
    return value >= from && value <= to;
  });
  if (values.length !== ORDER.length || !isGood) return STILL;
  return Object.fromEntries(ORDER.map((id, i) => [id, values[i]])) as unknown as Warp;
}

const ORDER = ["right", "down", "turn", "scale", "slant"] as const;

/** Values of pictures as [row][column][channel], all of one kind. */
export interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * The picture as the warp makes it, around its middle; between pixels it takes means
 * of the four nearest, and what comes in from outside is `background`.
 */
export function warpPixels<T extends Values>(
  from: T,
  { height, width, channels }: Pixels,
  warp: Warp,
  background: number,
): T {
  const to = from.slice() as T;
  const angle = (warp.turn * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle) / warp.scale, Math.sin(angle) / warp.scale];
  const slant = Math.tan((warp.slant * Math.PI) / 180);
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const isWhole = !(from instanceof Float32Array);
  const at = (row: number, column: number, channel: number) => {
    const isIn = row >= 0 && column >= 0 && row < height && column < width;
    return isIn ? (from[(row * width + column) * channels + channel] ?? 0) : background;
  };
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const y = row - middleY - warp.down;
      const x = column - middleX - warp.right + slant * y;
      const [left, top] = [cos * x + sin * y + middleX, cos * y - sin * x + middleY];
      const [l, t] = [Math.floor(left), Math.floor(top)];
      const [dx, dy] = [left - l, top - t];
      for (let c = 0; c < channels; c++) {
        const above = at(t, l, c) * (1 - dx) + at(t, l + 1, c) * dx;
        const below = at(t + 1, l, c) * (1 - dx) + at(t + 1, l + 1, c) * dx;
        const value = above * (1 - dy) + below * dy;
        to[(row * width + column) * channels + c] = isWhole ? Math.round(value) : value;
      }
    }
  }
  return to;
}
