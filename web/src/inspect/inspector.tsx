import "./inspect.css";
import { batch } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Run } from "../arithmetic/element";
import { takeApart } from "../arithmetic/take_apart";
import { isVector, type Place } from "../drawing/volume";
import type { Shown } from "../network/network_view";
import { position, channel as selected } from "../state/selection";
import { DenseView } from "./dense_view";
import { type Focus, findFocus } from "./focus";
import { Head } from "./head";
import { MovedView } from "./moved_view";
import { PairView } from "./pair_view";
import { PlainView, ReducedView, SingleView } from "./plain_view";
import { Player } from "./player";
import { ResizedView } from "./resized_view";
import type { Scene } from "./scene";
import { SharesView } from "./shares_view";
import { Tables } from "./tables";
import { lengthOf, makeWalk, pause, placeOf, stepOf, type Walk } from "./walk";
import { WindowView } from "./window_view";

/** One number of the selected tensor, taken apart. */
export function Inspector({ exhibit, live }: Shown) {
  const walk = useMemo(makeWalk, []);
  const { model, engine } = exhibit;
  const run: Run = {
    model,
    array: (name) => engine.array(name),
    activations: live.activations.value,
  };
  const cursor = walk.cursor.value;
  const resting = findFocus(run, position.value);
  if (!resting) return null;
  const focus = cursor === null ? resting : moveTo(resting, cursor);
  const found = takeApart(run, focus.name, focus.index);
  const pick = (place: Place, channel: number) => {
    batch(() => {
      pause(walk, focus.volume, focus.channel);
      walk.isFilling.value = false;
      position.value = place;
      selected.value = channel;
    });
  };
  const classes = classesOf(focus, exhibit.examples.classes);
  const scene: Scene = { run, focus, found, walk, classes, pick };
  return (
    <section class="inspector" aria-labelledby="one-number">
      <Head scene={scene} />
      <Controls scene={scene} walk={walk} />
      <Body scene={scene} />
      <Tables scene={scene} />
    </section>
  );
}

/** The same tensor at a step of the walk. */
function moveTo(focus: Focus, step: number): Focus {
  const { volume } = focus;
  const [place, channel] = placeOf(volume, step, focus.channel);
  const pixel = place[0] * volume.columns + place[1];
  return { ...focus, place, channel, index: pixel * volume.channels + channel };
}

/** Names of the numbers of a list that is as long as there are classes. */
function classesOf({ volume, operator }: Focus, classes: readonly string[] | null) {
  const isOne = isVector(volume) && volume.channels === classes?.length;
  return isOne && operator ? classes : null;
}

function Controls({ scene, walk }: { scene: Scene; walk: Walk }) {
  const { volume, place, channel } = scene.focus;
  if (lengthOf(volume) < 2) return null;
  const step = stepOf(volume, place, channel);
  return <Player walk={walk} volume={volume} step={step} channel={channel} />;
}

function Body({ scene }: { scene: Scene }) {
  const { found } = scene;
  switch (found.family) {
    case "weighted":
      return found.kind === "dense" ? (
        <DenseView scene={{ ...scene, found }} />
      ) : (
        <WindowView scene={{ ...scene, found }} />
      );
    case "pooled":
      return <WindowView scene={{ ...scene, found }} />;
    case "resized":
      return <ResizedView scene={{ ...scene, found }} />;
    case "reduced":
      return <ReducedView scene={{ ...scene, found }} />;
    case "pair":
      return <PairView scene={{ ...scene, found }} />;
    case "shares":
      return <SharesView scene={{ ...scene, found }} />;
    case "looked-up":
    case "converted":
      return <SingleView scene={{ ...scene, found }} />;
    case "moved":
      return <MovedView scene={{ ...scene, found }} />;
    default:
      return <PlainView scene={{ ...scene, found }} />;
  }
}
