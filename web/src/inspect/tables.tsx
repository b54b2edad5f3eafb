import "./tables.css";
import type { Breakdown, Term } from "../arithmetic/breakdown";
import { limit } from "../arithmetic/fixed_point";
import { WHOLE } from "../arithmetic/resized";
import { Scroll } from "../style/scroll";
import type { Focus } from "./focus";
import { printReal, printWhole } from "./print";
import { realOf, type Scene } from "./scene";
import { StepTable } from "./step_table";
import { listSteps } from "./steps";
import { TermTable } from "./term_table";
import { tell, tellDifference } from "./words";

/** The same as tables: step by step, and all terms of a sum. */
export function Tables({ scene }: { scene: Scene }) {
  return (
    <div class="tables">
      <Steps scene={scene} />
      <Terms scene={scene} />
    </div>
  );
}

function Steps({ scene: { focus, found, walk } }: { scene: Scene }) {
  const { facts, values, index } = focus;
  const output = { scale: facts.scale ?? 1, zero: facts.zero ?? 0 };
  const isReal = facts.dtype === "float32";
  const result = isReal ? printReal(found.result) : printWhole(found.result);
  const real = isReal ? null : realOf(facts, found.result);
  const exact = real === null ? null : exactOf(found, facts);
  const told = real === null ? null : printReal(real);
  const difference =
    real === null || exact === null
      ? null
      : tellDifference(real, exact, output.scale, exact !== found.real);
  return (
    <Scroll name="Step by step">
      <StepTable
        steps={listSteps(found, output)}
        result={result}
        isEqual={values[index] === found.result}
        real={told}
        exact={exact === null || exact === real ? null : printReal(exact)}
        difference={difference}
      />
      <p class="hidden" aria-live={walk.isPlaying.value ? "off" : "polite"}>
        {tell(found, result, told)}
      </p>
    </Scroll>
  );
}

/** Without rounding, but within what a byte of this tensor can stand for. */
function exactOf(found: Breakdown, facts: Focus["facts"]): number | null {
  if (found.real === null || found.family === "looked-up") return null;
  const range = "end" in found && found.end ? found.end.range : ([-128, 127] as const);
  return limit(found.real, [realOf(facts, range[0]), realOf(facts, range[1])]);
}

function Terms({ scene }: { scene: Scene }) {
  const { found, run } = scene;
  if (!("terms" in found)) return null;
  const facts = run.model.tensors[found.input];
  const inputScale = facts?.scale ?? 1;
  const isSum = found.family === "weighted";
  const zero = facts?.zero ?? 0;
  const table = (
    <TermTable
      key={scene.focus.name}
      scene={scene}
      terms={shift(found, zero)}
      input={found.input}
      inputScale={inputScale}
      productScale={productScaleOf(found, inputScale)}
      zero={zero}
    />
  );
  return isSum && found.kind === "dense" ? (
    table
  ) : (
    <details>
      <summary>All terms as a table</summary>
      {table}
    </details>
  );
}

type Sum = Extract<Breakdown, { readonly terms: readonly Term[] }>;

/** Pools and resizing add raw bytes; what they are without zero point is shown. */
function shift(found: Sum, zero: number): readonly Term[] {
  if (found.family !== "pooled" && found.family !== "resized") return found.terms;
  return found.terms.map((term) => {
    const centred = term.input - zero;
    return { ...term, centred, product: centred * (term.weight ?? 1) };
  });
}

function productScaleOf(found: Sum, inputScale: number): number {
  if (found.family === "weighted") return found.inputScale * found.weightScale;
  return found.family === "resized" ? inputScale / WHOLE : inputScale;
}
