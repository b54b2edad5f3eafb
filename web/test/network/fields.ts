/** What every value of every layer sees, for tests/explorer/test_fields.py. */
import { blockOf, type Span } from "../../src/network/field/block";
import { fieldOf } from "../../src/network/field/field";
import { readNetwork } from "../../src/network/graph";
import type { ModelDocument } from "../../src/page/document";

/** By tensor, in the values' order: the first and last row, then column; null of none. */
type Seen = Record<string, ([...Span, ...Span] | null)[]>;

export function main(model: ModelDocument): Seen {
  const network = readNetwork(model);
  const [input] = model.inputs;
  const layers = [...network.values()].filter((layer) => layer.operator);
  return Object.fromEntries(
    layers.map(({ name, volume: { rows, columns, channels } }) => {
      const size = rows * columns * channels;
      const seen = Array.from({ length: size }, (_, index) => {
        const pixel = Math.floor(index / channels);
        const place = [Math.floor(pixel / columns), pixel % columns] as const;
        const block = blockOf(place, index % channels);
        const field = fieldOf(model, network, name, block).get(input ?? "");
        return field ? ([...field.rows, ...field.columns] as const) : null;
      });
      return [name, seen as Seen[string]];
    }),
  );
}
