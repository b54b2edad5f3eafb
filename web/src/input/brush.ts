/** A brush that is moved by keys. */
import type { Point, Sheet } from "./sheet";

export interface Brush extends Point {
  readonly isDown: boolean;
}

const ARROWS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
};

/**
 * Where the brush is after a key, from the middle at first; null of another key.
 * A step is one of `pixels` that the longer side of the model's image has.
 */
export function turnBrush(
  key: string,
  brush: Brush | null,
  { width, height }: Pick<Sheet, "width" | "height">,
  pixels: number,
): Brush | null {
  const now = brush ?? { x: width / 2, y: height / 2, isDown: false };
  if (key === " ") return { ...now, isDown: !now.isDown };
  const arrow = ARROWS[key];
  if (!arrow) return null;
  const step = Math.max(width, height) / pixels;
  const clamp = (value: number, most: number) => Math.max(0, Math.min(most, value));
  return {
    x: clamp(now.x + arrow[0] * step, width),
    y: clamp(now.y + arrow[1] * step, height),
    isDown: now.isDown,
  };
}
