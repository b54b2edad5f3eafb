import "./plain_view.css";
import type {
  Converted,
  Given,
  LookedUp,
  Reduced,
  Unknown,
} from "../arithmetic/breakdown";
import { Curve } from "./curve";
import { locate } from "./focus";
import { boxOf } from "./geometry";
import { InputMap, OutputMap } from "./maps";
import { PlainMap } from "./pair_view";
import { printWhole } from "./print";
import type { Scene } from "./scene";

/** One number in, one number out. */
export function SingleView({ scene }: { scene: Scene<LookedUp | Converted> }) {
  const { found } = scene;
  return (
    <div class="flow">
      <PlainMap scene={scene} source={found.source} title="The input" />
      {found.family === "looked-up" ? (
        <Curve
          title="The table"
          note="256 outputs, one for each byte from −128 to 127"
          table={found.table}
          input={found.input}
          result={found.result}
        />
      ) : null}
      <OutputMap scene={scene} />
    </div>
  );
}

/** Many numbers of a map become one. */
export function ReducedView({ scene }: { scene: Scene<Reduced> }) {
  const { found, run } = scene;
  const box = boxOf(run, found.terms);
  const source = found.terms[0]?.source;
  return (
    <div class="flow">
      {source && box ? (
        <InputMap
          scene={scene}
          name={found.input}
          channel={locate(run, source)[1]}
          title={`The input, ${printWhole(found.terms.length)} numbers`}
          marks={[{ ...box, kind: "window" }]}
          at={box.place}
          onPick={() => undefined}
        />
      ) : null}
      <OutputMap scene={scene} />
    </div>
  );
}

/** What goes in and what comes out, without what happens between. */
export function PlainView({ scene }: { scene: Scene<Given | Unknown> }) {
  const inputs = scene.focus.operator?.inputs ?? [];
  return (
    <div class="flow">
      {inputs.map((name) => (
        <PlainMap
          key={name}
          scene={scene}
          source={{ name, index: sameIndex(scene, name) }}
          title="An input"
        />
      ))}
      <OutputMap scene={scene} />
    </div>
  );
}

/** The place of the number in an input of the same size; else the first. */
function sameIndex({ run, focus }: Scene, name: string): number {
  const length = run.activations.get(name)?.length;
  return length === focus.values.length ? focus.index : 0;
}
