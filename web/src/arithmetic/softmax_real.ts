/** SOFTMAX and LOG_SOFTMAX of 32-bit floats, each sum and product rounded to such. */
import type { Breakdown, Share } from "./breakdown";
import { argument, count, type Element, pick, valuesOf } from "./element";
import { exponentialOf, logarithmOfReal } from "./real_functions";

export function takeRealSoftmax(element: Element): Breakdown {
  const { params } = element.call;
  const name = argument(element, 0);
  const channels = count(params, "channels");
  const own = element.index % channels;
  const first = element.index - own;
  const input = Array.from(valuesOf(element, name).subarray(first, first + channels));
  const isLogarithm = count(params, "logarithmic") !== 0;
  const beta = isLogarithm ? 1 : Math.fround(count(params, "beta"));
  const largest = Math.max(...input);
  const differences = input.map((value) => Math.fround(value - largest));
  const exponentials = differences.map((d) => exponentialOf(Math.fround(d * beta)));
  const total = exponentials.reduce((sum, one) => Math.fround(sum + one), 0);
  const powers = differences.map((d) => Math.exp(d * beta));
  const realTotal = powers.reduce((sum, power) => sum + power, 0);
  const shares = input.map(
    (value, i): Share => ({
      source: { name, index: first + i },
      input: value,
      below: 0 - pick(differences, i) * beta, // not -0
      exponential: pick(exponentials, i),
      part: pick(exponentials, i),
      realExponential: pick(powers, i),
      realShare: pick(powers, i) / realTotal,
    }),
  );
  const logarithm = isLogarithm ? logarithmOfReal(total) : null;
  const result =
    logarithm === null
      ? Math.fround(pick(exponentials, own) / total)
      : Math.fround(pick(differences, own) - logarithm);
  return {
    family: "shares",
    way: isLogarithm ? "logarithm" : "share",
    isReal: true,
    input: name,
    shares,
    own,
    total,
    realTotal,
    logarithm,
    rounded: result,
    result,
    real: isLogarithm
      ? pick(differences, own) - Math.log(realTotal)
      : pick(powers, own) / realTotal,
  };
}
