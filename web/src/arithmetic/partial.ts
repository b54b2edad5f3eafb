/** What one channel of the input adds to a convolution's sums, at every place of it. */
import type { Call, Params } from "../page/document";
import type { Term, WeightedSum } from "./breakdown";
import { count } from "./element";

/**
 * The sums of one channel alone, row by row; all channels' add up to the whole sums.
 *
 * @param call A convolution, in groups or not.
 * @param found Any number of the output channel that is looked at: it has the weights.
 * @param input The numbers of the input.
 * @param channel Which channel of the window.
 * @returns null where no window slides with the same weights.
 */
export function sumOneChannel(
  call: Call,
  found: WeightedSum,
  input: ArrayLike<number>,
  channel: number,
): Int32Array | null {
  const source = found.terms.find((t) => t.window[2] === channel && t.source)?.source;
  if (found.kind !== "convolution" || !source) return null;
  const params = (call.params.conv ?? call.params) as Params;
  const own = found.terms.filter((term) => term.window[2] === channel);
  const depth = count(params, "input_channels");
  const read = reader(params, input, depth, source.index % depth);
  const [rows, columns] = [
    count(params, "output_height"),
    count(params, "output_width"),
  ];
  const sums = new Int32Array(rows * columns);
  for (let place = 0; place < sums.length; place++) {
    const row = Math.floor(place / columns);
    sums[place] = own.reduce(
      (sum, term) => sum + read(row, place % columns, term) * (term.weight ?? 0),
      0,
    );
  }
  return sums;
}

type Read = (row: number, column: number, term: Term) => number;

/** The input under a weight where the window of an output is, without its zero point. */
function reader(
  params: Params,
  input: ArrayLike<number>,
  depth: number,
  channel: number,
): Read {
  const [height, width] = [count(params, "input_height"), count(params, "input_width")];
  const zero = count(params, "input_zero_point");
  const along = (side: "height" | "width", before: string) => {
    const stride = count(params, `stride_${side}`);
    const dilation = count(params, `dilation_${side}`);
    const padding = count(params, before);
    return (at: number, k: number) => at * stride - padding + k * dilation;
  };
  const [down, across] = [along("height", "pad_top"), along("width", "pad_left")];
  return (row, column, { window }) => {
    const [y, x] = [down(row, window[0]), across(column, window[1])];
    if (y < 0 || y >= height || x < 0 || x >= width) return 0;
    return (input[(y * width + x) * depth + channel] ?? zero) - zero;
  };
}
