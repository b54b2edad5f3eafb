import { useState } from "preact/hooks";
import type { Resized, Term } from "../arithmetic/breakdown";
import { WHOLE } from "../arithmetic/resized";
import { clampPlace } from "../drawing/volume";
import { locate, unit } from "./focus";
import { boxOf } from "./geometry";
import { InputMap, OutputMap, Signed } from "./maps";
import { about, type Cell, Numbers } from "./numbers";
import { printReal, printShort, printWhole } from "./print";
import { factsOf, realOf, type Scene } from "./scene";

/** A place between some of the old map: those, and how much each counts. */
export function ResizedView({ scene }: { scene: Scene<Resized> }) {
  const { found, run, focus, pick } = scene;
  const [pointed, setPointed] = useState<number | null>(null);
  const box = boxOf(run, found.terms);
  const source = found.terms[0]?.source;
  if (!box || !source) return null;
  const [place, channel] = locate(run, source);
  return (
    <div class="flow">
      <InputMap
        scene={scene}
        name={found.input}
        channel={channel}
        title="The old map"
        marks={[{ ...box, kind: "window" }]}
        at={place}
        onPick={(at) => pick(clampPlace(focus.volume, moved(scene, at)), focus.channel)}
      />
      <Grids scene={scene} pointed={pointed} onPoint={setPointed} />
      <OutputMap scene={scene} />
    </div>
  );
}

/** The output that lies where a place of the old map does. */
function moved({ run, focus, found }: Scene<Resized>, at: readonly [number, number]) {
  const shape = run.model.tensors[found.input]?.shape ?? [];
  const [rows = 1, columns = 1] = shape.slice(-3);
  const along = (to: number, size: number, old: number) =>
    Math.floor(((to + 0.5) * size) / old);
  return [
    along(at[0], focus.volume.rows, rows),
    along(at[1], focus.volume.columns, columns),
  ] as const;
}

interface GridsProps {
  readonly scene: Scene<Resized>;
  readonly pointed: number | null;
  readonly onPoint: (cell: number | null) => void;
}

function Grids({ scene, pointed, onPoint }: GridsProps) {
  const { found } = scene;
  const { columns } = found.window;
  const facts = factsOf(scene, found.input);
  const isReal = unit.value === "real";
  const fill = (read: (term: Term) => number, print: (value: number) => string) =>
    found.terms.map((term): Cell => ({ value: read(term), text: print(read(term)) }));
  const value = (term: Term) => (isReal ? realOf(facts, term.input) : term.input);
  const weight = (term: Term) => (term.weight ?? 0) / WHOLE;
  const values = fill(value, isReal ? printShort : printWhole);
  const shared = { columns, pointed, onPoint };
  return (
    <div class="grids">
      <Numbers
        {...shared}
        caption={`${found.terms.length === 1 ? "the number" : "the numbers"} there`}
        cells={values}
        range={about(values.map((cell) => cell.value))}
      />
      <Signed text="×">
        <Numbers
          {...shared}
          caption="how much each counts"
          cells={fill(weight, (share) => printReal(share))}
          range={{ low: 0, high: 1, zero: 0 }}
        />
      </Signed>
    </div>
  );
}
