import "./dreams.css";
import { volumeOf } from "../../drawing/volume";
import { nameOf } from "../../network/answer";
import { type Layer, readNetwork } from "../../network/graph";
import { longTitleOf } from "../../network/words";
import { percent } from "../../text/numbers";
import type { Dream, Pictures } from "../learned";
import type { Told } from "../parts";
import { DreamCard } from "./dream_card";
import { Noise } from "./noise";
import { usePictures } from "./pictures";

/** Pictures that were made to excite the network, each beside a real one. */
export function Dreams(told: Told) {
  const { model, examples } = told.exhibit;
  const { pictures: dreams, missing, noise, images = 0 } = told.learned.dreams;
  const { channels } = volumeOf(model.tensors[model.inputs[0] ?? ""]?.shape ?? []);
  const pictures = usePictures(dreams, channels);
  const network = readNetwork(model);
  const isReal = examples.indices.length > 0;
  const shown = dreams.flatMap((dream, i): Shown[] => {
    const layer = network.get(dream.tensor);
    const found = pictures?.[i];
    return layer && found ? [{ dream, layer, pictures: found }] : [];
  });
  const classes = shown.filter(({ dream }) => dream.kind === "class");
  const free = pictures?.[dreams.length];
  const first = shown[0];
  const why = missing ? <p class="note">{missing}</p> : null;
  if (!dreams.length) {
    return (
      <>
        <h2>Pictures made to excite</h2>
        {why}
      </>
    );
  }
  return (
    <>
      <h2>Pictures made to excite</h2>
      <p class="note">
        Nobody drew these. A picture begins as nearly even grey; step by step each pixel
        is moved so that one number of the network grows, while neighbours that differ
        cost a little, and for a class also what differs from the mean of the{" "}
        {isReal ? "images" : "inputs"}. The steps were found in real numbers when the
        page was made; then each picture was rounded to the bytes of an image, and the
        values below are what the int8 network really gives for it. Beside each is the{" "}
        {isReal ? "test image" : "input"}, of {images}, that gives most; “pixels mixed”
        is the made picture with its pixels in any order. Equal values are often the
        greatest that the tensor can hold. Such a picture shows what a number reacts to,
        not what it is for: look at both.
      </p>
      {why}
      {classes.length ? (
        <ol class="dreams">
          {classes.map((one) => (
            <DreamCard
              key={one.dream.number}
              {...one}
              {...told}
              title={classOf(one)}
              isReal={isReal}
            />
          ))}
        </ol>
      ) : null}
      {noise && free && first ? (
        <Noise
          noise={noise}
          picture={free.at(0)}
          shape={free.shape}
          {...first}
          {...told}
          title={first.dream.kind === "class" ? classOf(first) : channelOf(first)}
        />
      ) : null}
      {layersOf(shown).map(({ layer, dreams: ofLayer }) => (
        <section key={layer.name}>
          <h2>
            {longTitleOf(layer)}, {layer.volume.channels} channels
          </h2>
          <ol class="dreams">
            {ofLayer.map((one) => (
              <DreamCard
                key={one.dream.number}
                {...one}
                {...told}
                title={channelOf(one)}
                isReal={isReal}
              />
            ))}
          </ol>
        </section>
      ))}
    </>
  );

  function classOf({ dream, layer }: Shown): string {
    const count = layer.volume.channels;
    if (count === 1 && examples.classes?.length !== 2) {
      return dream.number ? "The answer, up" : "The answer, down";
    }
    const name =
      count === 1
        ? (examples.classes?.[dream.number] ?? "")
        : nameOf(dream.number, count, examples.classes);
    const share = dream.share;
    return share === null || examples.task === "regression"
      ? name
      : `${name}: ${percent(share, 0)}`;
  }
}

/** A picture with what it is of. */
export interface Shown {
  readonly dream: Dream;
  readonly layer: Layer;
  readonly pictures: Pictures;
}

function channelOf({ dream }: Shown): string {
  return `Channel ${dream.number + 1}`;
}

function layersOf(shown: readonly Shown[]) {
  const found = new Map<string, { layer: Layer; dreams: Shown[] }>();
  for (const one of shown) {
    if (one.dream.kind === "class") continue;
    const entry = found.get(one.layer.name) ?? { layer: one.layer, dreams: [] };
    entry.dreams.push(one);
    found.set(one.layer.name, entry);
  }
  return [...found.values()];
}
