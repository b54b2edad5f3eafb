import "./shown_image.css";
import { isPicture } from "../drawing/paint";
import { Picture } from "../drawing/picture";
import { volumeOf } from "../drawing/volume";
import { image } from "../state/selection";
import type { Told } from "./parts";
import { labelOf } from "./target";

/** What the network is shown now, its answer, and the way to the next example. */
export function ShownImage({ exhibit, live }: Omit<Told, "learned">) {
  const { model, examples } = exhibit;
  const name = model.inputs[0] ?? "";
  const shape = model.tensors[name]?.shape ?? [];
  const values = live.activations.value.get(name);
  const at = Math.min(image.value, examples.count - 1);
  const turn = (by: number) => {
    live.own.value = null;
    image.value = (at + by + examples.count) % examples.count;
  };
  return (
    <figure class="card shown">
      {values && isPicture(volumeOf(shape)) ? (
        <Picture name="What is shown" values={values} shape={shape} side={112} />
      ) : null}
      <figcaption>
        <p>
          {live.own.value
            ? "Your own picture"
            : `Example ${at + 1} of ${examples.count}, of ${examples.origin}`}
        </p>
        <p aria-live="polite">{describeAnswer({ exhibit, live })}</p>
        <div class="row">
          <button type="button" onClick={() => turn(-1)}>
            ‹ Previous
          </button>
          <button type="button" onClick={() => turn(1)}>
            Next ›
          </button>
        </div>
      </figcaption>
    </figure>
  );
}

function describeAnswer({ exhibit, live }: Omit<Told, "learned">): string {
  const { examples, model } = exhibit;
  const answer = labelOf(model, live.activations.value, examples.task);
  if (answer === null) return "";
  const nameOf = (label: number) => examples.classes?.[label] ?? `${label}`;
  const truth = live.own.value ? null : examples.labels?.[image.value];
  if (typeof truth !== "number") return `The answer is ${nameOf(answer)}.`;
  return truth === answer
    ? `The answer is ${nameOf(answer)}, and that is right.`
    : `The answer is ${nameOf(answer)}; true is ${nameOf(truth)}.`;
}
