/** What is pointed at: with the mouse, or with the keyboard; else what is selected. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Scale } from "../drawing/atlas";
import type { Place } from "../drawing/volume";
import { addressed } from "../state/address";
import { channel, position, tensor } from "../state/selection";

export interface Looked {
  readonly tensor: string;
  readonly channel: number;
  /** null of a layer as a whole. */
  readonly place: Place | null;
}

/** With pointer or keyboard; null where neither is on a layer. */
export const pointed: Signal<Looked | null> = signal(null);

/** As the address says. */
export const selected: ReadonlySignal<Looked | null> = computed(() =>
  tensor.value
    ? { tensor: tensor.value, channel: channel.value, place: position.value }
    : null,
);

export const looked: ReadonlySignal<Looked | null> = computed(
  () => pointed.value ?? selected.value,
);

/** Whether colours span a layer, or each of its maps. */
export const scale = addressed<Scale>("scale", "layer", (text) =>
  text === "map" || text === "layer" ? text : null,
);

export function select(one: Looked | null): void {
  tensor.value = one?.tensor ?? "";
  channel.value = one?.channel ?? 0;
  position.value = one?.place ?? null;
}
