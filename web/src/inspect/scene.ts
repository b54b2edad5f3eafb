/** What every view of a number is given. */
import type { Breakdown } from "../arithmetic/breakdown";
import type { Run } from "../arithmetic/element";
import type { Place } from "../drawing/volume";
import type { Call, TensorFacts } from "../page/document";
import type { Focus } from "./focus";
import type { Walk } from "./walk";

export interface Scene<Found extends Breakdown = Breakdown> {
  readonly run: Run;
  readonly focus: Focus;
  readonly found: Found;
  readonly walk: Walk;
  /** Names of the numbers where they are classes; null where they are not. */
  readonly classes: readonly string[] | null;
  /** Looks at another number of the same tensor. */
  readonly pick: (place: Place, channel: number) => void;
}

/** The call that gave the number; null of what has none. */
export function callOf({ run, focus }: Scene): Call | null {
  const { operator, name } = focus;
  if (!operator) return null;
  const { step, calls } = operator;
  const own = run.model.calls.slice(step, step + calls);
  return own.find((call) => call.outputs.includes(name)) ?? null;
}

export function factsOf({ run }: Scene, name: string): TensorFacts | null {
  return run.model.tensors[name] ?? null;
}

/** A tensor as people call it. */
export function labelOf(scene: Scene, name: string): string {
  const facts = factsOf(scene, name);
  if (!facts) return "a constant";
  return facts.label || name;
}

/** What a raw number of a tensor stands for. */
export function realOf(facts: TensorFacts | null, raw: number): number {
  return typeof facts?.scale === "number"
    ? facts.scale * (raw - (facts.zero ?? 0))
    : raw;
}
