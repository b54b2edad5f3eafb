import "./bits.css";
import { readNetwork } from "../../network/graph";
import type { Told } from "../parts";
import { Accuracies } from "./accuracies";
import { Errors } from "./errors";
import { Sensitivity } from "./sensitivity";
import { SpreadCard } from "./spread_card";
import { ThreeWeights } from "./three_weights";
import { WeightSpreads } from "./weight_spreads";

/** What eight bits make of real numbers, and what three values would. */
export function Bits(told: Told) {
  const { learned, exhibit } = told;
  const layers = [...readNetwork(exhibit.model).values()];
  return (
    <>
      <Accuracies {...told} />
      <Sensitivity {...told} />
      <Errors {...told} />
      {learned.weights.length ? <WeightSpreads {...told} /> : null}
      {learned.filters ? <ThreeWeights {...told} filters={learned.filters} /> : null}
      <h2>How each layer uses its 256 steps</h2>
      <p class="note">
        Eight bits are 256 steps between a least and a greatest number. Each picture
        counts how often each step was there, over {learned.images} inputs; a bar twice
        as high stands for four times as many. Steps that nothing uses are precision
        that is lost; what is cut off at an end is a number that had no step of its own.
      </p>
      <ol class="spreads steps">
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
