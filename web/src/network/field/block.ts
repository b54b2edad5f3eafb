/** A block of a tensor: rows, columns and channels; it may reach into the padding. */
import type { Place, Volume } from "../../drawing/volume";

/** The first and the last. */
export type Span = readonly [first: number, last: number];

export interface Block {
  readonly rows: Span;
  readonly columns: Span;
  readonly channels: Span;
}

export function only(index: number): Span {
  return [index, index];
}

/** All of so many. */
export function spanOf(count: number): Span {
  return [0, count - 1];
}

export function wholeOf({ rows, columns, channels }: Volume): Block {
  return { rows: spanOf(rows), columns: spanOf(columns), channels: spanOf(channels) };
}

/** One value. */
export function blockOf([row, column]: Place, channel: number): Block {
  return { rows: only(row), columns: only(column), channels: only(channel) };
}

/** The smallest block that holds both. */
export function hull(a: Block, b: Block): Block {
  const span = (one: Span, other: Span): Span => [
    Math.min(one[0], other[0]),
    Math.max(one[1], other[1]),
  ];
  return {
    rows: span(a.rows, b.rows),
    columns: span(a.columns, b.columns),
    channels: span(a.channels, b.channels),
  };
}

export function shift([first, last]: Span, by: number): Span {
  return [first + by, last + by];
}

/** What of it lies on the tensor; null if nothing does. */
export function clip(block: Block, volume: Volume): Block | null {
  const whole = wholeOf(volume);
  const cut = (span: Span, [first, last]: Span): Span => [
    Math.max(first, span[0]),
    Math.min(last, span[1]),
  ];
  const found = {
    rows: cut(block.rows, whole.rows),
    columns: cut(block.columns, whole.columns),
    channels: cut(block.channels, whole.channels),
  };
  return Object.values(found).every(([first, last]) => first <= last) ? found : null;
}

export function lengthOf([first, last]: Span): number {
  return last - first + 1;
}
