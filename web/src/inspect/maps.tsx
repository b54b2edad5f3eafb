import "./maps.css";
import type { ComponentChildren } from "preact";
import type { Source } from "../arithmetic/breakdown";
import { px } from "../drawing/css";
import type { Mark } from "../drawing/grid";
import { HeatMap } from "../drawing/heat_map";
import type { Range } from "../drawing/ramp";
import {
  isVector,
  type Place,
  printSize,
  type Volume,
  volumeOf,
} from "../drawing/volume";
import type { Values } from "../engine/engine";
import { locate, lookAt, unit } from "./focus";
import { printReal, printWhole } from "./print";
import { factsOf, labelOf, realOf, type Scene } from "./scene";
import { stepOf } from "./walk";

/** Of the longer side of a map, of a list, and of a cell in it, in CSS pixels. */
export const SIDE = 190;
const LENGTH = 352;
const CELL = 22;

interface FigureProps {
  readonly title: string;
  readonly note?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A picture with what it is above and a note below. */
export function Figure({ title, note, children }: FigureProps) {
  return (
    <figure class="part">
      <figcaption class="strong">{title}</figcaption>
      {children}
      {note ? <p class="note">{note}</p> : null}
    </figure>
  );
}

/** A sign that stays with what is behind it; none where the text is empty. */
export function Signed(props: { text: string; children: ComponentChildren }) {
  const { text, children } = props;
  if (!text) return <>{children}</>;
  return (
    <div class="signed">
      <span class="sign" aria-hidden="true">
        {text}
      </span>
      {children}
    </div>
  );
}

interface InputProps {
  readonly scene: Scene;
  readonly name: string;
  readonly channel: number;
  readonly title: string;
  readonly marks: readonly Mark[];
  /** The place that arrow keys start from. */
  readonly at: Place;
  readonly onPick: (at: Place) => void;
  readonly onTurn?: (by: -1 | 1) => void;
}

/** A channel of the input with the window on it. */
export function InputMap({ scene, name, channel, title, ...rest }: InputProps) {
  const facts = factsOf(scene, name);
  const values = scene.run.activations.get(name);
  if (!facts || !values) return null;
  const volume = volumeOf(facts.shape);
  const { channels } = volume;
  const label = labelOf(scene, name);
  return (
    <Figure
      title={title}
      note={
        <>
          {label}
          {channels > 1 ? `, channel ${channel + 1} of ${printWhole(channels)}` : null}{" "}
          <LookButton
            scene={scene}
            source={{ name, index: indexAt(facts.shape, rest.at, channel) }}
            text="Look into it"
          />
        </>
      }
    >
      <div class="filling input-map" style={{ width: px(widthOf(volume)) }}>
        <HeatMap
          {...rest}
          name={`${title}: ${label}, ${printSize(volume)}, channel ${channel + 1}`}
          values={values}
          shape={facts.shape}
          zero={facts.zero ?? 0}
          channel={channel}
          print={(value) => printValue(scene, name, value)}
          side={SIDE}
        />
      </div>
    </Figure>
  );
}

function indexAt(shape: readonly number[], place: Place, channel: number): number {
  const { rows, columns, channels } = volumeOf(shape);
  const row = Math.max(0, Math.min(rows - 1, place[0]));
  const column = Math.max(0, Math.min(columns - 1, place[1]));
  return (row * columns + column) * channels + channel;
}

/** The map that the number is in. */
export function OutputMap({ scene }: { scene: Scene }) {
  const { focus, walk, pick } = scene;
  const { name, facts, values, volume, place, channel } = focus;
  const title = "The output";
  const turn = (by: -1 | 1) =>
    pick(place, Math.max(0, Math.min(volume.channels - 1, channel + by)));
  if (isVector(volume)) {
    return (
      <Figure title={title} note={labelOf(scene, name)}>
        <ListMap
          name={`${title}: ${labelOf(scene, name)}`}
          values={values}
          zero={facts.zero ?? 0}
          at={channel}
          isFilling={walk.isFilling.value}
          print={(value) => printValue(scene, name, value)}
          onPick={(at) => pick(place, at)}
        />
      </Figure>
    );
  }
  const step = stepOf(volume, place, channel);
  return (
    <Figure
      title={title}
      note={
        <>
          {labelOf(scene, name)}
          {volume.channels > 1
            ? `, channel ${channel + 1} of ${printWhole(volume.channels)}`
            : null}
        </>
      }
    >
      <div class="filling" style={{ width: px(widthOf(volume)) }}>
        <HeatMap
          name={`${title}: ${labelOf(scene, name)}, ${printSize(volume)}, channel ${channel + 1}`}
          values={values}
          shape={facts.shape}
          zero={facts.zero ?? 0}
          channel={channel}
          at={place}
          print={(value) => printValue(scene, name, value)}
          onPick={(at) => pick(at, channel)}
          onTurn={turn}
          side={SIDE}
        />
        {walk.isFilling.value ? (
          <Later step={step} rows={volume.rows} columns={volume.columns} />
        ) : null}
      </div>
    </Figure>
  );
}

function widthOf({ rows, columns }: Volume): number {
  return (SIDE / Math.max(rows, columns)) * columns;
}

/** Hides the numbers that come after a step. */
function Later(props: { step: number; rows: number; columns: number }) {
  const { step, rows, columns } = props;
  const row = Math.floor(step / columns);
  const column = (step % columns) + 1;
  const share = (part: number, whole: number) => `${(part / whole) * 100}%`;
  return (
    <>
      <span
        class="later"
        style={{
          top: share(row, rows),
          height: share(1, rows),
          left: share(column, columns),
          right: 0,
        }}
      />
      <span
        class="later"
        style={{ top: share(row + 1, rows), bottom: 0, left: 0, right: 0 }}
      />
    </>
  );
}

interface ListProps {
  readonly name: string;
  readonly values: Values;
  readonly zero: number;
  readonly at: number;
  readonly range?: Range;
  readonly isFilling?: boolean;
  readonly print: (value: number) => string;
  readonly onPick: (at: number) => void;
}

/** A list of numbers as a strip of cells, wrapped where it is long. */
export function ListMap({
  name,
  values,
  zero,
  at,
  isFilling,
  onPick,
  ...rest
}: ListProps) {
  const columns = Math.min(
    values.length,
    Math.max(LENGTH / CELL, Math.ceil(Math.sqrt(2 * values.length))),
  );
  const cell = Math.min(CELL, LENGTH / columns);
  const rows = Math.ceil(values.length / columns);
  const padded = values.slice();
  const cells =
    rows * columns === values.length ? padded : pad(values, rows * columns, zero);
  return (
    <div class="filling" style={{ width: px(columns * cell) }}>
      <HeatMap
        {...rest}
        name={name}
        values={cells}
        shape={[1, rows, columns, 1]}
        zero={zero}
        at={[Math.floor(at / columns), at % columns]}
        onPick={([row, column]) =>
          onPick(Math.min(values.length - 1, row * columns + column))
        }
        side={Math.max(rows, columns) * cell}
      />
      {isFilling ? <Later step={at} rows={rows} columns={columns} /> : null}
    </div>
  );
}

/** As many as asked for; those that are not there have no colour. */
function pad(values: Values, length: number, zero: number): Values {
  const whole = new (values.constructor as Int32ArrayConstructor)(length).fill(zero);
  whole.set(values);
  return whole;
}

/** Goes on to another number. */
export function LookButton(props: { scene: Scene; source: Source; text: string }) {
  const { scene, source, text } = props;
  if (!scene.run.model.tensors[source.name]) return null;
  const [[row, column], channel] = locate(scene.run, source);
  const where = `${labelOf(scene, source.name)}, row ${row + 1}, column ${column + 1}, channel ${channel + 1}`;
  return (
    <button
      type="button"
      class="link"
      title={`Take apart: ${where}`}
      aria-label={`${text}: ${where}`}
      onClick={() => lookAt(scene.run, source)}
    >
      {text}
    </button>
  );
}

/** A raw number in words, in the unit that was asked for. */
export function printValue(scene: Scene, name: string, raw: number): string {
  const facts = factsOf(scene, name);
  if (facts?.dtype === "float32") return printReal(raw);
  return unit.value === "real" ? printReal(realOf(facts, raw)) : printWhole(raw);
}
