import { useEffect, useRef } from "preact/hooks";
import { isVector, printSize } from "../drawing/volume";
import { longTitleOf, titleOf } from "../network/words";
import { tensor } from "../state/selection";
import { unit } from "./focus";
import { printWhole } from "./print";
import type { Scene } from "./scene";
import { explain } from "./words";

/** Which number is taken apart, in a sentence, and where to choose another. */
export function Head({ scene }: { scene: Scene }) {
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
