/** Pictures and what kernels make of them, as grids that one can point into. */
import { Grid, type GridProps } from "../../drawing/grid";
import { ORIGIN, paintMap, paintPicture } from "../../drawing/paint";
import type { Place } from "../../drawing/volume";
import type { Filtered } from "../compute/filter";
import { print } from "../compute/numbers";
import { type Picture, toGrey } from "../compute/picture";

const SIDE = 420; // CSS pixels

interface PictureProps extends GridProps {
  readonly picture: Picture;
  readonly isGrey?: boolean;
}

/** A picture, in colour or by its brightness. */
export function PictureGrid({ picture, isGrey = false, ...rest }: PictureProps) {
  const { width: columns, height: rows } = picture;
  const values = isGrey ? toGrey(picture) : picture.rgb;
  const channels = isGrey ? 1 : 3;
  const read = ([row, column]: Place) => {
    const first = (row * columns + column) * channels;
    return values.subarray(first, first + channels).join(", ");
  };
  return (
    <Grid
      side={SIDE}
      {...rest}
      rows={rows}
      columns={columns}
      paint={(to) => paintPicture(to, ORIGIN, values, { rows, columns, channels })}
      read={read}
    />
  );
}

interface FilteredProps extends GridProps {
  readonly output: Filtered;
  /** The byte that stands for a sum of 0. */
  readonly zero: number;
  /** In the colours of values below and above zero. */
  readonly isSigned: boolean;
  readonly channel: number;
}

/** What a kernel made: as brightness, in colour, or below and above zero. */
export function FilteredGrid(props: FilteredProps) {
  const { output, zero, isSigned, channel, ...rest } = props;
  const { width: columns, height: rows, channels, bytes } = output;
  const volume = { rows, columns, channels };
  const range = { low: -128, high: 127, zero };
  const read = ([row, column]: Place) =>
    print((bytes[(row * columns + column) * channels + channel] ?? 0) + 128);
  return (
    <Grid
      side={SIDE}
      {...rest}
      rows={rows}
      columns={columns}
      paint={(to) =>
        isSigned
          ? paintMap(to, ORIGIN, bytes, volume, channel, range)
          : paintPicture(to, ORIGIN, bytes, volume)
      }
      read={read}
    />
  );
}
