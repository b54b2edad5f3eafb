/** The kernel that is tried, in the address, so that a link shows the same. */
import type { Place } from "../../drawing/volume";
import { addressed, addressedText } from "../../state/address";
import type { ColorMode, Filter, Padding } from "../compute/filter";
import { oneOf } from "../parts/parse";
import { PRESETS, type Preset, parseRows, printRows } from "./presets";

const FIRST = PRESETS.find((one) => one.id === "sobel-x") as Preset;

export const rows = addressed("kernel", FIRST.rows, parseRows, printRows);
export const divisor = addressed("by", FIRST.divisor, wholeIn(1, 4096));
export const offset = addressed("plus", FIRST.offset, wholeIn(0, 255));
export const mode = addressed<ColorMode>(
  "colors",
  "grey",
  oneOf("grey", "each", "sum"),
);
export const padding = addressed<Padding>("pad", "same", oneOf("same", "valid"));
export const look = addressedText("look", "auto");

/** Where one looks, of the output; null for its middle. */
export const spot = addressed<Place | null>(
  "spot",
  null,
  (text) => {
    const found = /^(\d{1,4}),(\d{1,4}),?$/.exec(text);
    return found ? [Number(found[1]), Number(found[2])] : null;
  },
  (value) => value?.join(",") ?? "",
);

/** The filter that these make. */
export function currentFilter(): Filter {
  return {
    rows: rows.value,
    divisor: divisor.value,
    offset: offset.value,
    mode: mode.value,
    padding: padding.value,
  };
}

export function choosePreset(preset: Preset): void {
  rows.value = preset.rows;
  divisor.value = preset.divisor;
  offset.value = preset.offset;
}

function wholeIn(from: number, to: number): (text: string) => number | null {
  return (text) => {
    const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
    return value >= from && value <= to ? value : null;
  };
}
