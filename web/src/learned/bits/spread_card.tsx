import type { Layer } from "../../network/graph";
import { realOf } from "../../network/values";
import { longTitleOf, printReal } from "../../network/words";
import { percent } from "../../text/numbers";
import { drawSpread, measureSpread, type Spread } from "./spread";

const HEIGHT = 64;

/** The histogram of a tensor's values, and what it says. */
export function SpreadCard({
  layer,
  counts,
}: {
  layer: Layer;
  counts: readonly number[];
}) {
  const spread = measureSpread(counts);
  const least = layer.tensor.dtype === "uint8" ? 0 : -128;
  const zero = (layer.tensor.zero ?? 0) - least;
  const title = longTitleOf(layer);
  return (
    <li class="card">
      <h3>{title}</h3>
      <svg
        viewBox={`0 0 256 ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}: ${spread.used} of 256 steps are used`}
      >
        <line class="zero" x1={zero + 0.5} x2={zero + 0.5} y1={0} y2={HEIGHT} />
        <path d={drawSpread(counts, HEIGHT)} />
      </svg>
      <p class="ends">
        <span>{printReal(realOf(layer, least))}</span>
        <span>{printReal(realOf(layer, least + 255))}</span>
      </p>
      <p>{spread.used} of 256 steps used</p>
      <p>
        <small>{describeEnds(spread, zero)}</small>
      </p>
    </li>
  );
}

function describeEnds({ lowest, highest }: Spread, zero: number): string {
  const low =
    zero === 0
      ? `${percent(lowest, 1)} are zero`
      : `${percent(lowest, 1)} at the lower end`;
  return `${low}, ${percent(highest, 1)} at the upper end`;
}
