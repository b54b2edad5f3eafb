import { Picture } from "../../drawing/picture";
import { realOf } from "../../network/values";
import { OpenExample } from "../open_example";
import type { Told } from "../parts";
import { ValueBars } from "../value_bars";
import type { Shown } from "./dreams";

const SIDE = 96;

interface Props extends Shown, Told {
  readonly title: string;
  /** Whether the images beside it are of a data set. */
  readonly isReal: boolean;
}

/** A made picture and the best real one, and what three pictures give. */
export function DreamCard({ dream, layer, pictures, title, isReal, ...told }: Props) {
  const shape = [1, ...pictures.shape];
  const real = (held: number) => realOf(layer, held);
  return (
    <li class="card">
      <h3>{title}</h3>
      <div class="pair">
        <Picture
          name={`Made for ${title}`}
          values={pictures.at(0)}
          shape={shape}
          side={SIDE}
        />
        <Picture
          name={`The best ${isReal ? "test image" : "input"} for ${title}`}
          values={pictures.at(1)}
          shape={shape}
          side={SIDE}
        />
      </div>
      <ValueBars
        rows={[
          ["made", real(dream.value)],
          [isReal ? "best image" : "best input", real(dream.best)],
          ["pixels mixed", real(dream.mixed)],
        ]}
      />
      <p class="from">
        {isReal ? (
          <OpenExample exhibit={told.exhibit} live={told.live} index={dream.image} />
        ) : (
          <small>input {dream.image + 1}</small>
        )}
      </p>
    </li>
  );
}
