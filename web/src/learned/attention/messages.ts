/** What the page and its worker say to each other. */
import { type Values, viewOf } from "../../engine/values";
import type { ModelDocument } from "../../page/document";
import type { Target } from "../target";

export interface Wanted {
  /** Who asks last has the highest. */
  readonly ticket: number;
  readonly model: ModelDocument;
  /** The module. */
  readonly code: Uint8Array<ArrayBuffer>;
  /** All inputs end to end. */
  readonly input: Uint8Array;
  /** The score that is watched. */
  readonly target: Target;
}

/** Ends what was asked before. */
export interface Stop {
  readonly ticket: number;
  readonly stop: true;
}

/** What went wrong, in a word of the browser's. */
export interface Failed {
  readonly ticket: number;
  readonly error: string;
}

export interface Found {
  readonly ticket: number;
  /** Of each pixel, in steps of the score; 0 where nothing is known yet. */
  readonly drops: Float32Array<ArrayBuffer>;
  readonly done: number;
  readonly total: number;
}

/** The first input as its values. */
export function asPicture(
  { inputs, tensors }: ModelDocument,
  input: Uint8Array,
): Values {
  const facts = tensors[inputs[0] ?? ""];
  return viewOf(input.slice(0, facts?.bytes ?? 0), facts?.dtype ?? "int8");
}
