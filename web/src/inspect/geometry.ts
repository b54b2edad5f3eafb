/** Where a window lies on its input, and which output a place of the input is under. */
import type { Breakdown, Term } from "../arithmetic/breakdown";
import { count, type Run } from "../arithmetic/element";
import type { Place } from "../drawing/volume";
import type { Call, Params } from "../page/document";
import { locate } from "./focus";

/** A window along one dimension. */
interface Side {
  /** From first to last, gaps of dilation too. */
  readonly size: number;
  readonly stride: number;
  readonly before: number;
}

export type Window = readonly [rows: Side, columns: Side];

/** The window that slides over a call's input; null where none does. */
export function windowOf({ params, kind }: Call): Window | null {
  const own = (params.conv ?? params) as Params;
  if (kind === "TRANSPOSE_CONV") return null;
  if ("kernel_height" in own)
    return [side(own, "kernel", "height"), side(own, "kernel", "width")];
  if ("window_height" in own)
    return [side(own, "window", "height"), side(own, "window", "width")];
  return null;
}

function side(params: Params, what: string, of: "height" | "width"): Side {
  const apart = `dilation_${of}` in params ? count(params, `dilation_${of}`) : 1;
  return {
    size: (count(params, `${what}_${of}`) - 1) * apart + 1,
    stride: count(params, `stride_${of}`),
    before: count(params, of === "height" ? "pad_top" : "pad_left"),
  };
}

/** The first row and column of the window of an output; below 0 in the padding. */
export function startOf(window: Window, [row, column]: Place): Place {
  const [rows, columns] = window;
  return [row * rows.stride - rows.before, column * columns.stride - columns.before];
}

/** The middle of that window. */
export function middleOf(window: Window, place: Place): Place {
  const [row, column] = startOf(window, place);
  const half = (size: number) => Math.floor((size - 1) / 2);
  return [row + half(window[0].size), column + half(window[1].size)];
}

/**
 * The output whose window has a place of the input in its middle, or nearly so.
 *
 * A step to the next pixel leads to the next output, however large the stride.
 */
export function outputUnder(window: Window, from: Place, wanted: Place): Place {
  const middle = middleOf(window, from);
  const move = (d: 0 | 1): number => {
    const distance = wanted[d] - middle[d];
    const steps = Math.round(distance / window[d].stride);
    return from[d] + (steps === 0 ? Math.sign(distance) : steps);
  };
  return [move(0), move(1)];
}

/** The smallest box that all inputs of the terms lie in; null of none. */
export function boxOf(
  run: Run,
  terms: readonly Term[],
): { readonly place: Place; readonly rows: number; readonly columns: number } | null {
  const places = terms.flatMap(({ source }) =>
    source ? [locate(run, source)[0]] : [],
  );
  if (places.length === 0) return null;
  const rows = places.map(([row]) => row);
  const columns = places.map(([, column]) => column);
  const place: Place = [Math.min(...rows), Math.min(...columns)];
  return {
    place,
    rows: Math.max(...rows) - place[0] + 1,
    columns: Math.max(...columns) - place[1] + 1,
  };
}

/** The terms of a number, of those families that have such. */
export function termsOf(found: Breakdown): readonly Term[] {
  return "terms" in found ? found.terms : [];
}
