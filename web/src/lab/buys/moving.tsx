import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { HeatMap } from "../../drawing/heat_map";
import { Picture } from "../../drawing/picture";
import type { Activations } from "../../engine/engine";
import { viewOf } from "../../engine/values";
import type { ModelDocument } from "../../page/document";
import type { Exhibit } from "../../page/page";
import { addressedText } from "../../state/address";
import type { Live } from "../../state/live";
import { image } from "../../state/selection";
import { WholeNumber } from "../parts/whole_number";
import { ask, bestOf, type Sight, warpInput } from "./answers";
import { Draggable } from "./draggable";
import { RightCurve } from "./right_curve";
import { useSecond } from "./second";
import { SecondNote } from "./second_note";
import { Sweep } from "./sweep";
import { useCounting } from "./use_counting";
import { usePictures } from "./use_pictures";
import { Verdicts } from "./verdicts";
import { type Kind, kindsOf, parseWarp, printWarp, STILL, type Warp } from "./warp";

const MAPS = 6;

const said = addressedText("warp", "");
const chosen = addressedText("change", "turn");

interface Props {
  readonly exhibit: Exhibit;
  readonly live: Live;
  readonly sight: Sight;
}

/** What the network is shown is dragged, turned, scaled: its maps follow, the answer may not. */
export function Moving({ exhibit, live, sight }: Props) {
  const { engine, model } = exhibit;
  const kinds = useMemo(() => kindsOf(sight.pixels), [sight]);
  const warp = useSignal<Warp>(parseWarp(said.value, kinds));
  useSignalEffect(() => {
    warp.value = parseWarp(said.value, kinds);
  });
  const kind = kinds.find((one) => one.id === chosen.value) ?? (kinds[0] as Kind);
  const still = live.input.value;
  const moved = useComputed(() => warpInput(sight, live.input.value, warp.value));
  const run = useComputed(() => engine.run(moved.value));
  const before = useMemo(() => bestOf(ask(exhibit, still)), [exhibit, still]);
  const second = useSecond(exhibit);
  const nets = [
    { name: "this network", exhibit },
    ...(second ? [{ name: second.title, exhibit: second.exhibit }] : []),
  ];
  const set = (part: Partial<Warp>) => {
    const next = { ...warp.value, ...part };
    // A pointer moves by less than a pixel, too.
    if (kinds.some(({ id }) => next[id] !== warp.value[id])) warp.value = next;
  };
  // Not while it moves: browsers refuse to write the address that often.
  const write = () => {
    said.value = printWarp(warp.value);
  };
  return (
    <section class="card lab-stack" aria-label="Moving">
      <h3>Move it: the maps move, the answer stays</h3>
      <Controls
        exhibit={exhibit}
        live={live}
        kinds={kinds}
        warp={warp.value}
        onChange={(one, value) => {
          chosen.value = one.id;
          set({ [one.id]: value });
        }}
        onDone={write}
        onReset={() => {
          warp.value = STILL;
          write();
        }}
      />
      <div class="lab-row lab-moving">
        <figure>
          <figcaption>
            What it is shown <small>drag it</small>
          </figcaption>
          <Draggable
            sight={sight}
            kinds={kinds}
            warp={warp.value}
            onDrag={set}
            onDone={write}
          >
            <Picture
              name="What the network is shown"
              values={viewOf(moved.value, sight.facts.dtype)}
              shape={sight.facts.shape}
              side={200}
            />
          </Draggable>
          <Verdicts nets={nets} still={still} moved={moved.value} />
        </figure>
        <FirstMaps model={model} activations={run.value} />
        <div class="lab-stack">
          <Sweep
            exhibit={exhibit}
            sight={sight}
            input={still}
            kind={kind}
            value={warp.value[kind.id]}
            before={before}
          />
          <Counted
            exhibit={exhibit}
            sight={sight}
            nets={nets}
            kind={kind}
            value={warp.value[kind.id]}
          />
        </div>
      </div>
      <p class="note">
        A window that slides sees the same thing wherever it lies, so that maps move
        with the picture, and pooling forgets small moves. Nothing in a convolution
        knows of turned, larger or slanted pictures: these a network has to see while it
        learns.
      </p>
      <SecondNote second={second} />
    </section>
  );
}

interface ControlsProps {
  readonly exhibit: Exhibit;
  readonly live: Live;
  readonly kinds: readonly Kind[];
  readonly warp: Warp;
  readonly onChange: (kind: Kind, value: number) => void;
  readonly onDone: () => void;
  readonly onReset: () => void;
}

function Controls({ exhibit, live, kinds, warp, ...rest }: ControlsProps) {
  const { count } = exhibit.examples;
  return (
    <div class="lab-row">
      <WholeNumber
        label="Example"
        value={Math.min(image.value, count - 1) + 1}
        from={1}
        to={count}
        onChange={(number) => {
          live.own.value = null;
          image.value = number - 1;
        }}
      />
      {kinds.map((one) => (
        <label key={one.id} class="lab-field">
          {one.title}
          <input
            type="range"
            min={one.from}
            max={one.to}
            step={one.id === "scale" ? 0.05 : 1}
            value={warp[one.id]}
            onInput={(event) => rest.onChange(one, event.currentTarget.valueAsNumber)}
            onChange={rest.onDone}
          />
        </label>
      ))}
      <button type="button" onClick={rest.onReset}>
        As it was
      </button>
    </div>
  );
}

/** Some maps of the first convolution. */
function FirstMaps(props: { model: ModelDocument; activations: Activations }) {
  const { model, activations } = props;
  const name = model.calls.find((call) => call.kind.includes("CONV"))?.outputs[0] ?? "";
  const [facts, maps] = [model.tensors[name], activations.get(name)];
  if (!facts || !maps) return null;
  return (
    <figure>
      <figcaption>Maps of its first convolution</figcaption>
      <div class="lab-maps">
        {Array.from({ length: Math.min(MAPS, facts.shape.at(-1) ?? 0) }, (_, c) => (
          <HeatMap
            key={c}
            name={`Map ${c + 1}`}
            values={maps}
            shape={facts.shape}
            zero={facts.zero ?? 0}
            channel={c}
            side={94}
          />
        ))}
      </div>
    </figure>
  );
}

interface CountedProps {
  readonly exhibit: Exhibit;
  readonly sight: Sight;
  readonly nets: readonly { readonly name: string; readonly exhibit: Exhibit }[];
  readonly kind: Kind;
  readonly value: number;
}

/** Not this picture alone: how many of many stay right. */
function Counted({ exhibit, sight, nets, kind, value }: CountedProps) {
  const pictures = usePictures(exhibit);
  const asked = nets.map((net) => net.exhibit);
  const { right, trouble } = useCounting(asked, sight, pictures, kind);
  if (trouble) return <p class="bad">Right answers cannot be counted: {trouble}</p>;
  if (!pictures) return null;
  const curves = nets.map(({ name }, i) => ({ name, right: right[i] ?? [] }));
  return <RightCurve kind={kind} value={value} pictures={pictures} nets={curves} />;
}
