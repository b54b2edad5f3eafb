/** Which number is looked at: the parts of the address, brought into the tensor. */
import { batch } from "@preact/signals";
import type { Source } from "../arithmetic/breakdown";
import type { Run } from "../arithmetic/element";
import { findProducer } from "../arithmetic/take_apart";
import {
  clampPlace,
  indexOf,
  type Place,
  type Volume,
  volumeOf,
} from "../drawing/volume";
import type { Values } from "../engine/engine";
import type { Operator, TensorFacts } from "../page/document";
import { addressed, addressedText, parseCount } from "../state/address";
import { channel, position, tensor } from "../state/selection";

/** Which channel of the input is shown beside the number; null for the usual one. */
export const through = addressed<number | null>("through", null, parseCount, (value) =>
  value === null ? "" : String(value),
);

/** What stands in the pictures: the bytes, or the real numbers that they stand for. */
export const unit = addressedText("numbers", "bytes");

export interface Focus {
  readonly name: string;
  readonly facts: TensorFacts;
  readonly values: Values;
  readonly volume: Volume;
  readonly place: Place;
  readonly channel: number;
  /** All dimensions in one. */
  readonly index: number;
  /** null of what the network is given. */
  readonly operator: Operator | null;
}

/** null where nothing is looked at. */
export function findFocus(run: Run, at: Place | null): Focus | null {
  const name = tensor.value;
  const facts = run.model.tensors[name];
  const values = run.activations.get(name);
  if (!facts || !values) return null;
  const volume = volumeOf(facts.shape);
  const place = clampPlace(volume, at ?? [0, 0]);
  const chosen = Math.min(channel.value, volume.channels - 1);
  return {
    name,
    facts,
    values,
    volume,
    place,
    channel: chosen,
    index: indexOf(volume, place, chosen),
    operator: findProducer(run, name),
  };
}

/** Where in its tensor a number is. */
export function locate(run: Run, { name, index }: Source): [Place, number] {
  const volume = volumeOf(run.model.tensors[name]?.shape ?? [1]);
  const pixel = Math.floor(index / volume.channels);
  const place: Place = [Math.floor(pixel / volume.columns), pixel % volume.columns];
  return [place, index % volume.channels];
}

/** Looks at another number of any tensor. */
export function lookAt(run: Run, source: Source): void {
  const [place, at] = locate(run, source);
  batch(() => {
    tensor.value = source.name;
    channel.value = at;
    position.value = place;
    through.value = null;
  });
}
