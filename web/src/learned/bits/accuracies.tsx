import { percent } from "../../text/numbers";
import type { Accuracy, ThreeValues } from "../learned";
import type { Told } from "../parts";
import { ValueBars } from "../value_bars";

/** What eight bits and three values cost, in right answers. */
export function Accuracies({ learned: { accuracy, ternary } }: Told) {
  if (!accuracy && !ternary) return null;
  return (
    <>
      <h2>What eight bits cost, and what three values would</h2>
      {accuracy ? <EightBits {...accuracy} /> : null}
      {ternary ? <Three {...ternary} /> : null}
    </>
  );
}

function EightBits({ float, int8 }: Accuracy) {
  const lost = float - int8;
  return (
    <p class="note">
      On all test images the network in real numbers, before it was quantized, is right
      for {percent(float)}; with eight bits, as on the board, for {percent(int8)}:{" "}
      {Math.abs(lost) < 5e-5
        ? "nothing is lost."
        : `${(100 * Math.abs(lost)).toFixed(2)} points ${lost > 0 ? "lost" : "won"}.`}
    </p>
  );
}

function Three({ images, float, int8, ternary, trained }: ThreeValues) {
  return (
    <>
      <p class="note">
        {trained
          ? `This network was trained for weights of three values, all layers but the first and the last. On ${images} test images:`
          : `On ${images} test images, with the file's weights: without any rounding of what is computed, with it, and with the weights of all layers but the first and the last rounded to three values, after training. A network that is trained for three values (weights = "ternary" in tinycnn.toml) does better than one that is merely rounded.`}
      </p>
      <div class="card accuracies">
        <ValueBars
          rows={[
            ["real numbers", float],
            ["eight bits", int8],
            ["three values", ternary],
          ]}
          print={(share) => percent(share, 1)}
        />
      </div>
    </>
  );
}
