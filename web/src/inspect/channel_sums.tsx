import { useMemo } from "preact/hooks";
import type { WeightedSum } from "../arithmetic/breakdown";
import { sumOneChannel } from "../arithmetic/partial";
import { HeatMap } from "../drawing/heat_map";
import { through, unit } from "./focus";
import { Figure, ListMap, SIDE } from "./maps";
import { about } from "./numbers";
import { printReal, printWhole } from "./print";
import { callOf, type Scene } from "./scene";

interface Props {
  readonly scene: Scene<WeightedSum>;
  /** The channel whose window is shown. */
  readonly shown: number;
}

/** What each channel of the input adds: here as a strip, and one of them everywhere. */
export function ChannelSums({ scene, shown }: Props) {
  return (
    <div class="flow">
      <Strip scene={scene} shown={shown} />
      <OneChannel scene={scene} shown={shown} />
    </div>
  );
}

/** The map that a channel alone would give, before all are added. */
function OneChannel({ scene, shown }: Props) {
  const { found, focus, run, pick } = scene;
  const call = callOf(scene);
  const input = run.activations.get(found.input);
  // the same wherever the window is: only what it slides over counts
  const sums = useMemo(
    () => (call && input ? sumOneChannel(call, found, input, shown) : null),
    [input, focus.name, focus.channel, shown],
  );
  if (!sums || sums.length < 2) return null;
  const { rows, columns } = focus.volume;
  const scale = found.inputScale * found.weightScale;
  const title = `What channel ${shown + 1} adds, everywhere`;
  return (
    <Figure title={title} note="the maps of all channels are added up">
      <HeatMap
        name={title}
        values={sums}
        shape={[1, rows, columns, 1]}
        zero={0}
        range={about([...sums])}
        at={focus.place}
        print={(value) =>
          unit.value === "real" ? printReal(value * scale) : printWhole(value)
        }
        onPick={(at) => pick(at, focus.channel)}
        onTurn={(by) => {
          const last = found.window.channels - 1;
          through.value = Math.max(0, Math.min(last, shown + by));
        }}
        side={SIDE}
      />
    </Figure>
  );
}

function Strip({ scene: { found }, shown }: Props) {
  const sums = new Int32Array(found.window.channels);
  for (const term of found.terms) {
    const at = term.window[2];
    sums[at] = (sums[at] ?? 0) + term.product;
  }
  const list = [...sums];
  const most = list.reduce(
    (a, b, i) => (Math.abs(b) > Math.abs(list[a] ?? 0) ? i : a),
    0,
  );
  const scale = found.inputScale * found.weightScale;
  const print = (value: number) =>
    unit.value === "real" ? printReal(value * scale) : printWhole(value);
  return (
    <Figure
      title={`What each of the ${sums.length} input channels adds`}
      note={
        <>
          Channel {shown + 1} adds {print(list[shown] ?? 0)}. Most comes from{" "}
          <button
            type="button"
            class="link"
            onClick={() => {
              through.value = most;
            }}
          >
            channel {most + 1}
          </button>
          : {print(list[most] ?? 0)} of {print(found.total)}.
        </>
      }
    >
      <ListMap
        name="What each input channel adds"
        values={sums}
        zero={0}
        range={about(list)}
        at={shown}
        print={print}
        onPick={(at) => {
          through.value = at;
        }}
      />
    </Figure>
  );
}
