/** Models as documents, made by hand: layers one after the other, or joined. */
import { type Network, readNetwork } from "../../src/network/graph";
import type { Call, ModelDocument, Operator, Window } from "../../src/page/document";

/** A square window with the same along both sides. */
export function square(size: number, stride = 1, padding = 0, dilation = 1): Window {
  return {
    size: [size, size],
    stride: [stride, stride],
    dilation: [dilation, dilation],
    padding: [padding, padding, padding, padding],
  };
}

export interface Step {
  readonly kind: string;
  readonly from: readonly string[];
  readonly to: string;
  readonly shape: readonly number[];
  readonly window?: Window;
  readonly params?: Call["params"];
}

export function makeModel(
  input: readonly number[],
  steps: readonly Step[],
): { model: ModelDocument; network: Network } {
  const shapes = [["x", input] as const, ...steps.map((s) => [s.to, s.shape] as const)];
  const operators = steps.map(
    ({ kind, from, to, window }, index): Operator => ({
      index,
      kind,
      inputs: from,
      outputs: [to],
      step: index,
      calls: 1,
      parameters: 0,
      macs: 0,
      window: window ?? null,
    }),
  );
  const model: ModelDocument = {
    schema: 1,
    sha256: "",
    reference: "",
    numerics: "litert",
    arena: 0,
    inputs: ["x"],
    outputs: [steps.at(-1)?.to ?? "x"],
    tensors: Object.fromEntries(
      shapes.map(([name, shape], id) => [
        name,
        {
          id,
          label: name,
          shape,
          dtype: "int8",
          offset: 0,
          bytes: shape.reduce((product, n) => product * n, 1),
          scale: 1,
          zero: 0,
          life: [0, 0],
          step: 0,
          omitted: [],
        },
      ]),
    ),
    arrays: {},
    calls: steps.map(({ kind, from, to, params }, op) => ({
      op,
      kind,
      function: "",
      params: params ?? {},
      args: [],
      inputs: from,
      outputs: [to],
    })),
    operators,
  };
  return { model, network: readNetwork(model) };
}
