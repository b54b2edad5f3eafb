/**
 * A tensor as what is drawn: channels of rows x columns.
 *
 * A vector is one pixel with many channels; a leading batch of one is left out.
 */
export interface Volume {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
}

/** Row and column, from 0. */
export type Place = readonly [row: number, column: number];

/** The volume of a shape: [1, H, W, C] is H x W of C, [1, N] a pixel of N. */
export function volumeOf(shape: readonly number[]): Volume {
  const channels = shape.at(-1) ?? 1;
  if (shape.length < 3) {
    const others = shape.length === 2 ? (shape[0] ?? 1) : 1;
    return { rows: others, columns: 1, channels };
  }
  const columns = shape.at(-2) ?? 1;
  const rows = shape.slice(0, -2).reduce((product, n) => product * n, 1);
  return { rows, columns, channels };
}

/** Where a value lies in the tensor. */
export function indexOf(
  { columns, channels }: Volume,
  [row, column]: Place,
  channel: number,
): number {
  return (row * columns + column) * channels + channel;
}

/** Whether it has no rows and columns to speak of: a list of numbers. */
export function isVector({ rows, columns }: Volume): boolean {
  return rows * columns === 1;
}

/** The size in words: "24 × 24 × 6", or "120" of a vector. */
export function printSize(volume: Volume): string {
  const { rows, columns, channels } = volume;
  return isVector(volume) ? `${channels}` : `${rows} × ${columns} × ${channels}`;
}

/** The place, moved into the volume if it is outside. */
export function clampPlace({ rows, columns }: Volume, [row, column]: Place): Place {
  return [
    Math.max(0, Math.min(rows - 1, row)),
    Math.max(0, Math.min(columns - 1, column)),
  ];
}
