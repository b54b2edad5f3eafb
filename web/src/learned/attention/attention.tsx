import "./attention.css";
import { useState } from "preact/hooks";
import { Legend } from "../../drawing/legend";
import { isPicture } from "../../drawing/paint";
import type { Range } from "../../drawing/ramp";
import { type Volume, volumeOf } from "../../drawing/volume";
import type { Values } from "../../engine/engine";
import { nameOf } from "../../network/answer";
import { printReal } from "../../network/words";
import type { Told } from "../parts";
import { ShownImage } from "../shown_image";
import { answerOf, type Target } from "../target";
import { mapClass } from "./class_map";
import { Overlay } from "./overlay";
import { type Occlusion as OcclusionRuns, useOcclusion } from "./use_occlusion";

/** Which places of the shown image the answer hangs on, found in two ways. */
export function Attention({ exhibit, live }: Told) {
  const { model, examples } = exhibit;
  const [wanted, setWanted] = useState<number | null>(null);
  const found = live.activations.value;
  const answer = answerOf(model, found);
  const name = model.inputs[0] ?? "";
  const volume = volumeOf(model.tensors[name]?.shape ?? []);
  const picture = found.get(name);
  if (!answer || !picture || !isPicture(volume)) {
    return (
      <p class="note">This network is shown no picture that could be looked at.</p>
    );
  }
  const target = { ...answer, channel: wanted ?? answer.channel };
  const classOf = (i: number) => nameOf(i, answer.count, examples.classes);
  const shown = {
    exhibit,
    live,
    picture,
    volume,
    target,
    word: classOf(target.channel),
  };
  return (
    <>
      <h2>Where it looks</h2>
      <p class="note">
        Red places speak for the class, blue ones against it; the stronger, the more.
        Both maps are in whole cells, as they were computed.
      </p>
      <ShownImage exhibit={exhibit} live={live} />
      <div class="row">
        <label>
          What speaks for{" "}
          <select
            value={wanted ?? "answer"}
            onChange={({ currentTarget: { value } }) =>
              setWanted(value === "answer" ? null : Number(value))
            }
          >
            <option value="answer">the answer</option>
            {Array.from({ length: answer.count }, (_, i) => (
              <option key={i} value={i}>
                {classOf(i)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div class="maps">
        <Occlusion {...shown} />
        <LastMaps {...shown} />
      </div>
    </>
  );
}

interface Shown extends Omit<Told, "learned"> {
  readonly picture: Values;
  readonly volume: Volume;
  readonly target: Target;
  /** The class's name. */
  readonly word: string;
}

/** Cover a patch, run the network, see how far the score falls. */
function Occlusion({ exhibit, live, picture, volume, target, word }: Shown) {
  const runs = useOcclusion(exhibit, live.input.value, target);
  const { found } = runs;
  const blank = { drops: new Float32Array(volume.rows * volume.columns), done: 0 };
  const { drops } = found ?? blank;
  return (
    <section class="card" aria-label="What it needs to see">
      <h3>What it needs to see</h3>
      <ShownMap
        {...{ exhibit, picture, volume, target }}
        name={`What the score of ${word} falls by where the picture is covered`}
        map={drops}
        cells={volume}
      />
      <Runs {...runs} />
      <p class="note">
        A patch of an eighth of the picture is painted in its mean colour, and the
        network is run again, by the very code of the board: how far does the score of{" "}
        {word} fall? The patch goes over the picture in steps of half its size.
      </p>
    </section>
  );
}

/** How far the runs are, and what one can do about it. */
function Runs({ found, state, problem, stop, again }: OcclusionRuns) {
  const { done, total } = found ?? { done: 0, total: 1 };
  if (state === "failed") {
    return (
      <p class="progress bad" role="alert">
        The runs failed: {problem}.{" "}
        <button type="button" onClick={again}>
          Try again
        </button>
      </p>
    );
  }
  return (
    <p class="progress" role="status">
      {state === "runs" ? (
        <>
          <progress aria-label="Runs" value={done} max={total} />{" "}
          <button type="button" onClick={stop}>
            Stop
          </button>
        </>
      ) : state === "stopped" ? (
        <>
          Stopped after {done} of {found ? total : "all"} runs.{" "}
          <button type="button" onClick={again}>
            Begin again
          </button>
        </>
      ) : (
        `${total} runs, each with a patch covered.`
      )}
    </p>
  );
}

/** The last maps, each counted by what it does to the score: Grad-CAM. */
function LastMaps({ exhibit, live, picture, volume, target, word }: Shown) {
  const map = mapClass(exhibit, live.activations.value, target);
  return (
    <section class="card" aria-label="Where the last maps speak for it">
      <h3>Where the last maps speak for it</h3>
      {"missing" in map ? (
        <p class="note">
          There is no such picture (Grad-CAM) of this network, because {map.missing}.
        </p>
      ) : (
        <>
          <ShownMap
            {...{ exhibit, picture, volume, target }}
            name={`What each place of the last maps adds to the score of ${word}`}
            map={map.values}
            cells={map.volume}
          />
          {map.isSplit ? (
            <p class="note">
              Before its last layer this network takes the mean of each map. So the
              score of {word} is the mean of this picture of {map.volume.rows} ×{" "}
              {map.volume.columns} cells (and a constant): each cell is the last maps
              there, times the weights of {word}. For such a network this is Grad-CAM.
            </p>
          ) : (
            <p class="note">
              Grad-CAM: each of the last {map.volume.channels} maps counts by how much
              the score of {word} would grow with it, and this picture of{" "}
              {map.volume.rows} × {map.volume.columns} cells is their sum. The slopes
              are computed here, from the int8 network's weights and values behind those
              maps. They hold for small changes only: the picture says which places
              matter now, not how much of the score they make.
            </p>
          )}
        </>
      )}
    </section>
  );
}

interface MapProps extends Pick<Shown, "exhibit" | "picture" | "volume" | "target"> {
  readonly name: string;
  readonly map: Float32Array;
  readonly cells: Volume;
}

function ShownMap({ exhibit, picture, volume, target, name, map, cells }: MapProps) {
  const scale = exhibit.model.tensors[target.tensor]?.scale ?? 1;
  const reach = map.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const range: Range = { low: -reach, high: reach, zero: 0 };
  const print = (steps: number) => printReal(steps * scale);
  return (
    <>
      <Overlay {...{ name, picture, volume, map, cells, range, print }} />
      <p>{reach > 0 ? <Legend range={range} print={print} /> : null}</p>
    </>
  );
}
