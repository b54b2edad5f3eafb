import { useComputed, useSignal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { HeatMap } from "../../drawing/heat_map";
import { Picture } from "../../drawing/picture";
import type { Exhibit } from "../../page/page";
import type { Live } from "../../state/live";
import { image } from "../../state/selection";
import { print } from "../compute/numbers";
import { WholeNumber } from "../parts/whole_number";
import { ask, bestOf, type Sight, scoresOf, viewOf, warpInput } from "./answers";
import { Sweep } from "./sweep";
import { KINDS, type Kind, STILL, type Warp } from "./warp";

const MAPS = 6;

interface Props {
  readonly exhibit: Exhibit;
  readonly live: Live;
  readonly sight: Sight;
}

/** What the network is shown is dragged, turned, scaled: its maps follow, the answer may not. */
export function Moving({ exhibit, live, sight }: Props) {
  const { model, engine, examples } = exhibit;
  const warp = useSignal<Warp>(STILL);
  const kind = useSignal<Kind>(KINDS[0]);
  const index = Math.min(image.value, examples.count - 1);
  const still = live.input.value;
  const moved = useComputed(() => warpInput(sight, live.input.value, warp.value));
  const run = useComputed(() => engine.run(moved.value));
  const output = run.value.get(model.outputs[0] ?? "");
  const scores = output ? scoresOf(exhibit, output) : [];
  const before = useMemo(() => bestOf(ask(exhibit, still)), [exhibit, still]);
  const now = bestOf(scores);
  const names = examples.classes ?? [];
  const set = (part: Partial<Warp>) => {
    const next = { ...warp.value, ...part };
    // A pointer moves by less than a pixel, too.
    if (KINDS.some(({ id }) => next[id] !== warp.value[id])) warp.value = next;
  };
  const first = model.calls.find((call) => call.kind.includes("CONV"))?.outputs[0];
  const facts = first ? model.tensors[first] : undefined;
  const maps = first ? run.value.get(first) : undefined;
  return (
    <section class="card lab-stack" aria-label="Moving">
      <h3>Move it: the maps move, the answer stays</h3>
      <div class="lab-row">
        <WholeNumber
          label="Example"
          value={index + 1}
          from={1}
          to={examples.count}
          onChange={(number) => {
            live.own.value = null;
            image.value = number - 1;
          }}
        />
        {KINDS.map((one) => (
          <label key={one.id} class="lab-field">
            {one.title}
            <input
              type="range"
              min={one.from}
              max={one.to}
              step={one.id === "scale" ? 0.05 : 1}
              value={warp.value[one.id]}
              onInput={(event) => {
                kind.value = one;
                set({ [one.id]: event.currentTarget.valueAsNumber });
              }}
            />
          </label>
        ))}
        <button
          type="button"
          onClick={() => {
            warp.value = STILL;
          }}
        >
          As it was
        </button>
      </div>
      <div class="lab-row lab-moving">
        <figure>
          <figcaption>
            What it is shown <small>drag it</small>
          </figcaption>
          <Draggable sight={sight} warp={warp.value} onDrag={set}>
            <Picture
              name="What the network is shown"
              values={viewOf(moved.value, sight.facts.dtype)}
              shape={sight.facts.shape}
              side={200}
            />
          </Draggable>
        </figure>
        {facts && maps ? (
          <figure>
            <figcaption>Maps of its first convolution</figcaption>
            <div class="lab-maps">
              {Array.from(
                { length: Math.min(MAPS, facts.shape.at(-1) ?? 0) },
                (_, c) => (
                  <HeatMap
                    key={c}
                    name={`Map ${c + 1}`}
                    values={maps}
                    shape={facts.shape}
                    zero={facts.zero ?? 0}
                    channel={c}
                    side={94}
                  />
                ),
              )}
            </div>
          </figure>
        ) : null}
        <div class="lab-stack">
          <p aria-live="polite" class={now === before ? "good" : "bad"}>
            <b>
              {now === before ? "✓ still" : "✗ now"} “{names[now]}”
            </b>{" "}
            {print(100 * (scores[now] ?? 0), 0)} %
            {now === before ? "" : `, was “${names[before]}”`}
          </p>
          <Sweep
            exhibit={exhibit}
            sight={sight}
            input={still}
            kind={kind.value}
            value={warp.value[kind.value.id]}
            before={before}
          />
        </div>
      </div>
      <p class="note">
        A window that slides sees the same thing wherever it lies, so that maps move
        with the picture, and pooling forgets small moves. Nothing in a convolution
        knows of turned, larger or slanted pictures: these a network has to see while it
        learns. To make it hold, train with{" "}
        <code>augment = {"{rotate = 20, zoom = 0.2, shear = 15}"}</code> in{" "}
        <code>[training]</code>, build again, and open the two pages side by side.
      </p>
    </section>
  );
}

interface DraggableProps {
  readonly sight: Sight;
  readonly warp: Warp;
  readonly onDrag: (to: Partial<Warp>) => void;
  readonly children: preact.ComponentChildren;
}

/** Moves what lies in it by the pixels of the picture that the pointer goes. */
function Draggable({ sight, warp, onDrag, children }: DraggableProps) {
  const held = useRef<{ x: number; y: number; right: number; down: number } | null>(
    null,
  );
  const clamp = (value: number) => Math.max(-8, Math.min(8, Math.round(value)));
  return (
    <div
      class="lab-drag"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        const { right, down } = warp;
        held.current = { x: event.clientX, y: event.clientY, right, down };
      }}
      onPointerMove={(event) => {
        const from = held.current;
        if (!from) return;
        const pixel = event.currentTarget.clientWidth / sight.pixels.width;
        onDrag({
          right: clamp(from.right + (event.clientX - from.x) / pixel),
          down: clamp(from.down + (event.clientY - from.y) / pixel),
        });
      }}
      onPointerUp={() => {
        held.current = null;
      }}
      onPointerCancel={() => {
        held.current = null;
      }}
    >
      {children}
    </div>
  );
}
