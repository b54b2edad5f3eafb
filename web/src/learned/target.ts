/** What an answer is read from: the scores before they are pressed into shares. */
import type { Activations } from "../engine/engine";
import type { ModelDocument } from "../page/document";

/** A number of a layer of scores. */
export interface Target {
  readonly tensor: string;
  readonly channel: number;
  /** How many numbers there are. */
  readonly count: number;
}

const MONOTONE = [
  ...["SOFTMAX", "LOG_SOFTMAX", "LOGISTIC"],
  ...["DEQUANTIZE", "QUANTIZE", "RESHAPE"],
];

/**
 * The tensor of scores behind an output. Shares are cut off near 0 and 1, where a map of
 * what matters would show nothing.
 */
export function scoresBehind(model: ModelDocument, output: string): string {
  let name = output;
  for (;;) {
    const maker = model.operators.find(({ outputs }) => outputs.includes(name));
    const source = maker?.inputs[0];
    if (!maker || !source) return name;
    if (!model.operators.some(({ outputs }) => outputs.includes(source))) return name;
    const count = countOf(model, name);
    const isSame = MONOTONE.includes(maker.kind) && countOf(model, source) === count;
    const isChosen = maker.kind === "ARG_MAX" && count === 1;
    if (!isSame && !isChosen) return name;
    name = source;
  }
}

/** What is answered: of several numbers the largest, or where the network says it is. */
export function answerOf(model: ModelDocument, found: Activations): Target | null {
  const output = model.outputs[0];
  const values = output ? found.get(output) : undefined;
  if (!output || !values?.length) return null;
  const tensor = scoresBehind(model, output);
  const count = countOf(model, tensor);
  if (count !== values.length) return { tensor, channel: Number(values[0]), count };
  let channel = 0;
  for (let i = 1; i < values.length; i++) {
    if ((values[i] ?? 0) > (values[channel] ?? 0)) channel = i;
  }
  return { tensor, channel, count };
}

function countOf({ tensors }: ModelDocument, name: string): number {
  return tensors[name]?.shape.reduce((product, n) => product * n, 1) ?? 0;
}
