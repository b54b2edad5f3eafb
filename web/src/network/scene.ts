/** What all parts of the picture share. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { blockOf } from "./field/block";
import { type Fields, fieldOf } from "./field/field";
import { type Network, readNetwork } from "./graph";
import type { Shown } from "./network_view";
import { looked } from "./pointing";

export interface Scene extends Shown {
  readonly network: Network;
  /** What the value that is looked at sees of the inputs; of a layer its middle one. */
  readonly fields: ReadonlySignal<Fields>;
}

export function makeScene(shown: Shown): Scene {
  const { model } = shown.exhibit;
  const network = readNetwork(model);
  const fields = computed<Fields>(() => {
    const one = looked.value;
    const layer = one ? network.get(one.tensor) : undefined;
    if (!one || !layer?.operator) return new Map();
    const { rows, columns } = layer.volume;
    const middle = [Math.floor(rows / 2), Math.floor(columns / 2)] as const;
    const block = blockOf(one.place ?? middle, one.channel);
    return fieldOf(model, network, layer.name, block);
  });
  return { ...shown, network, fields };
}
