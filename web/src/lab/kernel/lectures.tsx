import { batch } from "@preact/signals";
import type { Place } from "../../drawing/volume";
import type { ColorMode } from "../compute/filter";
import { source } from "../pictures/source";
import { divisor, mode, offset, padding, rows, spot } from "./settings";

interface Example {
  readonly title: string;
  readonly picture: string;
  readonly rows: readonly (readonly number[])[];
  readonly colors: ColorMode;
  readonly at: Place;
}

const EDGE = [1, 0, -1];

/** Numbers that lectures work out by hand: sums without a divisor, only inside. */
export const EXAMPLES: readonly Example[] = [
  {
    title: "An edge: 75",
    picture: "ten",
    rows: [EDGE, EDGE, EDGE],
    colors: "grey",
    at: [3, 3],
  },
  {
    title: "The same in three colours: 225",
    picture: "ten",
    rows: [EDGE, EDGE, EDGE],
    colors: "sum",
    at: [3, 3],
  },
  {
    title: "−448 − 91 + 472 = −67",
    picture: "three",
    rows: [
      [-1, 0, 1],
      [-2, 0, 2],
      [-1, 0, 1],
    ],
    colors: "sum",
    at: [0, 0],
  },
];

/** Chips that set the bench up as an example. */
export function Lectures() {
  return (
    <fieldset class="lab-chips" aria-label="Worked out by hand">
      <span class="note">Worked out by hand:</span>
      {EXAMPLES.map((one) => (
        <button key={one.title} type="button" onClick={() => show(one)}>
          {one.title}
        </button>
      ))}
    </fieldset>
  );
}

function show(example: Example): void {
  batch(() => {
    source.value = example.picture;
    rows.value = example.rows;
    divisor.value = 1;
    offset.value = 128;
    mode.value = example.colors;
    padding.value = "valid";
    spot.value = example.at;
  });
}
