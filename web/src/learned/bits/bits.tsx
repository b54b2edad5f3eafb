import "./bits.css";
import { readNetwork } from "../../network/graph";
import { percent } from "../../text/numbers";
import type { Accuracy } from "../learned";
import type { Told } from "../parts";
import { SpreadCard } from "./spread_card";
import { ThreeWeights } from "./three_weights";

/** What eight bits make of real numbers, and what three values would. */
export function Bits(told: Told) {
  const { learned, exhibit } = told;
  const layers = [...readNetwork(exhibit.model).values()];
  return (
    <>
      {learned.accuracy ? <Accuracies accuracy={learned.accuracy} /> : null}
      {learned.filters ? <ThreeWeights {...told} filters={learned.filters} /> : null}
      <h2>How each layer uses its 256 steps</h2>
      <p class="note">
        Eight bits are 256 steps between a least and a greatest number. Each picture
        counts how often each step was there, over {learned.images} inputs; a bar twice
        as high stands for four times as many. Steps that nothing uses are precision
        that is lost; what is cut off at an end is a number that had no step of its own.
      </p>
      <ol class="spreads">
        {layers.map((layer) => {
          const counts = learned.spread[layer.name];
          return counts ? (
            <SpreadCard key={layer.name} layer={layer} counts={counts} />
          ) : null;
        })}
      </ol>
    </>
  );
}

function Accuracies({ accuracy: { float, int8 } }: { accuracy: Accuracy }) {
  const lost = float - int8;
  return (
    <>
      <h2>What eight bits cost</h2>
      <p class="note">
        On the test images the network in real numbers, before it was quantized, is
        right for {percent(float)}; with eight bits, as on the board, for{" "}
        {percent(int8)}:{" "}
        {Math.abs(lost) < 5e-5
          ? "nothing is lost."
          : `${percent(Math.abs(lost))} ${lost > 0 ? "lost" : "won"}.`}
      </p>
    </>
  );
}
