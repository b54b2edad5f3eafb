import { useLayoutEffect, useRef } from "preact/hooks";
import { isPicture, ORIGIN, paintMap, paintPicture } from "../drawing/paint";
import { rangeOf } from "../drawing/ramp";
import { volumeOf } from "../drawing/volume";
import { shownShape } from "./input_picture";
import type { Part } from "./inputs";

/** A small picture of an input; who shows it says what it is. */
export function Thumbnail({ part }: { part: Part }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const volume = volumeOf(shownShape(part.tensor.shape));
  const { rows, columns } = volume;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(columns, rows);
    const surface = { pixels: new Uint32Array(image.data.buffer), width: columns };
    if (isPicture(volume)) paintPicture(surface, ORIGIN, part.values, volume);
    else {
      const range = rangeOf(part.values, part.tensor.zero ?? 0, volume, 0);
      paintMap(surface, ORIGIN, part.values, volume, 0, range);
    }
    context.putImageData(image, 0, 0);
  }, [part]);
  return <canvas ref={canvas} width={columns} height={rows} />;
}
