import { Legend } from "../../drawing/legend";
import { paintMap, paintPicture } from "../../drawing/paint";
import { printReal } from "../../network/words";
import type { Filters as FilterFacts } from "../learned";
import { Montage } from "../montage";
import type { Told } from "../parts";
import { colourFilter, type Filter, readFilters } from "./filter_values";

const SIDE = 66;

/** The first convolution's weights as what they look for: small pictures. */
export function Filters({ exhibit, filters }: Told & { filters: FilterFacts }) {
  const found = readFilters(exhibit, filters);
  if (!found.length || !found[0]) return null;
  const { volume } = found[0];
  const isColour = volume.channels === 3;
  const zoom = Math.max(2, Math.floor(SIDE / Math.max(volume.rows, volume.columns)));
  return (
    <>
      <h2>Filters of the first layer</h2>
      <p class="note">
        {isColour
          ? "Each filter as the colours that it answers to: where red is bright, it adds up what is red; grey counts for nothing. Each is as bright as its own largest weight allows."
          : "Where a filter is red, bright pixels raise its value; where it is blue, they lower it; where it is light, they do not matter. Each has its own scale: its largest weight is written below."}
      </p>
      <ol class="filters">
        {found.map((filter) => (
          <li key={filter.channel}>
            <Montage
              name={nameOf(filter)}
              count={isColour ? 1 : volume.channels}
              columns={1}
              side={[volume.rows, volume.columns]}
              zoom={zoom}
              paint={(to, spot, i) =>
                isColour
                  ? paintPicture(to, spot, colourFilter(filter), volume)
                  : paintMap(to, spot, filter.weights, volume, i, rangeOf(filter))
              }
            />
            <small>
              {filter.channel + 1}: {printReal(filter.largest * filter.scale)}
            </small>
          </li>
        ))}
      </ol>
      {isColour ? null : (
        <Legend
          range={{ low: -1, high: 1, zero: 0 }}
          print={(value) =>
            value === 0 ? "0" : value > 0 ? "largest weight" : "its negative"
          }
        />
      )}
    </>
  );
}

function rangeOf({ largest }: Filter) {
  return { low: -largest, high: largest, zero: 0 };
}

function nameOf({ channel, volume, largest, scale }: Filter): string {
  const size = `${volume.rows} by ${volume.columns}`;
  const most = printReal(largest * scale);
  return `Filter ${channel + 1}, ${size}, largest weight ${most}`;
}
