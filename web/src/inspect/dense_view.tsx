import type { WeightedSum } from "../arithmetic/breakdown";
import { lookAt, unit } from "./focus";
import { Figure, ListMap, OutputMap, printValue } from "./maps";
import { about } from "./numbers";
import { printReal, printWhole } from "./print";
import { factsOf, labelOf, type Scene } from "./scene";

/** A dense layer: every number of the input, each with a weight of its own. */
export function DenseView({ scene }: { scene: Scene<WeightedSum> }) {
  const { found, run } = scene;
  const facts = factsOf(scene, found.input);
  const values = run.activations.get(found.input);
  if (!facts || !values) return null;
  const products = Int32Array.from(found.terms, (term) => term.product);
  const scale = found.inputScale * found.weightScale;
  const first = found.terms[0]?.source?.index ?? 0;
  const own = values.subarray(first, first + found.terms.length);
  const go = (at: number) => lookAt(run, { name: found.input, index: first + at });
  const most = products.reduce(
    (a, b, i) => (Math.abs(b) > Math.abs(products[a] ?? 0) ? i : a),
    0,
  );
  const label = labelOf(scene, found.input);
  return (
    <div class="flow">
      <Figure
        title={`The input, ${printWhole(own.length)} numbers`}
        note={`${label}; choose one to take it apart`}
      >
        <ListMap
          name={`The input: ${label}`}
          values={own}
          zero={facts.zero ?? 0}
          at={most}
          print={(value) => printValue(scene, found.input, value)}
          onPick={go}
        />
      </Figure>
      <Figure title="What each of them adds" note="number × weight; blue takes off">
        <ListMap
          name="What each number of the input adds"
          values={products}
          zero={0}
          range={about([...products])}
          at={most}
          print={(value) =>
            unit.value === "real" ? printReal(value * scale) : printWhole(value)
          }
          onPick={go}
        />
      </Figure>
      <OutputMap scene={scene} />
    </div>
  );
}
