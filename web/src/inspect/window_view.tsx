import { useState } from "preact/hooks";
import type { Pooled, Term, WeightedSum } from "../arithmetic/breakdown";
import type { Mark } from "../drawing/grid";
import { clampPlace, type Place } from "../drawing/volume";
import { ChannelSums } from "./channel_sums";
import { locate, through, unit } from "./focus";
import { boxOf, middleOf, outputUnder, startOf, windowOf } from "./geometry";
import { InputMap, OutputMap, Signed } from "./maps";
import { about, type Cell, Numbers } from "./numbers";
import { bracket, printReal, printShort, printWhole } from "./print";
import { callOf, factsOf, type Scene } from "./scene";

/** A window on a map: convolutions of all kinds, and pooling. */
export function WindowView({ scene }: { scene: Scene<WeightedSum | Pooled> }) {
  const { found } = scene;
  const [pointed, setPointed] = useState<number | null>(null);
  const shown = Math.min(
    through.value ?? findHeaviest(found),
    found.window.channels - 1,
  );
  const terms = found.terms.filter((term) => term.window[2] === shown);
  return (
    <>
      <div class="flow">
        <SlidingInput scene={scene} terms={terms} shown={shown} pointed={pointed} />
        <Grids scene={scene} terms={terms} pointed={pointed} onPoint={setPointed} />
        <OutputMap scene={scene} />
      </div>
      <Reading scene={scene} terms={terms} pointed={pointed} />
      {found.family === "weighted" && found.window.channels > 1 ? (
        <ChannelSums scene={{ ...scene, found }} shown={shown} />
      ) : null}
    </>
  );
}

/** The channel with the largest weights: the same wherever the window is. */
function findHeaviest({ window, terms }: WeightedSum | Pooled): number {
  const sums = new Float64Array(window.channels);
  for (const { window: at, weight } of terms) {
    sums[at[2]] = (sums[at[2]] ?? 0) + Math.abs(weight ?? 0);
  }
  return sums.indexOf(Math.max(...sums));
}

interface Part {
  readonly scene: Scene<WeightedSum | Pooled>;
  /** Of the channel that is shown. */
  readonly terms: readonly Term[];
  /** The cell of the window that is pointed at. */
  readonly pointed: number | null;
}

function SlidingInput({ scene, terms, shown, pointed }: Part & { shown: number }) {
  const { run, focus, found, pick } = scene;
  const call = callOf(scene);
  const window = call ? windowOf(call) : null;
  const first = terms.find((term) => term.source)?.source;
  const channel = first ? locate(run, first)[1] : shown;
  const marks: Mark[] = [];
  if (window) {
    const place = startOf(window, focus.place);
    marks.push({
      place,
      rows: window[0].size,
      columns: window[1].size,
      kind: "window",
    });
  } else {
    const box = boxOf(run, terms);
    if (box) marks.push({ ...box, kind: "window" });
  }
  const source = termAt(found, terms, pointed)?.source;
  if (source) {
    marks.push({ place: locate(run, source)[0], rows: 1, columns: 1, kind: "pointed" });
  }
  const turn = (by: -1 | 1) => {
    const last = found.window.channels - 1;
    through.value = Math.max(0, Math.min(last, shown + by));
  };
  return (
    <InputMap
      scene={scene}
      name={found.input}
      channel={channel}
      title="The input"
      marks={marks}
      at={window ? middleOf(window, focus.place) : focus.place}
      onPick={(at: Place) => {
        const to = window ? outputUnder(window, focus.place, at) : at;
        pick(clampPlace(focus.volume, to), focus.channel);
      }}
      {...(found.window.channels > 1 ? { onTurn: turn } : {})}
    />
  );
}

function Grids(props: Part & { onPoint: (cell: number | null) => void }) {
  const { scene, terms, pointed, onPoint } = props;
  const { found } = scene;
  const { rows, columns } = found.window;
  const facts = factsOf(scene, found.input);
  const [zero, scale] = [facts?.zero ?? 0, facts?.scale ?? 1];
  const isReal = unit.value === "real";
  const weightScale = found.family === "weighted" ? found.weightScale : 1;
  const fill = (read: (term: Term) => number, size: number): (Cell | null)[] => {
    const cells: (Cell | null)[] = Array.from({ length: rows * columns }, () => null);
    for (const term of terms) {
      const value = read(term);
      const text = isReal ? printShort(value * size) : printWhole(value);
      cells[term.window[0] * columns + term.window[1]] = {
        value,
        text,
        isOutside: !term.source,
      };
    }
    return found.family === "pooled" ? cells.map((cell) => cell ?? OUTSIDE) : cells;
  };
  const shared = { columns, pointed, onPoint };
  if (found.family === "pooled") {
    const real = (term: Term) => (isReal ? term.input - zero : term.input);
    const range = { ...rangeIn(scene, found.input), zero: isReal ? 0 : zero };
    const largest = terms.findIndex((term) => term.input === found.total);
    const best = terms[largest];
    return (
      <div class="grids">
        <Numbers
          {...shared}
          caption="the window"
          cells={fill(real, scale)}
          range={isReal ? about(terms.map(real)) : range}
          chosen={
            found.way === "max" && best
              ? best.window[0] * columns + best.window[1]
              : null
          }
        />
      </div>
    );
  }
  const inputs = (term: Term) => term.centred;
  const weights = (term: Term) => term.weight ?? 0;
  const products = (term: Term) => term.product;
  const whole = rangeIn(scene, found.input);
  const shift = { low: whole.low - zero, high: whole.high - zero, zero: 0 };
  return (
    <div class="grids">
      <Numbers
        {...shared}
        caption={isReal || zero === 0 ? "the window" : `bytes − ${bracket(zero)}`}
        cells={fill(inputs, scale)}
        range={shift}
      />
      <Signed text="×">
        <Numbers
          {...shared}
          caption="the weights"
          cells={fill(weights, weightScale)}
          range={about(found.terms.map(weights))}
        />
      </Signed>
      <Signed text="=">
        <Numbers
          {...shared}
          caption={`products: ${total(terms, isReal ? scale * weightScale : null)}`}
          cells={fill(products, scale * weightScale)}
          range={about(found.terms.map(products))}
        />
      </Signed>
    </div>
  );
}

const OUTSIDE: Cell = { value: 0, text: "–", isOutside: true };

function total(terms: readonly Term[], scale: number | null): string {
  const sum = terms.reduce((all, term) => all + term.product, 0);
  return scale === null ? printWhole(sum) : printReal(sum * scale);
}

function rangeIn(scene: Scene, name: string) {
  const values = scene.run.activations.get(name) ?? new Int8Array();
  let [low, high] = [0, 0];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { low, high, zero: factsOf(scene, name)?.zero ?? 0 };
}

/** One term of the window in words. */
function Reading({ scene, terms, pointed }: Part) {
  const { found, run } = scene;
  const term = termAt(found, terms, pointed);
  if (!term) {
    return <p class="note reading">Point at a number to see where it comes from.</p>;
  }
  if (!term.source) {
    return (
      <p class="note reading">
        Outside the image nothing is there: padding stands for 0 and adds 0.
      </p>
    );
  }
  const [[row, column], channel] = locate(run, term.source);
  const where = `Row ${row + 1}, column ${column + 1}, channel ${channel + 1}: byte ${printWhole(term.input)}`;
  if (found.family === "pooled") return <p class="note reading">{where}</p>;
  const zero = term.input - term.centred;
  const centred = `${printWhole(term.input)} − ${bracket(zero)} = ${printWhole(term.centred)}`;
  const product = `${printWhole(term.centred)} × ${bracket(term.weight ?? 0)} = ${printWhole(term.product)}`;
  return (
    <p class="note reading">
      {where}; {centred}; {product}
    </p>
  );
}

function termAt(
  { window }: WeightedSum | Pooled,
  terms: readonly Term[],
  cell: number | null,
): Term | null {
  if (cell === null) return null;
  const found = terms.find((t) => t.window[0] * window.columns + t.window[1] === cell);
  return found ?? null;
}
