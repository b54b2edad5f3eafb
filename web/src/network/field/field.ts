/**
 * What values see: the part of each input that they are computed of, their receptive field.
 *
 * Followed from the values back to the inputs, operator by operator, so that branches
 * are joined as the network joins them.
 */
import type { ModelDocument } from "../../page/document";
import type { Layer, Network } from "../graph";
import { behind } from "./behind";
import { type Block, clip, hull, lengthOf, only, spanOf, wholeOf } from "./block";

export interface Field extends Block {
  /** Otherwise nothing outside it counts, but perhaps not all within. */
  readonly isExact: boolean;
}

/** By the input's name; only those that count. */
export type Fields = ReadonlyMap<string, Field>;

/** What a block of a layer sees of the inputs' own values: nothing of their padding. */
export function fieldOf(
  model: ModelDocument,
  network: Network,
  name: string,
  block: Block,
): Fields {
  return follow(model, network, name, block, (part, { volume }) => clip(part, volume));
}

function follow(
  model: ModelDocument,
  network: Network,
  name: string,
  start: Block,
  limit: (block: Block, source: Layer) => Block | null,
): Fields {
  const seen = new Map<string, Field>();
  const see = (one: string, block: Block, isExact: boolean) => {
    const known = seen.get(one);
    seen.set(one, {
      ...(known ? hull(known, block) : block),
      isExact: isExact && (known?.isExact ?? true),
    });
  };
  see(name, start, true);
  for (const layer of [...network.values()].reverse()) {
    const field = seen.get(layer.name);
    if (!field || !layer.operator) continue;
    for (const one of layer.sources) {
      const source = network.get(one);
      if (!source) continue;
      const parts = behind(model, network, layer, source, field);
      if (!parts) see(one, wholeOf(source.volume), false);
      for (const part of parts ?? []) {
        const kept = limit(part, source);
        if (kept) see(one, kept, field.isExact);
      }
    }
  }
  return new Map([...seen].filter(([one]) => network.get(one)?.operator === null));
}

/** How a layer's fields lie on an input, along rows and columns. */
export interface Spacing {
  /** Rows and columns of the input that one value sees. */
  readonly size: readonly [number, number];
  /** From the field of one value to its neighbour's; null without a neighbour. */
  readonly jump: readonly [number | null, number | null];
}

/**
 * The fields of a layer's values on one input, with what they reach of the padding, as
 * the first value's shows; null if it does not see it.
 */
export function spacingOf(
  model: ModelDocument,
  network: Network,
  name: string,
  input: string,
): (Spacing & Field) | null {
  const layer = network.get(name);
  if (!layer) return null;
  const { rows, columns, channels } = layer.volume;
  const at = (row: number, column: number) => {
    const pixel = {
      rows: only(row),
      columns: only(column),
      channels: spanOf(channels),
    };
    return follow(model, network, name, pixel, (block) => block).get(input);
  };
  const first = at(0, 0);
  if (!first) return null;
  const below = rows > 1 ? at(1, 0) : undefined;
  const beside = columns > 1 ? at(0, 1) : undefined;
  return {
    ...first,
    size: [lengthOf(first.rows), lengthOf(first.columns)],
    jump: [
      below ? below.rows[0] - first.rows[0] : null,
      beside ? beside.columns[0] - first.columns[0] : null,
    ],
  };
}
