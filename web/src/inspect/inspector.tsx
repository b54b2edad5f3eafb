import "./inspect.css";
import { batch } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Breakdown, Term } from "../arithmetic/breakdown";
import type { Run } from "../arithmetic/element";
import { limit } from "../arithmetic/fixed_point";
import { takeApart } from "../arithmetic/take_apart";
import { isVector, type Place, printSize } from "../drawing/volume";
import type { Shown } from "../network/network_view";
import { longTitleOf, titleOf } from "../network/words";
import { position, channel as selected, tensor } from "../state/selection";
import { DenseView } from "./dense_view";
import { type Focus, findFocus, unit } from "./focus";
import { MovedView } from "./moved_view";
import { PairView } from "./pair_view";
import { PlainView, ReducedView, SingleView } from "./plain_view";
import { Player } from "./player";
import { printReal, printWhole } from "./print";
import { realOf, type Scene } from "./scene";
import { SharesView } from "./shares_view";
import { StepTable } from "./step_table";
import { listSteps } from "./steps";
import { TermTable } from "./term_table";
import { lengthOf, makeWalk, pause, placeOf, stepOf, type Walk } from "./walk";
import { WindowView } from "./window_view";
import { explain, tell, tellDifference } from "./words";

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
      <div class="tables">
        <Steps scene={scene} />
        <Terms scene={scene} />
      </div>
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

function Head({ scene }: { scene: Scene }) {
  const { focus, found, classes } = scene;
  const { facts, volume, operator, name } = focus;
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    place.current?.scrollIntoView({ block: "start" });
    // what was clicked may be gone: the keyboard goes on from here
    if (document.activeElement === document.body) {
      place.current?.querySelector("h2")?.focus({ preventScroll: true });
    }
  }, [name]);
  return (
    <header ref={place}>
      <div class="title">
        <h2 id="one-number" tabindex={-1}>
          {longTitleOf(focus)}: one number{" "}
          <small>
            {facts.label || name}, {printSize(volume)}
            {operator ? `, ${operator.kind}` : null}
          </small>
        </h2>
        <button
          type="button"
          onClick={() => {
            tensor.value = "";
          }}
        >
          Close
        </button>
      </div>
      <p class="sentence">{explain(found, titleOf(focus), operator?.kind ?? "")}</p>
      <Fields scene={scene} />
      {facts.omitted.includes(focus.channel) ? (
        <p>
          The board leaves this channel out: no output of the network depends on what is
          shown here.
        </p>
      ) : null}
      {classes ? (
        <p>
          This number is of the class <strong>{classes[focus.channel]}</strong>.
        </p>
      ) : null}
    </header>
  );
}

/** Row, column and channel as fields, counted from 1. */
function Fields({ scene: { focus, pick } }: { scene: Scene }) {
  const { volume, place, channel } = focus;
  const [row, column] = place;
  return (
    <div class="fields">
      {volume.rows > 1 ? (
        <Field
          name="Row"
          value={row}
          count={volume.rows}
          onChange={(to) => pick([to, column], channel)}
        />
      ) : null}
      {volume.columns > 1 ? (
        <Field
          name="Column"
          value={column}
          count={volume.columns}
          onChange={(to) => pick([row, to], channel)}
        />
      ) : null}
      {volume.channels > 1 ? (
        <Field
          name={isVector(volume) ? "Number" : "Channel"}
          value={channel}
          count={volume.channels}
          onChange={(to) => pick(place, to)}
        />
      ) : null}
      <label>
        Show{" "}
        <select
          value={unit.value}
          onChange={(event) => {
            unit.value = event.currentTarget.value;
          }}
        >
          <option value="bytes">whole numbers</option>
          <option value="real">real numbers</option>
        </select>
      </label>
    </div>
  );
}

interface FieldProps {
  readonly name: string;
  readonly value: number;
  readonly count: number;
  readonly onChange: (value: number) => void;
}

function Field({ name, value, count, onChange }: FieldProps) {
  return (
    <label>
      {name}{" "}
      <input
        type="number"
        min={1}
        max={count}
        value={value + 1}
        onChange={(event) => {
          const asked = Math.round(event.currentTarget.valueAsNumber);
          if (asked >= 1 && asked <= count) onChange(asked - 1);
          else event.currentTarget.value = String(value + 1);
        }}
      />{" "}
      <small>of {printWhole(count)}</small>
    </label>
  );
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
    <div class="scroll">
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
    </div>
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
  const table = (
    <TermTable
      key={scene.focus.name}
      scene={scene}
      terms={shiftPooled(found.terms, facts?.zero ?? 0, found.family === "pooled")}
      input={found.input}
      inputScale={inputScale}
      productScale={isSum ? found.inputScale * found.weightScale : inputScale}
      zero={facts?.zero ?? 0}
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

/** Pooling adds raw bytes; what they are without zero point is shown all the same. */
function shiftPooled(terms: readonly Term[], zero: number, isPooled: boolean) {
  if (!isPooled) return terms;
  return terms.map((term) => ({
    ...term,
    centred: term.input - zero,
    product: term.input - zero,
  }));
}
