import "./line.css";
import { useSignal } from "@preact/signals";
import { addressed } from "../../state/address";
import { print } from "../compute/numbers";
import { Choice } from "../parts/choice";
import { oneOf } from "../parts/parse";
import { Player } from "../parts/player";
import { convolveAt, REACH, type Shape, STEP, shapeAt } from "./functions";

const f = addressed<Shape>("f", "box", oneOf("box", "gauss", "ramp"));
const g = addressed<Shape>("g", "box", oneOf("box", "gauss", "ramp"));
const TITLES = [
  ["box", "a box"],
  ["gauss", "a Gaussian"],
  ["ramp", "a slope"],
] as const;
const COUNT = 81; // places of the sliding function
const SPAN = 3; // the axis goes from -SPAN to SPAN
const HEIGHT = 2.1;

/** One function slides over another: the area that both have in common. */
export function LineBench() {
  const step = useSignal(28);
  const t = -2 + (4 * step.value) / (COUNT - 1);
  const value = convolveAt(f.value, g.value, t);
  const made = (x: number) => convolveAt(f.value, g.value, x);
  return (
    <div class="lab-bench">
      <section class="card lab-stack" aria-label="Convolution of two functions">
        <div class="lab-row">
          <Choice
            label="One"
            value={f.value}
            choices={TITLES}
            onChoose={(name) => {
              f.value = name as Shape;
            }}
          />
          <Choice
            label="The other, which slides"
            value={g.value}
            choices={TITLES}
            onChoose={(name) => {
              g.value = name as Shape;
            }}
          />
        </div>
        <Player label="The sliding function" step={step} count={COUNT} pace={120} />
        <Plot
          title="One, the other turned round and moved, and their product"
          curves={[
            ["one", (x) => shapeAt(f.value, x)],
            ["other", (x) => shapeAt(g.value, t - x)],
          ]}
          area={(x) => shapeAt(f.value, x) * shapeAt(g.value, t - x)}
        />
        <Plot
          title="The area of the product, for every place"
          curves={[["made", (x) => (x <= t ? made(x) : Number.NaN)]]}
          ghost={made}
          dot={[t, value]}
        />
        <p aria-live="polite">
          Moved to <b>{print(t, 2)}</b>, the product has the area{" "}
          <b>{print(value, 2)}</b>. {tell(f.value, g.value)}
        </p>
      </section>
    </div>
  );
}

function tell(one: Shape, other: Shape): string {
  const both = new Set([one, other]);
  if (both.size === 1 && both.has("box"))
    return "Two boxes give a triangle: the overlap grows, then shrinks, evenly.";
  if (both.size === 1 && both.has("gauss"))
    return "Two Gaussians give a wider Gaussian: their variances add up, so that two small blurs are one larger blur.";
  if (both.has("ramp"))
    return "The sliding one is turned round: a slope shows it. The convolution of networks does not turn its kernel, as its weights are learned anyway.";
  return "A box over a Gaussian: edges become soft.";
}

interface PlotProps {
  readonly title: string;
  readonly curves: readonly (readonly [string, (x: number) => number])[];
  readonly area?: (x: number) => number;
  readonly ghost?: (x: number) => number;
  readonly dot?: readonly [number, number];
}

function Plot({ title, curves, area, ghost, dot }: PlotProps) {
  return (
    <figure class="lab-plot">
      <figcaption>{title}</figcaption>
      <svg
        viewBox={`${-SPAN} ${-HEIGHT} ${2 * SPAN} ${HEIGHT + 0.1}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <line x1={-SPAN} x2={SPAN} class="axis" />
        {area ? <path d={`${path(area)}L${REACH} 0Z`} class="area" /> : null}
        {ghost ? <path d={path(ghost)} class="ghost" /> : null}
        {curves.map(([name, curve]) => (
          <path key={name} d={path(curve)} class={name} />
        ))}
        {dot ? <line x1={dot[0]} x2={dot[0]} y2={-dot[1]} class="dot" /> : null}
      </svg>
    </figure>
  );
}

/** Through the points where the curve is known. */
function path(curve: (x: number) => number): string {
  const points: string[] = [];
  for (let x = -SPAN; x <= SPAN; x += STEP) {
    const y = curve(x);
    if (!Number.isNaN(y)) points.push(`${x.toFixed(3)} ${(-y).toFixed(3)}`);
  }
  return points.length ? `M${points.join("L")}` : "";
}
