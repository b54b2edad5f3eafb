/** A picture moved, turned, scaled or slanted: what a network is shown instead. */

/** Shifts in pixels, angles in degrees; a scale of 1 leaves the size alone. */
export interface Warp {
  readonly right: number;
  readonly down: number;
  readonly turn: number;
  readonly scale: number;
  readonly slant: number;
}

export const STILL: Warp = { right: 0, down: 0, turn: 0, scale: 1, slant: 0 };

/** What can be varied, with its bounds and the steps of a sweep. */
export const KINDS = [
  { id: "right", title: "Move right", from: -8, to: 8, step: 1, unit: "pixels" },
  { id: "down", title: "Move down", from: -8, to: 8, step: 1, unit: "pixels" },
  { id: "turn", title: "Rotate", from: -180, to: 180, step: 15, unit: "°" },
  { id: "scale", title: "Scale", from: 0.5, to: 1.5, step: 0.1, unit: "×" },
  { id: "slant", title: "Shear", from: -45, to: 45, step: 5, unit: "°" },
] as const;

export type Kind = (typeof KINDS)[number];

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
export function warpPixels<T extends Int8Array | Uint8Array | Float32Array>(
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
