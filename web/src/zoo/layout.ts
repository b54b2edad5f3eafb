/** Where each layer of a network is drawn: from left to right, branches below another. */
import type { Layer } from "./zoo";

export interface Block {
  /** The layer's place. */
  readonly layer: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Drawing {
  readonly blocks: readonly Block[];
  /** From and to, by places in `blocks`. */
  readonly edges: readonly (readonly [number, number])[];
  readonly width: number;
  readonly height: number;
}

const GAP = 7;
const LANE_GAP = 10;
const THIN = 5;

/** Tall is many rows and columns, wide is many channels: both by their logarithm. */
export function drawNetwork(layers: readonly Layer[]): Drawing {
  const ranks = rankLayers(layers);
  const columns = group(layers, ranks);
  const sizes = layers.map(sizeOf);
  const tallest = Math.max(
    ...columns.map((column) => heightOf(column.map((i) => sizes[i]?.[1] ?? 0))),
  );
  const blocks: Block[] = [];
  let x = 0;
  for (const column of columns) {
    const height = heightOf(column.map((i) => sizes[i]?.[1] ?? 0));
    const width = Math.max(...column.map((i) => sizes[i]?.[0] ?? 0));
    let y = (tallest - height) / 2;
    for (const i of column) {
      const [own, high] = sizes[i] ?? [THIN, THIN];
      blocks[i] = { layer: i, x: x + (width - own) / 2, y, width: own, height: high };
      y += high + LANE_GAP;
    }
    x += width + GAP;
  }
  const edges = layers.flatMap((layer, to) =>
    layer.from.map((from) => [from, to] as const),
  );
  return { blocks, edges, width: x - GAP, height: tallest };
}

/** The longest way from the input to each layer. */
export function rankLayers(layers: readonly Layer[]): number[] {
  const ranks: number[] = [];
  for (const [i, layer] of layers.entries()) {
    ranks[i] = Math.max(0, ...layer.from.map((from) => (ranks[from] ?? 0) + 1));
  }
  return ranks;
}

function group(layers: readonly Layer[], ranks: readonly number[]): number[][] {
  const columns: number[][] = [];
  for (const i of layers.keys()) {
    const rank = ranks[i] ?? 0;
    columns[rank] = [...(columns[rank] ?? []), i];
  }
  return columns;
}

function sizeOf(layer: Layer): [number, number] {
  const channels = layer.shape.at(-1) ?? 1;
  const side = layer.shape.length > 1 ? (layer.shape[0] ?? 1) : 1;
  const width = layer.macs > 0 || layer.parameters > 0 ? 2 + Math.log2(channels) : THIN;
  return [width, 8 + 11 * Math.log2(side + 1)];
}

function heightOf(heights: readonly number[]): number {
  return heights.reduce((sum, one) => sum + one, 0) + LANE_GAP * (heights.length - 1);
}
