import { HeatMap } from "../drawing/heat_map";
import { isPicture } from "../drawing/paint";
import { Picture } from "../drawing/picture";
import { volumeOf } from "../drawing/volume";
import type { ModelDocument } from "../page/document";
import { type Part, partsOf } from "./inputs";

interface Props {
  readonly model: ModelDocument;
  /** All inputs end to end. */
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly side: number;
}

/** All inputs of a model: pictures as what they are, others as maps. */
export function InputPicture({ model, bytes, name, side }: Props) {
  const parts = partsOf(model, model.inputs, bytes);
  return (
    <div class="input-pictures">
      {parts.map((part) => (
        <One
          key={part.name}
          part={part}
          name={parts.length > 1 ? `${name}, input ${part.tensor.label}` : name}
          side={side}
        />
      ))}
    </div>
  );
}

function One({ part, name, side }: { part: Part; name: string; side: number }) {
  const { values, tensor } = part;
  const shape = shownShape(tensor.shape);
  const shown = { values, shape, name, side };
  if (isPicture(volumeOf(shape))) return <Picture {...shown} />;
  return <HeatMap {...shown} zero={tensor.zero ?? 0} />;
}

/** A list of numbers is drawn as rows of about its root, where that divides it. */
export function shownShape(shape: readonly number[]): readonly number[] {
  const count = shape.reduce((product, n) => product * n, 1);
  if (count !== shape.at(-1)) return shape;
  let rows = Math.floor(Math.sqrt(count));
  while (count % rows !== 0) rows--;
  return [1, rows, count / rows, 1];
}
