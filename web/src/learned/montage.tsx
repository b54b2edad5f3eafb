import { useLayoutEffect, useRef } from "preact/hooks";
import { px } from "../drawing/css";
import type { Spot, Surface } from "../drawing/paint";

interface Props {
  readonly name: string;
  readonly count: number;
  readonly columns: number;
  /** Of one picture, rows and columns. */
  readonly side: readonly [number, number];
  /** CSS pixels to a pixel of a picture. */
  readonly zoom: number;
  readonly paint: (to: Surface, spot: Spot, index: number) => void;
}

/** Small pictures of one size in one canvas, a hair's breadth between them. */
export function Montage({ name, count, columns, side, zoom, paint }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const rows = Math.ceil(count / columns);
  const gap = 2;
  const width = columns * (side[1] * zoom + gap) - gap;
  const height = rows * (side[0] * zoom + gap) - gap;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(width, height);
    const surface = { pixels: new Uint32Array(image.data.buffer), width };
    for (let i = 0; i < count; i++) {
      const left = (i % columns) * (side[1] * zoom + gap);
      const top = Math.floor(i / columns) * (side[0] * zoom + gap);
      paint(surface, { left, top, zoom }, i);
    }
    context.putImageData(image, 0, 0);
  });
  return (
    <canvas
      ref={canvas}
      class="montage"
      role="img"
      aria-label={name}
      width={width}
      height={height}
      style={{ width: px(width) }}
    />
  );
}
