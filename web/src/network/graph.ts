/** The model as what is drawn: a box a tensor, a line from each to what is made of it. */
import { type Volume, volumeOf } from "../drawing/volume";
import type { ModelDocument, Operator, TensorFacts } from "../page/document";

/** A tensor, and the operator that computes it. */
export interface Layer {
  readonly name: string;
  readonly tensor: TensorFacts;
  readonly volume: Volume;
  /** null of an input. */
  readonly operator: Operator | null;
  /** Names of the tensors that it is made of, each once. */
  readonly sources: readonly string[];
}

/** By the tensor's name, in the order in which they are computed. */
export type Network = ReadonlyMap<string, Layer>;

export function readNetwork({ inputs, operators, tensors }: ModelDocument): Network {
  const network = new Map<string, Layer>();
  const add = (name: string, operator: Operator | null) => {
    const tensor = tensors[name];
    if (!tensor) return;
    const sources = [...new Set(operator?.inputs)].filter((one) => network.has(one));
    network.set(name, {
      name,
      tensor,
      volume: volumeOf(tensor.shape),
      operator,
      sources,
    });
  };
  for (const name of inputs) add(name, null);
  for (const operator of operators) {
    for (const name of operator.outputs) add(name, operator);
  }
  return network;
}
