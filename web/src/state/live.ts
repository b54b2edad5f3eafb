/**
 * What the network computes of what it is shown. One place is written, `shown`; all
 * views read the rest, which follows at once.
 */
import {
  computed,
  effect,
  type ReadonlySignal,
  type Signal,
  signal,
} from "@preact/signals";
import type { Activations } from "../engine/engine";
import type { Exhibit } from "../page/page";
import { image } from "./selection";

/** What is shown instead of an example: drawn, uploaded, from a camera. */
export interface OwnInput {
  readonly origin: "drawn" | "picture" | "camera" | "chance";
  /** As the model takes it: all inputs end to end. */
  readonly bytes: Uint8Array;
}

export interface Live {
  /** What is shown instead of the example that `image` names; null for the example. */
  readonly own: Signal<OwnInput | null>;
  /** The input's bytes. */
  readonly input: ReadonlySignal<Uint8Array>;
  /** Every tensor that the network computes of it. */
  readonly activations: ReadonlySignal<Activations>;
  /** Milliseconds that this took. */
  readonly milliseconds: ReadonlySignal<number>;
}

export function makeLive({ engine, examples }: Exhibit): Live {
  const own = signal<OwnInput | null>(null);
  // Whoever chooses an example wants to see it.
  effect(() => {
    image.value;
    own.value = null;
  });
  const input = computed(
    () => own.value?.bytes ?? examples.input(Math.min(image.value, examples.count - 1)),
  );
  const run = computed(() => {
    const begin = performance.now();
    const activations = engine.run(input.value);
    return { activations, milliseconds: performance.now() - begin };
  });
  return {
    own,
    input,
    activations: computed(() => run.value.activations),
    milliseconds: computed(() => run.value.milliseconds),
  };
}
