/** How the examples were drawn: on what, how large, where. */
import type { Values } from "../engine/engine";

export interface Ink {
  /** Bright strokes on dark, as MNIST's; or dark ones on bright. */
  readonly isBright: boolean;
  /** Of the longer side of what is drawn, as a share of the picture's. */
  readonly share: number;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Where its weight is. */
  readonly x: number;
  readonly y: number;
}

const FAINT = 0.2; // of the brightest: what is less is no ink

/** What most of the examples have in common; rows of bytes, 0 to 255 from dark. */
export function readInk(images: readonly Values[], width: number, height: number): Ink {
  let border = 0;
  let count = 0;
  for (const values of images) {
    forBorder(width, height, (at) => {
      border += values[at] ?? 0;
      count++;
    });
  }
  const isBright = count === 0 || border / count < 128;
  const shares = images
    .map((values) =>
      findInk((at) => strength(values[at] ?? 0, isBright), width, height),
    )
    .filter((box): box is Box => box !== null)
    .map((box) =>
      Math.max((box.right - box.left) / width, (box.bottom - box.top) / height),
    )
    .sort((a, b) => a - b);
  return { isBright, share: shares[shares.length >> 1] ?? 1 };
}

/** Where ink is; null where there is none. `ink` is 0 to 255 at a place. */
export function findInk(
  ink: (at: number) => number,
  width: number,
  height: number,
): Box | null {
  let most = 0;
  for (let at = 0; at < width * height; at++) most = Math.max(most, ink(at));
  if (most < 16) return null;
  let [left, top, right, bottom] = [width, height, 0, 0];
  let [sum, x, y] = [0, 0, 0];
  for (let at = 0; at < width * height; at++) {
    const value = ink(at);
    if (value < most * FAINT) continue;
    const [column, row] = [at % width, Math.floor(at / width)];
    left = Math.min(left, column);
    right = Math.max(right, column + 1);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row + 1);
    sum += value;
    x += value * (column + 0.5);
    y += value * (row + 0.5);
  }
  return { left, top, right, bottom, x: x / sum, y: y / sum };
}

/** How ink is moved and scaled to lie as it does in the examples. */
export function placeInk(
  box: Box,
  share: number,
  width: number,
  height: number,
): { scale: number; left: number; top: number } {
  const scale =
    share / Math.max((box.right - box.left) / width, (box.bottom - box.top) / height);
  // Its weight in the middle, and nothing outside.
  const shift = (weight: number, from: number, to: number, size: number) =>
    Math.max(-from * scale, Math.min(size - to * scale, size / 2 - weight * scale));
  return {
    scale,
    left: shift(box.x, box.left, box.right, width),
    top: shift(box.y, box.top, box.bottom, height),
  };
}

/** How much ink a byte is, where strokes are bright or dark. */
export function strength(byte: number, isBright: boolean): number {
  return isBright ? byte : 255 - byte;
}

function forBorder(width: number, height: number, visit: (at: number) => void): void {
  for (let column = 0; column < width; column++) {
    visit(column);
    visit((height - 1) * width + column);
  }
  for (let row = 1; row < height - 1; row++) {
    visit(row * width);
    visit(row * width + width - 1);
  }
}
