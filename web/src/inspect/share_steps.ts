/** The steps of a share of all, or of its logarithm: softmax. */
import type { Shares } from "../arithmetic/breakdown";
import { many, printReal, printWhole } from "./print";
import type { Step } from "./rescaling";

export function listShareSteps(found: Shares): readonly Step[] {
  const steps = found.isReal ? realSteps(found) : byteSteps(found);
  return found.way === "share" ? steps.share : steps.logarithm;
}

/** In whole numbers on the board, in real ones beside. */
function byteSteps(found: Shares) {
  const { shares, own, total, realTotal, logarithm, rounded, result, real } = found;
  const mine = shares[own];
  const sum: Step = {
    what: `add the exponentials of ${many(shares.length, "value")}`,
    how: "in units of 2⁻¹⁹",
    whole: printWhole(total),
    real: printReal(realTotal),
  };
  const end = (zero: string) => ({
    what: `${zero} (the zero point), within −128 to 127`,
    whole: printWhole(result),
    real: "",
  });
  return {
    share: [
      sum,
      {
        what: "its own exponential",
        how: "in units of 2⁻³¹, from a table",
        whole: printWhole(mine?.exponential ?? 0),
        real: printReal(mine?.realExponential ?? 0),
      },
      {
        what: "its share, in parts of 256",
        how: "the division is a multiplication by 1 ÷ sum, found in three steps",
        whole: printWhole(rounded),
        real: printReal(256 * (mine?.realShare ?? 0)),
      },
      end("− 128"),
    ],
    logarithm: [
      sum,
      {
        what: "the logarithm of that sum",
        how: "in units of 2⁻²⁶, by a formula that comes near it",
        whole: printWhole(logarithm ?? 0),
        real: printReal(Math.log(realTotal)),
      },
      {
        what: "its score less the best score, less that logarithm",
        how: "in sixteenths, rounded",
        whole: printWhole(rounded),
        real: printReal(16 * (real ?? 0)),
      },
      end("+ 127"),
    ],
  };
}

/** Where the network ends in real numbers: 32 bits, each step rounded to such. */
function realSteps({ shares, own, total, realTotal, logarithm, result }: Shares) {
  const mine = shares[own];
  const board = (value: number) => String(Number(value.toPrecision(9)));
  const sum: Step = {
    what: `add the exponentials of ${many(shares.length, "value")}`,
    how: "real numbers of 32 bits, each sum rounded to such",
    whole: board(total),
    real: printReal(realTotal),
  };
  return {
    share: [
      sum,
      {
        what: "its own exponential",
        whole: board(mine?.exponential ?? 0),
        real: printReal(mine?.realExponential ?? 0),
      },
      {
        what: "that ÷ the sum",
        whole: board(result),
        real: printReal(mine?.realShare ?? 0),
      },
    ],
    logarithm: [
      sum,
      {
        what: "the logarithm of that sum",
        whole: board(logarithm ?? 0),
        real: printReal(Math.log(realTotal)),
      },
      {
        what: "its score less the best score, less that logarithm",
        whole: board(result),
        real: printReal(Math.log(mine?.realShare ?? 1)),
      },
    ],
  };
}
