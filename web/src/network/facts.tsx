import "./facts.css";
import { HeatMap } from "../drawing/heat_map";
import { Legend } from "../drawing/legend";
import { isPicture } from "../drawing/paint";
import { Picture } from "../drawing/picture";
import { rangeOf } from "../drawing/ramp";
import { isVector, printSize } from "../drawing/volume";
import { lengthOf } from "./field/block";
import { type Field, spacingOf } from "./field/field";
import type { Layer } from "./graph";
import { type Looked, looked, scale } from "./pointing";
import type { Scene } from "./scene";
import { numberAt, realOf } from "./values";
import {
  costOf,
  formulaOf,
  longTitleOf,
  meaningOf,
  printReal,
  windowOf,
} from "./words";

/** What is said of the layer that is looked at, beside what it sees of the input. */
export function Facts({ scene }: { scene: Scene }) {
  const one = looked.value;
  const layer = one ? scene.network.get(one.tensor) : undefined;
  return (
    <section
      class="layer-facts card"
      id="layer-facts"
      aria-label="What is looked at"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what does not fit is scrolled to
      tabIndex={0}
    >
      <SeenInput scene={scene} />
      {one && layer ? (
        <LayerFacts scene={scene} layer={layer} one={one} />
      ) : (
        <p class="note">
          Point at a layer to see how it is made and what one of its numbers sees of the
          input. Click a number to take it apart. With the keyboard: Tab to a layer,
          arrows to a number, Page Up and Page Down to another map, Enter to choose.
        </p>
      )}
    </section>
  );
}

/** The first input, small, with the part that counts. */
function SeenInput({ scene: { exhibit, live, network, fields } }: { scene: Scene }) {
  const name = exhibit.model.inputs[0] ?? "";
  const layer = network.get(name);
  const values = live.activations.value.get(name);
  if (!layer || !values || isVector(layer.volume)) return null;
  const field = fields.value.get(name);
  const marks = field ? [markOf(field)] : [];
  const { shape, zero } = layer.tensor;
  const common = { values, shape, marks, side: 92, name: "The input" };
  return isPicture(layer.volume) ? (
    <Picture {...common} />
  ) : (
    <HeatMap {...common} zero={zero ?? 0} />
  );
}

function markOf({ rows, columns }: Field) {
  return {
    place: [rows[0], columns[0]] as const,
    rows: lengthOf(rows),
    columns: lengthOf(columns),
    kind: "window" as const,
  };
}

function LayerFacts({
  scene,
  layer,
  one,
}: {
  scene: Scene;
  layer: Layer;
  one: Looked;
}) {
  const { network, live } = scene;
  const source = network.get(layer.sources[0] ?? "") ?? null;
  const values = live.activations.value.get(layer.name) ?? new Int8Array();
  const zero = layer.tensor.zero ?? 0;
  const range =
    scale.value === "map" && !isVector(layer.volume)
      ? rangeOf(values, zero, layer.volume, one.channel)
      : rangeOf(values, zero);
  const rows: readonly (readonly [string, string])[] = [
    ["Size", sizesOf(layer, network)],
    ["Formula", formulaOf(layer, source)],
    ["Window", windowOf(layer)],
    ["Sees", sightOf(scene, layer)],
    ["Costs", costOf(layer.operator)],
  ];
  return (
    <div class="what">
      <div>
        <p class="title">
          <strong>{longTitleOf(layer)}</strong> <small>{layer.tensor.label}</small>
        </p>
        <p class="meaning">{meaningOf(layer)}</p>
        <p class="value">
          <Legend range={range} print={(held) => printReal(realOf(layer, held))} />
          {one.place ? <span>{said(scene, layer, one)}</span> : null}
        </p>
      </div>
      <dl>
        {rows
          .filter(([, text]) => text)
          .map(([term, text]) => (
            <div key={term} class={term.toLowerCase()}>
              <dt>{term}</dt>
              <dd>{text}</dd>
            </div>
          ))}
      </dl>
    </div>
  );
}

function said({ live }: Scene, layer: Layer, one: Looked): string {
  const { held, words } = numberAt(layer, live, one);
  return layer.tensor.dtype === "int8" ? `${words} (byte ${held})` : words;
}

function sizesOf(layer: Layer, network: Scene["network"]): string {
  const from = layer.sources.flatMap((name) => network.get(name) ?? []);
  const sizes = from.map(({ volume }) => printSize(volume)).join(" and ");
  return sizes ? `${sizes} → ${printSize(layer.volume)}` : printSize(layer.volume);
}

/** The receptive field in words. */
function sightOf({ exhibit, network }: Scene, layer: Layer): string {
  const [input] = exhibit.model.inputs;
  const source = network.get(input ?? "");
  if (!layer.operator || !source || isVector(source.volume)) return "";
  const spacing = spacingOf(exhibit.model, network, layer.name, source.name);
  if (!spacing) return "";
  const [high, wide] = spacing.size;
  const { rows, columns } = source.volume;
  const isWhole = spacing.rows[0] <= 0 && high + spacing.rows[0] >= rows;
  const isWide = spacing.columns[0] <= 0 && wide + spacing.columns[0] >= columns;
  const most = spacing.isExact ? "" : "at most ";
  if (isVector(layer.volume) && isWhole && isWide) return `${most}the whole input`;
  const [down, right] = spacing.jump;
  const jump = down ?? right;
  const apart = jump === null ? "" : `, its neighbour ${jump} further on`;
  return `${most}${high} × ${wide} pixels of the input${apart}`;
}
