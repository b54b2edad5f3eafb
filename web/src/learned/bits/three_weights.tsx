import { paintMap } from "../../drawing/paint";
import { percent } from "../../text/numbers";
import { type Filter, readFilters } from "../channels/filter_values";
import type { Filters } from "../learned";
import { Montage } from "../montage";
import type { Told } from "../parts";
import { keptBy, roundToThree } from "./ternary";

const SIDE = 54;
const MOST = 16;

/** The first layer's weights with eight bits, and rounded to three values. */
export function ThreeWeights({ exhibit, filters }: Told & { filters: Filters }) {
  const found = readFilters(exhibit, filters);
  if (!found.length) return null;
  const rounded = found.map((filter) => roundToThree(filter.weights));
  const kept = rounded.map((three, i) =>
    keptBy(found[i]?.weights as Filter["weights"], three),
  );
  const mean = kept.reduce((sum, share) => sum + share, 0) / kept.length;
  return (
    <>
      <h2>Eight bits, or three values</h2>
      <p class="note">
        Above each filter of the first layer as the board has it: of 255 values any, so
        near to real numbers that no eye tells them apart. Below rounded to three
        values, minus one, zero and one, times one number a filter: {percent(mean, 0)}{" "}
        of what the weights are stays (of their energy, on average). A network that is
        trained for three values does better than one that is merely rounded.
      </p>
      <ol class="filters">
        {found.slice(0, MOST).map((filter, i) => (
          <li key={filter.channel}>
            <Pair filter={filter} signs={rounded[i]?.signs ?? new Int8Array()} />
            <small>
              {filter.channel + 1}: {percent(kept[i] ?? 0, 0)}
            </small>
          </li>
        ))}
      </ol>
    </>
  );
}

/** One channel of a window in colours; of several the first. */
function Pair({ filter, signs }: { filter: Filter; signs: Int8Array }) {
  const { volume, weights, largest, channel } = filter;
  return (
    <Montage
      name={`Filter ${channel + 1} with eight bits, and below with three values`}
      count={2}
      columns={1}
      side={[volume.rows, volume.columns]}
      zoom={Math.max(2, Math.floor(SIDE / Math.max(volume.rows, volume.columns)))}
      paint={(to, spot, i) =>
        i === 0
          ? paintMap(to, spot, weights, volume, 0, {
              low: -largest,
              high: largest,
              zero: 0,
            })
          : paintMap(to, spot, signs, volume, 0, { low: -1, high: 1, zero: 0 })
      }
    />
  );
}
