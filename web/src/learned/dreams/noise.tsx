import { Picture } from "../../drawing/picture";
import type { Values } from "../../engine/engine";
import { realOf } from "../../network/values";
import { percent } from "../../text/numbers";
import type { Dream } from "../learned";
import type { Told } from "../parts";
import { ValueBars } from "../value_bars";
import type { Shown } from "./dreams";

interface Props extends Shown, Told {
  readonly noise: Pick<Dream, "value" | "share">;
  readonly picture: Values;
  readonly shape: readonly number[];
  readonly title: string;
}

/** The lesson: where each pixel is free, the same search ends in noise. */
export function Noise({ noise, picture, shape, dream, layer, title, exhibit }: Props) {
  const name = title.split(":")[0];
  const isSure = noise.share !== null && exhibit.examples.task !== "regression";
  return (
    <>
      <h2>Noise excites it, too</h2>
      <div class="card noise">
        <Picture
          name={`Noise made for ${name}`}
          values={picture}
          shape={[1, ...shape]}
          side={128}
        />
        <div>
          <p>
            The same search for {name}, but each pixel for itself: no waves, of which
            the long ones move most, no shifting to and fro, and nothing costs.
            {isSure
              ? ` To the network this is ${name} to ${percent(noise.share ?? 0, 0)}.`
              : ""}{" "}
            A network knows nothing of what no image ever showed it. All that makes the
            pictures above look like something was put into the search by us.
          </p>
          <ValueBars
            rows={[
              ["free pixels", realOf(layer, noise.value)],
              ["made of waves", realOf(layer, dream.value)],
              [
                exhibit.examples.indices.length ? "best image" : "best input",
                realOf(layer, dream.best),
              ],
            ]}
          />
        </div>
      </div>
    </>
  );
}
