import type { Values } from "../engine/engine";
import { Grid, type GridProps } from "./grid";
import { ORIGIN, paintMap } from "./paint";
import { type Range, rangeOf } from "./ramp";
import { indexOf, type Place, volumeOf } from "./volume";

interface Props extends GridProps {
  readonly values: Values;
  readonly shape: readonly number[];
  /** The zero point: the colours' middle. */
  readonly zero: number;
  readonly channel?: number;
  /** What the colours span; that of this channel if it is not said. */
  readonly range?: Range;
  /** A value in words; as it is if it is not said. */
  readonly print?: (value: number) => string;
}

/** One channel of a tensor in the colours of `ramp.ts`. */
export function HeatMap({ values, shape, zero, channel = 0, print, ...rest }: Props) {
  const volume = volumeOf(shape);
  const range = rest.range ?? rangeOf(values, zero, volume, channel);
  const read = (at: Place) => {
    const value = values[indexOf(volume, at, channel)] ?? 0;
    return print ? print(value) : String(value);
  };
  return (
    <Grid
      {...rest}
      rows={volume.rows}
      columns={volume.columns}
      paint={(to) => paintMap(to, ORIGIN, values, volume, channel, range)}
      read={read}
    />
  );
}
