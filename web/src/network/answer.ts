/** What the network answers, and whether that is true. */
import type { ExamplesDocument } from "../page/document";
import type { Live } from "../state/live";
import { image } from "../state/selection";
import type { Layer, Network } from "./graph";

/** Most numbers that are listed by name. */
const MOST = 24;

/** One number of an output, by the name of its class. */
export interface Score {
  readonly name: string;
  readonly real: number;
  readonly isAnswer: boolean;
  readonly isTrue: boolean;
}

/** Whether a layer's numbers are those of the classes: an output, or just before it. */
export function hasScores(
  layer: Layer,
  network: Network,
  outputs: readonly string[],
): boolean {
  const { rows, columns, channels } = layer.volume;
  if (rows * columns !== 1 || channels > MOST || !layer.operator) return false;
  if (outputs.includes(layer.name)) return true;
  const after = [...network.values()].filter((one) => one.sources.includes(layer.name));
  return after.some(
    (one) =>
      outputs.includes(one.name) &&
      ["SOFTMAX", "LOGISTIC", "DEQUANTIZE"].includes(one.operator?.kind ?? ""),
  );
}

/** The scores of the values, the highest being the answer where one class is asked. */
export function scoresOf(
  values: readonly number[],
  examples: ExamplesDocument,
  live: Live,
): Score[] {
  const truth = live.own.value ? null : (examples.labels?.[image.value] ?? null);
  const { task, classes } = examples;
  const isOne = values.length > 1 && task !== "multi-label" && task !== "regression";
  const best = isOne ? values.indexOf(Math.max(...values)) : -1;
  return values.map((real, i) => ({
    name: nameOf(i, values.length, classes),
    real,
    isAnswer: i === best,
    isTrue: isTruth(i, values.length, truth),
  }));
}

/** Of a single number between two classes it is the second that it speaks for. */
export function nameOf(
  index: number,
  count: number,
  classes: readonly string[] | null,
): string {
  const place = count === 1 && classes?.length === 2 ? 1 : index;
  return classes?.[place] ?? (count === 1 ? "answer" : `${place}`);
}

function isTruth(
  index: number,
  count: number,
  truth: number | readonly number[] | null,
): boolean {
  if (truth === null) return false;
  if (typeof truth !== "number") return truth[index] === 1;
  return count === 1 ? truth === 1 : truth === index;
}
