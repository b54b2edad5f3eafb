/** One number of a layer, as it is and in words. */
import { indexOf, isVector } from "../drawing/volume";
import type { Live } from "../state/live";
import type { Layer } from "./graph";
import type { Looked } from "./pointing";
import { printReal } from "./words";

export interface Value {
  /** As the tensor holds it. */
  readonly held: number;
  /** The number that it stands for. */
  readonly real: number;
  /** Where it is, and what: "map 2, row 3, column 4: 0.31". */
  readonly words: string;
}

export function numberAt(layer: Layer, live: Live, { channel, place }: Looked): Value {
  const { volume, name } = layer;
  const at = place ?? [0, 0];
  const held = live.activations.value.get(name)?.[indexOf(volume, at, channel)] ?? 0;
  const real = realOf(layer, held);
  const where = isVector(volume)
    ? `number ${channel + 1}`
    : `map ${channel + 1}, row ${at[0] + 1}, column ${at[1] + 1}`;
  return { held, real, words: `${where}: ${printReal(real)}` };
}

/** The real number that a held one stands for. */
export function realOf({ tensor: { scale, zero } }: Layer, held: number): number {
  return scale === null ? held : (held - (zero ?? 0)) * scale;
}
