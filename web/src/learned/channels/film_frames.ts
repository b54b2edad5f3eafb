/** Frames of the film, and what a filter of one makes of a picture. */
import type { Volume } from "../../drawing/volume";
import type { Values } from "../../engine/engine";
import type { FilmFacts } from "../learned";
import type { Filter } from "./filter_values";

/** The filters of each frame; a filter's `largest` is that of all its frames. */
export function cutFrames(
  bytes: Uint8Array<ArrayBuffer>,
  { epochs, filters, side, step }: FilmFacts,
): Filter[][] {
  const all = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  const [rows, columns, channels] = side;
  const volume: Volume = { rows, columns, channels };
  const size = rows * columns * channels;
  const weightsOf = (frame: number, channel: number) => {
    const start = (frame * filters + channel) * size;
    return all.subarray(start, start + size);
  };
  const largest = Array.from({ length: filters }, (_, channel) =>
    epochs.reduce(
      (most, _, frame) =>
        weightsOf(frame, channel).reduce((m, w) => Math.max(m, Math.abs(w)), most),
      1,
    ),
  );
  return epochs.map((_, frame) =>
    Array.from({ length: filters }, (_, channel) => ({
      channel,
      volume,
      weights: weightsOf(frame, channel),
      largest: largest[channel] ?? 1,
      scale: step,
    })),
  );
}

export interface Made {
  readonly volume: Volume;
  readonly values: Float32Array<ArrayBuffer>;
}

/**
 * The sums of a filter's weights times the pixels below them, wherever it fits; of a
 * filter with one input, of the picture's channel `input`.
 */
export function applyFilter(
  picture: Values,
  from: Volume,
  zero: number,
  { weights, volume }: Filter,
  input: number,
): Made {
  const rows = from.rows - volume.rows + 1;
  const columns = from.columns - volume.columns + 1;
  if (rows < 1 || columns < 1) {
    return {
      volume: { rows: 1, columns: 1, channels: 1 },
      values: new Float32Array(1),
    };
  }
  const values = new Float32Array(rows * columns);
  const first = volume.channels === 1 ? input % from.channels : 0;
  for (let at = 0; at < values.length; at++) {
    const [top, left] = [Math.floor(at / columns), at % columns];
    let sum = 0;
    for (let i = 0; i < weights.length; i++) {
      const channel = i % volume.channels;
      const pixel = Math.floor(i / volume.channels);
      const row = top + Math.floor(pixel / volume.columns);
      const column = left + (pixel % volume.columns);
      const place = (row * from.columns + column) * from.channels + channel + first;
      sum += (weights[i] ?? 0) * ((picture[place] ?? 0) - zero);
    }
    values[at] = sum;
  }
  return { volume: { rows, columns, channels: 1 }, values };
}
