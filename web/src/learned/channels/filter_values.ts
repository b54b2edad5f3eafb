/** The weights of a convolution, channel by channel, read in the module's memory. */
import type { Volume } from "../../drawing/volume";
import type { Values } from "../../engine/engine";
import type { Exhibit } from "../../page/page";
import type { Filters } from "../learned";

export interface Filter {
  readonly channel: number;
  /** Rows, columns and channels of the window. */
  readonly volume: Volume;
  /** As the kernel holds them. */
  readonly weights: Values;
  /** The largest of them, whatever its sign; at least 1. */
  readonly largest: number;
  /** What one step stands for. */
  readonly scale: number;
}

/** Of a convolution that says where its weights are; none of another. */
export function readFilters(
  { model, engine }: Exhibit,
  { tensor, scales }: Filters,
): Filter[] {
  const call = model.calls.find(({ outputs }) => outputs.includes(tensor));
  const name = call?.args[1] ?? "";
  const shape = model.arrays[name]?.shape;
  if (!call || shape?.length !== 4) return [];
  const all = engine.array(name);
  return call.kind === "DEPTHWISE_CONV_2D"
    ? readDepthwise(all, shape, scales)
    : readFull(all, shape, scales);
}

function readFull(all: Values, shape: readonly number[], scales: readonly number[]) {
  const [count = 0, rows = 0, columns = 0, channels = 0] = shape;
  const size = rows * columns * channels;
  return Array.from({ length: count }, (_, channel) => {
    const weights = all.subarray(channel * size, (channel + 1) * size);
    const volume = { rows, columns, channels };
    return makeFilter(channel, volume, weights, scales[channel] ?? 1);
  });
}

/** Weights of a depthwise convolution lie channel beside channel. */
function readDepthwise(
  all: Values,
  shape: readonly number[],
  scales: readonly number[],
) {
  const [, rows = 0, columns = 0, count = 0] = shape;
  return Array.from({ length: count }, (_, channel) => {
    const weights = Int8Array.from(
      { length: rows * columns },
      (_, i) => all[i * count + channel] ?? 0,
    );
    const volume = { rows, columns, channels: 1 };
    return makeFilter(channel, volume, weights, scales[channel] ?? 1);
  });
}

function makeFilter(
  channel: number,
  volume: Volume,
  weights: Values,
  scale: number,
): Filter {
  const largest = Array.from(weights).reduce(
    (most, w) => Math.max(most, Math.abs(w)),
    1,
  );
  return { channel, volume, weights, largest, scale };
}

/** As pixels: a weight of nothing is the middle grey, the largest is full or none. */
export function colourFilter({ weights, largest }: Filter): Uint8Array {
  return Uint8Array.from(weights, (weight) =>
    Math.round(127.5 + (127.5 * weight) / largest),
  );
}
