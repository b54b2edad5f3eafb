import type { ComponentType } from "preact";
import { useMemo, useState } from "preact/hooks";
import { HeatMap } from "../drawing/heat_map";
import { Picture } from "../drawing/picture";
import { type Place, printSize } from "../drawing/volume";
import { DrawingPad } from "../input/drawing_pad";
import { makeShower } from "../input/own";
import { printPlace } from "../inspect/print";
import { type Layer, readNetwork } from "../network/graph";
import type { Shown } from "../network/network_view";
import { Scores } from "../network/scores";
import { realOf } from "../network/values";
import { longTitleOf, printReal } from "../network/words";

interface FigureProps extends Shown {
  readonly layers: readonly Layer[];
}

/** What each chapter shows of the reader's own image, beside its text. */
const FIGURES: Readonly<Record<string, ComponentType<FigureProps>>> = {
  pixels: Pixels,
  kernels: OneMap,
  "padding-stride-dilation": Sizes,
  channels: Channels,
  pooling: Shrinking,
  depth: Hierarchy,
  "eight-bits": Bytes,
};

/** The image that is shown to the network, and what the chapter says of it. */
export function Companion({ chapter, ...shown }: Shown & { chapter: string }) {
  const { exhibit, live } = shown;
  const layers = useMemo(() => [...readNetwork(exhibit.model).values()], [exhibit]);
  const shower = useMemo(() => makeShower(exhibit, live), [exhibit, live]);
  const Figure = FIGURES[chapter];
  const answer = layers.find((one) => one.name === exhibit.model.outputs[0]);
  return (
    <aside class="companion card" aria-label="Your image">
      {chapter !== "pixels" ? <Shows {...shown} layers={layers} /> : null}
      {Figure ? <Figure {...shown} layers={layers} /> : null}
      {answer && answer.volume.channels <= MOST_SCORES ? (
        <Scores
          layer={answer}
          live={live}
          examples={exhibit.examples}
          title={longTitleOf(answer)}
        />
      ) : null}
      {shower?.preprocessor.facts.channels === 1 ? (
        <details>
          <summary>Draw another</summary>
          <DrawingPad exhibit={exhibit} shower={shower} />
        </details>
      ) : null}
      <p class="note">
        <a href="#view=network">Choose another image</a>
      </p>
    </aside>
  );
}

const MOST_SCORES = 12;
const SIDE = 176;
const SMALL = 64;

/** The image as a picture, or as a map if it is none. */
function Shows({ live, layers, side = 96 }: FigureProps & { side?: number }) {
  const image = layers[0];
  const values = image && live.activations.value.get(image.name);
  if (!image || !values) return null;
  const { shape, zero } = image.tensor;
  const [name, last] = ["Your image", shape.at(-1)];
  return last === 1 || last === 3 ? (
    <Picture name={name} values={values} shape={shape} side={side} />
  ) : (
    <HeatMap name={name} values={values} shape={shape} zero={zero ?? 0} side={side} />
  );
}

function Pixels(props: FigureProps) {
  const image = props.layers[0];
  const [at, setAt] = useState<Place | null>(null);
  const values = image && props.live.activations.value.get(image.name);
  if (!image || !values) return null;
  const { shape, zero } = image.tensor;
  return (
    <figure>
      <HeatMap
        name="The numbers of your image"
        values={values}
        shape={shape}
        zero={zero ?? 0}
        side={SIDE}
        at={at}
        onHover={setAt}
        onPick={setAt}
      />
      <figcaption>
        {at
          ? `${printPlace(at)}: ${valueAt(image, values, at)}`
          : `${printSize(image.volume)} numbers. Point at one.`}
      </figcaption>
    </figure>
  );
}

function OneMap(props: FigureProps) {
  const [channel, setChannel] = useState(0);
  const first = windows(props.layers)[0];
  if (!first) return null;
  const count = first.volume.channels;
  const turn = (by: number) => setChannel((channel + by + count) % count);
  return (
    <figure>
      <ChannelMap
        {...props}
        layer={first}
        channel={channel}
        side={SIDE}
        onTurn={turn}
      />
      <figcaption class="turning">
        <button type="button" aria-label="Previous kernel" onClick={() => turn(-1)}>
          ‹
        </button>
        what kernel {channel + 1} of {count} makes of it
        <button type="button" aria-label="Next kernel" onClick={() => turn(1)}>
          ›
        </button>
      </figcaption>
    </figure>
  );
}

function Sizes({ layers }: FigureProps) {
  return (
    <table class="sizes">
      <caption>Your network, layer by layer</caption>
      <tbody>
        {layers.map((layer) => (
          <tr key={layer.name}>
            <th scope="row">{longTitleOf(layer)}</th>
            <td class="number">{printSize(layer.volume)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Channels(props: FigureProps) {
  const first = windows(props.layers)[0];
  if (!first) return null;
  const shown = Math.min(first.volume.channels, 8);
  return (
    <figure>
      <div class="maps">
        {Array.from({ length: shown }, (_, channel) => (
          <ChannelMap
            key={channel}
            {...props}
            layer={first}
            channel={channel}
            side={SMALL}
          />
        ))}
      </div>
      <figcaption>
        {shown} of {first.volume.channels} channels behind the first convolution
      </figcaption>
    </figure>
  );
}

function Shrinking(props: FigureProps) {
  const after = props.layers.find(
    (layer) => /POOL|MEAN/.test(layer.operator?.kind ?? "") && layer.sources.length,
  );
  const before = props.layers.find((layer) => layer.name === after?.sources[0]);
  if (!after || !before) return null;
  return (
    <figure>
      <div class="maps">
        <ChannelMap {...props} layer={before} channel={0} side={SIDE / 2} />
        <ChannelMap {...props} layer={after} channel={0} side={SIDE / 2} />
      </div>
      <figcaption>
        {longTitleOf(after)}: from {printSize(before.volume)} to{" "}
        {printSize(after.volume)}
      </figcaption>
    </figure>
  );
}

function Hierarchy(props: FigureProps) {
  const all = windows(props.layers);
  const picked = new Set([all[0], all[Math.floor(all.length / 2)], all.at(-1)]);
  return (
    <figure>
      <div class="maps">
        {[...picked].map((layer) =>
          layer ? (
            <ChannelMap
              key={layer.name}
              {...props}
              layer={layer}
              channel={0}
              side={SMALL}
            />
          ) : null,
        )}
      </div>
      <figcaption>One map of an early, a middle and the last convolution</figcaption>
    </figure>
  );
}

function Bytes(props: FigureProps) {
  const [at, setAt] = useState<Place>([0, 0]);
  const layer = windows(props.layers)[0];
  const values = layer && props.live.activations.value.get(layer.name);
  if (!layer || !values) return null;
  const byte = valueAt(layer, values, at);
  const { scale, zero } = layer.tensor;
  return (
    <figure>
      <ChannelMap
        {...props}
        layer={layer}
        channel={0}
        side={SIDE}
        at={at}
        onHover={setAt}
      />
      <figcaption aria-live="polite">
        The byte {byte} means {printReal(scale ?? 1)} · ({byte} − {zero}) ={" "}
        {printReal(realOf(layer, byte))}
      </figcaption>
    </figure>
  );
}

interface ChannelMapProps extends FigureProps {
  readonly layer: Layer;
  readonly channel: number;
  readonly side: number;
  readonly at?: Place;
  readonly onHover?: (at: Place) => void;
  readonly onTurn?: (by: -1 | 1) => void;
}

function ChannelMap({
  live,
  layer,
  channel,
  side,
  at,
  onHover,
  onTurn,
}: ChannelMapProps) {
  const values = live.activations.value.get(layer.name);
  if (!values) return null;
  return (
    <HeatMap
      name={`${longTitleOf(layer)}, channel ${channel + 1}`}
      values={values}
      shape={layer.tensor.shape}
      zero={layer.tensor.zero ?? 0}
      channel={channel}
      side={side}
      at={at ?? null}
      onHover={(place) => place && onHover?.(place)}
      onPick={(place) => onHover?.(place)}
      onTurn={(by) => onTurn?.(by)}
    />
  );
}

/** The layers that a window slides for and whose maps are still maps. */
function windows(layers: readonly Layer[]): Layer[] {
  return layers.filter(
    ({ operator, volume }) =>
      /CONV_2D$/.test(operator?.kind ?? "") && volume.rows * volume.columns > 1,
  );
}

function valueAt({ volume }: Layer, values: ArrayLike<number>, [row, column]: Place) {
  return values[(row * volume.columns + column) * volume.channels] ?? 0;
}
