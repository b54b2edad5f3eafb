import { useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { paintMap, paintPicture } from "../../drawing/paint";
import { volumeOf } from "../../drawing/volume";
import { Player } from "../../lab/parts/player";
import { readBytes } from "../../page/blobs";
import { percent } from "../../text/numbers";
import type { FilmFacts } from "../learned";
import { Montage } from "../montage";
import type { Told } from "../parts";
import { applyFilter, cutFrames } from "./film_frames";
import { colourFilter, type Filter } from "./filter_values";

const SIDE = 54;
const MAP_SIDE = 84;
const MOST = 32;
const PACE = 400; // milliseconds

/** How the first layer's filters, and what they make of an image, came about. */
export function Film(told: Told) {
  const { film } = told.learned;
  return (
    <>
      <h2>How the filters came about</h2>
      {film ? (
        <Frames {...told} film={film} />
      ) : (
        <p class="note">
          No film was kept: training keeps the first layer's weights after each epoch
          since this page can show them. For a project that was trained before, delete
          float.npz in its build folder and run <code>tinycnn build</code>: it trains
          again, on the same computer to the same weights. A lone file, or given
          weights, were trained elsewhere.
        </p>
      )}
    </>
  );
}

interface Props extends Told {
  readonly film: FilmFacts;
}

function Frames({ film, exhibit, live }: Props) {
  const [frames, setFrames] = useState<Filter[][] | null>(null);
  const step = useSignal(film.epochs.length - 1);
  useEffect(() => {
    readBytes("learned-film").then((bytes) => setFrames(cutFrames(bytes, film)));
  }, [film]);
  if (!frames) return null;
  const filters = (frames[step.value] ?? []).slice(0, MOST);
  const name = exhibit.model.inputs[0] ?? "";
  const tensor = exhibit.model.tensors[name];
  const picture = live.activations.value.get(name);
  const from = volumeOf(tensor?.shape ?? []);
  return (
    <>
      <p class="note">
        The weights of the first layer as training changed them, from chance to what
        they are; under each what it makes of the image that is shown now: the sums of
        pixels times weights, without what follows (bias, activation). Each filter keeps
        one scale throughout.
      </p>
      <Player
        label="Epochs of training"
        step={step}
        count={film.epochs.length}
        pace={PACE}
      />
      <p class="frame" aria-live="polite">
        {describe(film, step.value)}
      </p>
      <ol class="filters film">
        {filters.map((filter) => (
          <li key={filter.channel}>
            <OneFilter filter={filter} />
            {picture ? (
              <OneMap
                filter={filter}
                made={applyFilter(
                  picture,
                  from,
                  tensor?.zero ?? 0,
                  filter,
                  filter.channel,
                )}
              />
            ) : null}
            <small>{filter.channel + 1}</small>
          </li>
        ))}
      </ol>
    </>
  );
}

/** "After epoch 3 of 20, 98.2 % of validation images right." */
function describe({ epochs, accuracies }: FilmFacts, step: number): string {
  const epoch = epochs[step] ?? 0;
  if (epoch === 0) return "Before the first epoch: as training found them.";
  const right = accuracies[step];
  const share =
    typeof right === "number" ? `, ${percent(right, 1)} of validation right` : "";
  return `After epoch ${epoch} of ${epochs.at(-1)}${share}.`;
}

function OneFilter({ filter }: { filter: Filter }) {
  const { volume, weights, largest, channel } = filter;
  const isColour = volume.channels === 3;
  const zoom = Math.max(2, Math.floor(SIDE / Math.max(volume.rows, volume.columns)));
  const range = { low: -largest, high: largest, zero: 0 };
  return (
    <Montage
      name={`Filter ${channel + 1} at this epoch`}
      count={1}
      columns={1}
      side={[volume.rows, volume.columns]}
      zoom={zoom}
      paint={(to, spot) =>
        isColour
          ? paintPicture(to, spot, colourFilter(filter), volume)
          : paintMap(to, spot, weights, volume, 0, range)
      }
    />
  );
}

function OneMap({
  filter,
  made: { volume, values },
}: {
  filter: Filter;
  made: ReturnType<typeof applyFilter>;
}) {
  const most = values.reduce((m, value) => Math.max(m, Math.abs(value)), 1e-9);
  const side = Math.max(volume.rows, volume.columns);
  return (
    <Montage
      name={`What filter ${filter.channel + 1} makes of the shown image`}
      count={1}
      columns={1}
      side={[volume.rows, volume.columns]}
      zoom={Math.max(1, Math.floor(MAP_SIDE / side))}
      paint={(to, spot) =>
        paintMap(to, spot, values, volume, 0, { low: -most, high: most, zero: 0 })
      }
    />
  );
}
