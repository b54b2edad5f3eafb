import "./network_picture.css";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Scale } from "../drawing/atlas";
import { px } from "../drawing/css";
import { many } from "../inspect/print";
import { tensor } from "../state/selection";
import { draft } from "./draft";
import { Facts } from "./facts";
import { LayerCard } from "./layer_card";
import type { Layout, Line } from "./layout/layout";
import type { Shown } from "./network_view";
import { looked, scale } from "./pointing";
import { makeScene, type Scene } from "./scene";
import { useWidth } from "./width";

/** The layers as a picture, with every feature map. */
export function NetworkPicture(shown: Shown) {
  const { exhibit, live } = shown;
  const scene = useMemo(() => makeScene({ exhibit, live }), [exhibit, live]);
  const pane = useRef<HTMLElement>(null);
  const width = useWidth(pane);
  const plan = useMemo(() => (width > 0 ? draft(scene, width) : null), [scene, width]);
  useEffect(() => show(pane.current, tensor.value), [plan, tensor.value]);
  return (
    <section class="network-picture" aria-label="Network" ref={pane}>
      <Head scene={scene} />
      <Facts scene={scene} />
      {plan ? (
        <div class="layers" data-direction={plan.direction}>
          <div
            class="layers-inner"
            style={{ width: px(plan.layout.width), height: px(plan.layout.height) }}
          >
            <Lines layout={plan.layout} />
            {plan.cards.map((card) => {
              const box = plan.layout.boxes.get(card.layer.name);
              return box ? (
                <LayerCard key={card.layer.name} card={card} box={box} scene={scene} />
              ) : null;
            })}
          </div>
        </div>
      ) : null}
    </section>
  );
}

/** What is chosen stays in sight, or comes there by a link. */
function show(pane: HTMLElement | null, name: string): void {
  const card = name ? pane?.querySelector(`[data-tensor="${CSS.escape(name)}"]`) : null;
  card?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function Head({ scene }: { scene: Scene }) {
  const { operators } = scene.exhibit.model;
  const sum = (of: "parameters" | "macs") =>
    operators.reduce((total, operator) => total + operator[of], 0);
  return (
    <div class="network-head">
      <p>
        {many(operators.length, "layer")}, {many(sum("parameters"), "parameter")},{" "}
        {many(sum("macs"), "multiplication")} for each input
      </p>
      <label>
        Colours span{" "}
        <select
          value={scale.value}
          onChange={(event) => {
            scale.value = event.currentTarget.value as Scale;
          }}
        >
          <option value="layer">a whole layer</option>
          <option value="map">each map alone</option>
        </select>
      </label>
    </div>
  );
}

/** Lines from each layer to what is made of it; those of the one looked at stand out. */
function Lines({ layout: { lines, width, height } }: { layout: Layout }) {
  const current = looked.value?.tensor;
  const isOwn = ({ from, to }: Line) => from === current || to === current;
  return (
    <svg class="layer-lines" width={width} height={height} aria-hidden="true">
      {[...lines]
        .sort((a, b) => Number(isOwn(a)) - Number(isOwn(b)))
        .map((line) => (
          <path
            key={`${line.from} ${line.to}`}
            d={line.path}
            class={isOwn(line) ? "own" : undefined}
          />
        ))}
    </svg>
  );
}
