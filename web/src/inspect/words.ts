/** What one sees, in a sentence. */
import type { Breakdown, Pooled, Reduced, WeightedSum } from "../arithmetic/breakdown";
import { many, printReal, printWhole } from "./print";

/**
 * What the operator does, and with how many numbers here.
 *
 * @param title Its name in a word or two.
 * @param kind As the file calls it.
 */
export function explain(found: Breakdown, title: string, kind: string): string {
  switch (found.family) {
    case "weighted":
      return explainSum(found);
    case "pooled":
      return explainPool(found);
    case "reduced":
      return explainReduced(found.way, found.terms.length);
    case "pair":
      return PAIRS[found.way];
    case "resized":
      return (
        "The map gets another size. Each new place lies between " +
        `${many(found.terms.length, "number")} of the old map, and the nearer one is, ` +
        "the more it counts. Nothing is learned here."
      );
    case "shares":
      return SHARES[found.way];
    case "looked-up":
      return (
        `${title} is a curve. A byte has only 256 values, so the whole curve is a table of ` +
        "256 entries, and the board just looks the answer up."
      );
    case "converted":
      return CONVERSIONS[found.way];
    case "moved":
      return explainMoved(kind, found.isPadding);
    case "given":
      return "This is what the network is shown: nothing has been computed yet.";
    case "unknown":
      return (
        `This page does not take numbers of ${title} (${kind}) apart. It shows what goes in and ` +
        "what comes out, as the board has them."
      );
  }
}

function explainSum({ kind, window, terms }: WeightedSum): string {
  const size = `${window.rows} × ${window.columns}`;
  switch (kind) {
    case "convolution":
      return window.rows * window.columns === 1
        ? `A 1 × 1 convolution looks at one place, through all ${printWhole(window.channels)} ` +
            "channels: each number is multiplied by a weight, and all is added up."
        : `A window of ${size} slides over the input${
            window.channels > 1
              ? `, through all ${printWhole(window.channels)} channels`
              : ""
          }. Its ${many(terms.length, "number")} are multiplied by the same ` +
            `${many(terms.length, "weight")} at every place, and all is added up.`;
    case "depthwise":
      return (
        `A window of ${size} slides over one channel alone: its ` +
        `${many(terms.length, "number")} are multiplied by weights and added up. Other ` +
        "channels do not matter here."
      );
    case "transposed":
      return (
        `A transposed convolution spreads each number of the input over ${size} places; ` +
        `${many(terms.length, "term")} meet here and are added up.`
      );
    case "dense":
      return (
        `A dense layer looks at everything: each of the ${many(terms.length, "number")} ` +
        "has a weight of its own, and all products are added up."
      );
  }
}

function explainPool({ way, window }: Pooled): string {
  const size = `${window.rows} × ${window.columns}`;
  return way === "max"
    ? `Max pooling keeps the largest of each window of ${size}: whether something was ` +
        "found matters, where exactly does not. Nothing is learned here."
    : `Average pooling keeps the mean of each window of ${size}. Nothing is learned here.`;
}

function explainReduced(way: Reduced["way"], count: number): string {
  if (way === "length") {
    return (
      `${many(count, "number")} become a list of length 1: each is divided by the root of ` +
      "the sum of all squares, so that only their direction is left."
    );
  }
  if (way === "place of max" || way === "place of min") {
    const which = way === "place of max" ? "largest" : "smallest";
    return (
      `Of ${many(count, "number")} only the place of the ${which} is told: often the ` +
      "number of the class that the network names."
    );
  }
  const what = { mean: "mean", sum: "sum", max: "largest", min: "smallest" }[way];
  return `${many(count, "number")} of one channel become one: their ${what}.`;
}

const PAIRS = {
  add:
    "Two maps are added place by place. Their bytes count in different steps, so both " +
    "are brought to one scale first.",
  subtract:
    "One map is taken off another, place by place. Their bytes count in different " +
    "steps, so both are brought to one scale first.",
  multiply: "Two maps are multiplied place by place.",
  larger: "Of two maps the larger number is kept, place by place.",
  smaller: "Of two maps the smaller number is kept, place by place.",
  "squared-difference":
    "One map is taken off another, place by place, and the difference is multiplied " +
    "with itself: how far apart they are, whichever is larger.",
  slope:
    "A number from 0 upwards stays as it is; one below 0 is multiplied by a slope, " +
    "which was learned, often one for each channel.",
} as const;

const SHARES = {
  share:
    "Softmax turns scores into shares of one. Each score becomes e to its power, so " +
    "that a little more becomes a lot more; the share is that divided by the sum of " +
    "all.",
  logarithm:
    "Log-softmax gives the logarithms of the shares that softmax would give: 0 where a " +
    "class has all, −0.7 for a half, −2.3 for a tenth.",
} as const;

const CONVERSIONS = {
  "from-real": "A real number becomes a byte: divided by the scale, rounded, moved.",
  "to-real": "A byte becomes the real number that it stands for.",
  rescaled: "The same number on another scale: only how it is written changes.",
} as const;

function explainMoved(kind: string, isPadding: boolean): string {
  if (isPadding) return "Rows and columns are put around a map, all of one number.";
  return MOVES[kind] ?? "Numbers only change their place here.";
}

const AROUND = "Rows and columns are put around a map. What was there stays as it is.";
const MOVES: Readonly<Record<string, string>> = {
  CONCATENATION: "Maps are put one behind the other. No number changes.",
  PACK: "Lists are put one behind the other. No number changes.",
  RESHAPE: "The numbers are only arranged otherwise. None changes, none moves.",
  PAD: AROUND,
  PADV2: AROUND,
  MIRROR_PAD:
    "Rows and columns are put around a map, as if there were a mirror at its edge.",
  RESIZE_NEAREST_NEIGHBOR:
    "The map gets another size: each new place is given the number that is nearest in " +
    "the old map. No number is new, and nothing is learned here.",
  SPLIT: "A tensor is cut into parts. No number changes.",
  SPLIT_V: "A tensor is cut into parts. No number changes.",
  UNPACK: "A tensor is cut into parts. No number changes.",
  SLICE: "A part is cut out. No number changes.",
  STRIDED_SLICE: "A part is cut out, or every second number taken. None changes.",
  TRANSPOSE: "Rows, columns and channels change their roles. No number changes.",
  TILE: "The same numbers once more, beside each other.",
  SPACE_TO_DEPTH: "Small squares of pixels become channels. No number changes.",
  DEPTH_TO_SPACE: "Channels become small squares of pixels. No number changes.",
};

/** The number in one line, for those who hear the page. */
export function tell(found: Breakdown, result: string, real: string | null): string {
  const end = "end" in found && found.end ? `sum ${printWhole(found.end.sum)}, ` : "";
  return `${end}number ${result}${real === null ? "" : `, stands for ${real}`}`;
}

/**
 * How far the byte is from what it would be without rounding.
 *
 * @param isCut Whether it is beyond what the output can hold.
 */
export function tellDifference(
  real: number,
  exact: number,
  step: number,
  isCut: boolean,
): string {
  if (isCut) return "cut off: a byte holds no more";
  const off = Math.abs(real - exact);
  if (off === 0) return "exactly what real numbers give";
  const share = off / step;
  return `off by ${printReal(off)}, ${share.toFixed(2)} of a step`;
}
