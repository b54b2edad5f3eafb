/** What a network answers to any picture, and how sure it is. */
import { type Values, viewOf } from "../../engine/values";
import type { TensorFacts } from "../../page/document";
import type { Exhibit } from "../../page/page";
import { print } from "../compute/numbers";
import { type Pixels, type Warp, warpPixels } from "./warp";

/** A model that takes one picture, as the bench needs it. */
export interface Sight {
  readonly facts: TensorFacts;
  readonly pixels: Pixels;
  /** What black is, as the model takes it. */
  readonly background: number;
}

/** What answers: no page is needed, so that a worker can ask, too. */
export type Answering = Pick<Exhibit, "model" | "engine">;

/** Null where the input is no picture or the answer is none of several classes. */
export function sightOf({ model, examples }: Exhibit): Sight | null {
  const facts = model.tensors[model.inputs[0] ?? ""];
  const [height, width, channels] = facts?.shape.slice(-3) ?? [];
  const isPicture = channels === 1 || channels === 3;
  if (!facts || !height || !width || !isPicture || Math.min(height, width) < 5)
    return null;
  const isAsked = examples.task === "categorical" || examples.task === "binary";
  if (model.inputs.length !== 1 || !isAsked) return null;
  return {
    facts,
    pixels: { height, width, channels },
    background: facts.dtype === "int8" ? -128 : 0,
  };
}

/** The bytes of a warped example, as the model takes them. */
export function warpInput(sight: Sight, bytes: Uint8Array, warp: Warp): Uint8Array {
  const values = viewOf(bytes.slice(), sight.facts.dtype);
  const moved = warpPixels(values, sight.pixels, warp, sight.background);
  return new Uint8Array(moved.buffer, moved.byteOffset, moved.byteLength);
}

/** A score for each class, 0 to 1 where the model ends in shares; one output tells two. */
export function scoresOf({ model }: Answering, values: Values): number[] {
  const facts = model.tensors[model.outputs[0] ?? ""];
  const [scale, zero] = [facts?.scale ?? 1, facts?.zero ?? 0];
  const scores = Array.from(values, (value) => (value - zero) * scale);
  const [only = 0] = scores;
  return scores.length === 1 ? [1 - only, only] : scores;
}

/** The scores of an input, by the model in the page. */
export function ask(answering: Answering, input: Uint8Array): number[] {
  const { model, engine } = answering;
  const facts = model.tensors[model.outputs[0] ?? ""];
  const bytes = engine.answer(input).slice(0, facts?.bytes);
  return scoresOf(answering, viewOf(bytes, facts?.dtype ?? "int8"));
}

/** A class by its name; by its number where it has none. */
export function nameClass({ examples }: Exhibit, index: number): string {
  return examples.classes?.[index] ?? `class ${index}`;
}

/** The place of the largest. */
export function bestOf(scores: readonly number[]): number {
  return scores.indexOf(Math.max(...scores));
}

/** A score in words: shares in percent, others as they are. */
export function printScore(scores: readonly number[], index: number): string {
  const score = scores[index] ?? 0;
  const sum = scores.reduce((all, one) => all + one, 0);
  const areShares = Math.min(...scores) >= 0 && Math.abs(sum - 1) < 0.1;
  return areShares ? `${print(100 * score)} %` : print(score, 1);
}
