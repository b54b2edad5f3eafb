import { Grid } from "../../drawing/grid";
import { paintPicture, type Surface } from "../../drawing/paint";
import { colourAt, packPixel, type Range } from "../../drawing/ramp";
import type { Volume } from "../../drawing/volume";
import { indexOf } from "../../drawing/volume";
import type { Values } from "../../engine/engine";

interface Props {
  readonly name: string;
  readonly picture: Values;
  readonly volume: Volume;
  /** A value a cell; cells may be larger than pixels. */
  readonly map: Float32Array;
  readonly cells: Volume;
  readonly range: Range;
  readonly print: (value: number) => string;
}

const MOST = 0.85; // of the colour over the picture

/** A map over a picture: as strong as its value, in whole cells. */
export function Overlay(props: Props) {
  const { name, volume, print } = props;
  return (
    <Grid
      name={name}
      rows={volume.rows}
      columns={volume.columns}
      side={240}
      paint={(surface) => paintOver(surface, props)}
      read={(at) => print(valueAt(props, at[0], at[1]))}
    />
  );
}

function paintOver(surface: Surface, props: Props): void {
  const { picture, volume, range } = props;
  const grey = asGrey(picture, volume);
  paintPicture(surface, { left: 0, top: 0, zoom: 1 }, grey, { ...volume, channels: 1 });
  const reach = Math.max(range.high, -range.low) || 1;
  for (let row = 0; row < volume.rows; row++) {
    for (let column = 0; column < volume.columns; column++) {
      const at = row * surface.width + column;
      const value = valueAt(props, row, column);
      const colour = colourAt(
        { low: -reach, high: reach, zero: 0 },
        Math.sign(value) * reach * 0.7,
      );
      const share = Math.min(1, Math.abs(value) / reach) * MOST;
      surface.pixels[at] = blend((surface.pixels[at] ?? 0) & 255, colour, share);
    }
  }
}

function blend(grey: number, colour: readonly number[], share: number): number {
  const at = (i: number) => Math.round(grey + ((colour[i] ?? 0) - grey) * share);
  return packPixel([at(0), at(1), at(2)]);
}

/** The mean of a pixel's channels, in the picture's own numbers. */
function asGrey(picture: Values, { channels }: Volume): Values {
  const grey = picture.slice(0, picture.length / channels);
  grey.forEach((_, i) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += picture[i * channels + c] ?? 0;
    grey[i] = sum / channels;
  });
  return grey;
}

function valueAt({ map, cells, volume }: Props, row: number, column: number): number {
  const at = [
    Math.floor((row * cells.rows) / volume.rows),
    Math.floor((column * cells.columns) / volume.columns),
  ] as const;
  return map[indexOf({ ...cells, channels: 1 }, at, 0)] ?? 0;
}
