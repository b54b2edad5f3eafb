import type { Values } from "../engine/engine";
import { Grid, type GridProps } from "./grid";
import { ORIGIN, paintPicture } from "./paint";
import { indexOf, type Place, volumeOf } from "./volume";

interface Props extends GridProps {
  readonly values: Values;
  readonly shape: readonly number[];
}

/** A tensor of one or three channels as the picture that it is: grey, or in colour. */
export function Picture({ values, shape, ...rest }: Props) {
  const volume = volumeOf(shape);
  const read = (at: Place) => {
    const first = indexOf(volume, at, 0);
    return values.subarray(first, first + volume.channels).join(", ");
  };
  return (
    <Grid
      {...rest}
      rows={volume.rows}
      columns={volume.columns}
      paint={(to) => paintPicture(to, ORIGIN, values, volume)}
      read={read}
    />
  );
}
