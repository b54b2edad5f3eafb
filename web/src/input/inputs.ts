/** A model's bytes as what they are: inputs one by one, an answer in words. */
import { type Values, viewOf } from "../engine/values";
import type { ExamplesDocument, ModelDocument, TensorFacts } from "../page/document";

export interface Part {
  readonly name: string;
  readonly tensor: TensorFacts;
  readonly values: Values;
}

/** The tensors `names` of bytes that lie end to end. */
export function partsOf(
  model: ModelDocument,
  names: readonly string[],
  bytes: Uint8Array,
): Part[] {
  const parts: Part[] = [];
  let start = 0;
  for (const name of names) {
    const tensor = model.tensors[name];
    if (!tensor) continue;
    const values = viewOf(bytes.slice(start, start + tensor.bytes), tensor.dtype);
    parts.push({ name, tensor, values });
    start += tensor.bytes;
  }
  return parts;
}

/** The real numbers that a tensor's values stand for. */
export function realOf({ tensor, values }: Part): number[] {
  const { scale, zero } = tensor;
  return Array.from(values, (v) => (scale ? (v - (zero ?? 0)) * scale : v));
}

/** What a network says of an input. */
export interface Answer {
  readonly text: string;
  /** How far another answer is, in real numbers; null where there are no classes. */
  readonly margin: number | null;
  /** Whether it is true; null if nobody knows. */
  readonly isRight: boolean | null;
}

type Label = number | readonly number[];

/** The answer that outputs mean; with a label also whether it is right. */
export function answerOf(
  model: ModelDocument,
  { task, classes }: ExamplesDocument,
  outputs: Uint8Array,
  label: Label | null,
): Answer {
  const [first] = partsOf(model, model.outputs, outputs);
  const scores = first ? realOf(first) : [];
  const margin = marginOf(task, scores);
  if (task === "regression") {
    return { text: scores.slice(0, 4).map(round).join(", "), margin, isRight: null };
  }
  const said = choose(task, scores);
  const isRight = label === null ? null : String(said) === String(label);
  return { text: nameOf(said, classes), margin, isRight };
}

/** A label in words. */
export function nameOf(label: Label, classes: readonly string[] | null): string {
  if (typeof label === "number") return classes?.[label] ?? String(round(label));
  if (!label.every((one) => one === 0 || one === 1)) return label.map(round).join(", ");
  const names = label.flatMap((one, i) => (one ? [classes?.[i] ?? String(i)] : []));
  return names.join(", ") || "none";
}

function choose(task: ExamplesDocument["task"], scores: readonly number[]): Label {
  if (task === "categorical") return scores.indexOf(Math.max(...scores));
  const above = scores.map((score) => (score > 0.5 ? 1 : 0));
  return task === "binary" ? (above[0] ?? 0) : above;
}

function marginOf(task: ExamplesDocument["task"], scores: number[]): number | null {
  if (task === "regression" || scores.length === 0) return null;
  if (task !== "categorical") return Math.min(...scores.map((s) => Math.abs(s - 0.5)));
  const [best, second] = [...scores].sort((a, b) => b - a);
  return best === undefined || second === undefined ? null : best - second;
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
