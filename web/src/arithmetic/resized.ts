/** RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR: a map of another size. */
import type { Params } from "../page/document";
import type { Breakdown, Term } from "./breakdown";
import {
  argument,
  constants,
  count,
  type Element,
  pick,
  realOf,
  valuesOf,
} from "./element";
import { roundAway } from "./fixed_point";

/** Weights along one side, and of a pixel: of so many all together. */
const ONE = 2 ** 10;
export const WHOLE = ONE * ONE;

/** A pixel along one side, how much it counts, and whether it is the second. */
interface Neighbour {
  readonly at: number;
  readonly weight: number;
  readonly order: number;
}

export function takeResized(element: Element): Breakdown {
  const { params } = element.call;
  const input = argument(element, 0);
  const { row, column, channel } = placeOf(params, element.index);
  const rows = neighbours(element, "row", row);
  const columns = neighbours(element, "column", column);
  const values = valuesOf(element, input);
  const [width, channels] = [count(params, "input_width"), count(params, "channels")];
  const terms = rows.flatMap((y) =>
    columns.map((x): Term => {
      const index = (y.at * width + x.at) * channels + channel;
      const value = pick(values, index);
      const weight = y.weight * x.weight;
      return {
        source: { name: input, index },
        window: [y.order, x.order, 0],
        input: value,
        centred: value,
        weight,
        product: value * weight,
      };
    }),
  );
  const total = terms.reduce((sum, term) => sum + term.product, 0);
  return {
    family: "resized",
    input,
    window: { rows: rows.length, columns: columns.length, channels: 1 },
    terms,
    total,
    result: roundAway(total / WHOLE),
    real: realOf(element, input, total / WHOLE),
  };
}

/** The pixels along one side that count; both are one at the border. */
function neighbours(
  element: Element,
  side: "row" | "column",
  place: number,
): readonly Neighbour[] {
  const { params } = element.call;
  const pairs = constants(element, params[`${side}s`]);
  const weight = pick(constants(element, params[`${side}_weights`]), place);
  const [first, second] = [pick(pairs, 2 * place), pick(pairs, 2 * place + 1)];
  if (first === second) return [{ at: first, weight: ONE, order: 0 }];
  const both = [
    { at: first, weight: ONE - weight },
    { at: second, weight },
  ].filter((one) => one.weight !== 0);
  return both.map((one, order) => ({ ...one, order }));
}

export function takeNearest(element: Element): Breakdown {
  const { params } = element.call;
  const { row, column, channel } = placeOf(params, element.index);
  const name = argument(element, 0);
  const y = pick(constants(element, params.rows), row);
  const x = pick(constants(element, params.columns), column);
  const pixel = y * count(params, "input_width") + x;
  const index = pixel * count(params, "channels") + channel;
  const result = pick(valuesOf(element, name), index);
  return {
    family: "moved",
    source: { name, index },
    isPadding: false,
    result,
    real: realOf(element, name, result),
  };
}

function placeOf(params: Params, index: number) {
  const [channels, width] = [count(params, "channels"), count(params, "output_width")];
  const pixel = Math.floor(index / channels);
  return {
    row: Math.floor(pixel / width),
    column: pixel % width,
    channel: index % channels,
  };
}
