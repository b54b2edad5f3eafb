import { useState } from "preact/hooks";
import { Picture } from "../../drawing/picture";
import { readNetwork } from "../../network/graph";
import { longTitleOf } from "../../network/words";
import { addressed, parseCount } from "../../state/address";
import { percent } from "../../text/numbers";
import type { Pictures, Plane } from "../learned";
import { OpenExample } from "../open_example";
import type { Told } from "../parts";
import { Dots } from "./dots";
import { ClassMark } from "./marks";
import { nextDot } from "./next_dot";

/** Which dot is looked at, by its place in the list. */
const dot = addressed("dot", 0, parseCount);

interface Props extends Told {
  readonly plane: Plane;
  readonly pictures: Pictures | null;
}

/** Each image a dot; one of them is looked at. */
export function PlaneOfImages(props: Props) {
  const { plane, exhibit, learned } = props;
  const [only, setOnly] = useState<number | null>(null);
  const layer = readNetwork(exhibit.model).get(plane.tensor);
  const at = Math.min(dot.value, plane.points.length - 1);
  const choose = (index: number | null) => {
    if (index !== null) dot.value = index;
  };
  return (
    <>
      <p class="note">
        Each of {learned.images} images is a dot. Before its last layer the network
        knows of it only {layer ? layer.volume.channels : "some"} numbers
        {layer ? ` (${longTitleOf(layer)})` : ""}; here they are seen from the side on
        which they differ most: {percent(plane.shares[0], 0)} of the spread goes across,{" "}
        {percent(plane.shares[1], 0)} up. Images that lie together are alike to the
        network. Click a dot, or go from dot to dot with the arrow keys.
      </p>
      <div class="plane-row">
        <div class="card plane">
          <Dots
            plane={plane}
            only={only}
            at={at}
            name={describe(props, at)}
            onPick={choose}
            onStep={(key) => choose(nextDot(plane.points, at, key))}
          />
          <Classes {...props} only={only} setOnly={setOnly} />
        </div>
        <OneImage {...props} at={at} />
      </div>
    </>
  );
}

function Classes({
  plane,
  exhibit,
  only,
  setOnly,
}: Props & { only: number | null; setOnly: (label: number | null) => void }) {
  if (!plane.labels) return null;
  const labels = [...new Set(plane.labels)].sort((a, b) => a - b);
  return (
    <fieldset class="choice classes">
      <legend class="hidden">Only one class</legend>
      {labels.map((label) => (
        <button
          key={label}
          type="button"
          aria-pressed={only === label}
          onClick={() => setOnly(only === label ? null : label)}
        >
          <ClassMark label={label} />
          {exhibit.examples.classes?.[label] ?? label}
        </button>
      ))}
    </fieldset>
  );
}

function OneImage(props: Props & { at: number }) {
  const { plane, pictures, exhibit, live, at } = props;
  const index = plane.indices[at] ?? 0;
  return (
    <div class="card one-image">
      {pictures ? (
        <Picture
          name={`Image ${index}`}
          values={pictures.at(at)}
          shape={[1, ...pictures.shape]}
          side={128}
        />
      ) : null}
      <p aria-live="polite">{describe(props, at)}</p>
      <OpenExample exhibit={exhibit} live={live} index={index} />
    </div>
  );
}

/** "Image 12: true is cat, the answer is dog." */
function describe({ plane, exhibit }: Props, at: number): string {
  const name = (label: number | undefined) =>
    label === undefined ? null : (exhibit.examples.classes?.[label] ?? `${label}`);
  const truth = name(plane.labels?.[at]);
  const answer = name(plane.answers?.[at]);
  const parts = [
    truth === null ? null : `true is ${truth}`,
    answer === null ? null : `the answer is ${answer}`,
  ].filter((part) => part !== null);
  return `Image ${plane.indices[at]}: ${parts.join(", ") || "nobody knows what it is"}.`;
}
