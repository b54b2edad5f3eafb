import { type Layer, readNetwork } from "../../network/graph";
import { longTitleOf, printReal } from "../../network/words";
import { percent } from "../../text/numbers";
import type { WeightSpread } from "../learned";
import type { Told } from "../parts";
import { drawSpread } from "./spread";

const HEIGHT = 40;
const KINDS = [
  ["float", "real"],
  ["int8", "8 bits"],
  ["ternary", "3 values"],
] as const;

/** The weights of each layer in three arithmetics. */
export function WeightSpreads({ learned: { weights }, exhibit }: Told) {
  const network = readNetwork(exhibit.model);
  const isKnown = weights.some(({ float }) => float !== null);
  return (
    <>
      <h2>Weights as real numbers, in eight bits, in three values</h2>
      <p class="note">
        How many weights are how large; a bar twice as high stands for four times as
        many.{" "}
        {isKnown
          ? "The real numbers are those that training ended with: eight bits keep their shape, three values only their signs and what is near zero."
          : "This file no longer has the real numbers that its weights were rounded from; a project that was trained here has."}
      </p>
      <ol class="spreads">
        {weights.map((spread) => {
          const layer = network.get(spread.tensor);
          return layer ? (
            <Card key={spread.tensor} layer={layer} spread={spread} />
          ) : null;
        })}
      </ol>
    </>
  );
}

function Card({ layer, spread }: { layer: Layer; spread: WeightSpread }) {
  const title = longTitleOf(layer);
  return (
    <li class="card weights">
      <h3>{title}</h3>
      {KINDS.map(([kind, name]) => {
        const counts = spread[kind];
        return counts ? (
          <div key={kind} class="line">
            <small>{name}</small>
            <svg
              viewBox={`0 0 ${counts.length} ${HEIGHT}`}
              preserveAspectRatio="none"
              role="img"
              aria-label={`${title}: weights, ${name}`}
            >
              <path d={drawSpread(counts, HEIGHT)} />
            </svg>
          </div>
        ) : null;
      })}
      <p class="ends">
        <span>{printReal(-spread.reach)}</span>
        <span>{printReal(spread.reach)}</span>
      </p>
      <p>
        <small>{percent(spread.zeros, 0)} become zero of three values</small>
      </p>
    </li>
  );
}
