import { useMemo } from "preact/hooks";
import { compact } from "../text/numbers";
import { drawNetwork } from "./layout";
import type { Family, Layer } from "./zoo";

const FAMILIES_OF_KINDS: readonly (readonly [string, RegExp])[] = [
  ["depthwise", /^DEPTHWISE/],
  ["convolution", /CONV/],
  ["dense", /^FULLY_CONNECTED/],
  ["pooling", /POOL|MEAN|REDUCE/],
  ["joining", /^(ADD|CONCATENATION|MUL)/],
];

/** Which colour a kind of operator has, and the word for it. */
export function tintOf(kind: string): string {
  return FAMILIES_OF_KINDS.find(([, kinds]) => kinds.test(kind))?.[0] ?? "other";
}

/** A network drawn: a block a layer, tall for many pixels, wide for many channels. */
export function Architecture({ family }: { family: Family }) {
  const { blocks, edges, width, height } = useMemo(
    () => drawNetwork(family.layers),
    [family],
  );
  const pad = 3;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard
    <section class="architecture" tabIndex={0} aria-label={describe(family)}>
      <svg
        width={width + 2 * pad}
        height={height + 2 * pad}
        viewBox={`${-pad} ${-pad} ${width + 2 * pad} ${height + 2 * pad}`}
        aria-hidden="true"
      >
        {edges.map(([from, to]) => {
          const [a, b] = [blocks[from], blocks[to]];
          if (!a || !b) return null;
          const [x1, y1] = [a.x + a.width, a.y + a.height / 2];
          const [x2, y2] = [b.x, b.y + b.height / 2];
          const bend = Math.max(3, (x2 - x1) / 2);
          return (
            <path
              key={`${from}-${to}`}
              class="edge"
              d={`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`}
            />
          );
        })}
        {blocks.map((block) => {
          const layer = family.layers[block.layer];
          return layer ? (
            <rect
              key={block.layer}
              class={`block ${tintOf(layer.kind)}`}
              x={block.x}
              y={block.y}
              width={block.width}
              height={block.height}
              rx="1.5"
            >
              <title>{describeLayer(layer)}</title>
            </rect>
          ) : null;
        })}
      </svg>
    </section>
  );
}

/** The meaning of the colours. */
export function Legend() {
  const words = [...FAMILIES_OF_KINDS.map(([word]) => word), "other"];
  return (
    <ul class="legend" aria-label="Colours">
      {words.map((word) => (
        <li key={word}>
          <svg width="12" height="12" aria-hidden="true">
            <rect class={`block ${word}`} width="12" height="12" rx="2" />
          </svg>
          {word}
        </li>
      ))}
    </ul>
  );
}

function describe(family: Family): string {
  return `${family.name}: ${family.layers.length} layers for ${family.input.join("×")}`;
}

function describeLayer(layer: Layer): string {
  const parts = [`${layer.kind} → ${layer.shape.join("×")}`];
  if (layer.parameters) parts.push(`${compact(layer.parameters)} parameters`);
  if (layer.macs) parts.push(`${compact(layer.macs)} MACs`);
  if (layer.sees.length) parts.push(`sees ${layer.sees.join("×")} pixels`);
  return parts.join(", ");
}
