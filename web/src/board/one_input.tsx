import { useEffect, useState } from "preact/hooks";
import { InputPicture } from "../input/input_picture";
import { partsOf } from "../input/inputs";
import type { Exhibit } from "../page/page";
import type { Live } from "../state/live";
import { Scroll } from "../style/scroll";
import type { Board } from "./board";
import { type Comparison, compare } from "./compare";
import { isSimulated } from "./hello";
import { fail } from "./session";

interface Props {
  readonly exhibit: Exhibit;
  readonly live: Live;
  readonly board: Board;
  /** While all examples run nothing else does. */
  readonly isBusy: boolean;
  readonly onBusy: (isBusy: boolean) => void;
}

/** What the page is shown, run here and on the board. */
export function OneInput({ exhibit, live, board, isBusy, onBusy }: Props) {
  const [found, setFound] = useState<Comparison | null>(null);
  const input = live.input.value;
  useEffect(() => setFound(null), [input]);
  const run = async () => {
    onBusy(true);
    try {
      setFound(await compare(exhibit.engine, board, input));
    } catch (error) {
      fail(error);
    }
    onBusy(false);
  };
  return (
    <section class="card" aria-label="One input">
      <div class="one-input">
        <InputPicture model={exhibit.model} bytes={input} name="The input" side={112} />
        <div>
          <p class="note">
            The input of the network view: an example, your drawing, a picture.
          </p>
          <button type="button" disabled={isBusy} onClick={() => void run()}>
            Run it here and on the board
          </button>
        </div>
      </div>
      {found ? (
        <Found exhibit={exhibit} found={found} isEstimated={isSimulated(board.info)} />
      ) : null}
    </section>
  );
}

interface FoundProps {
  readonly exhibit: Exhibit;
  readonly found: Comparison;
  readonly isEstimated: boolean;
}

function Found({ exhibit, found, isEstimated }: FoundProps) {
  const { here, board, equal, milliseconds } = found;
  const isEqual = equal === here.length && here.length === board.output.length;
  return (
    <>
      <p class={isEqual ? "good strong" : "bad strong"} role="status" id="one-verdict">
        {isEqual ? "✓" : "✗"} {equal} of {here.length} output bytes equal
      </p>
      <dl class="facts">
        <div>
          <dt>This browser</dt>
          <dd>{printTime(milliseconds)}</dd>
        </div>
        <div>
          <dt>The board</dt>
          <dd>
            {printTime(board.micros / 1000)}
            {board.cycles ? ` (${board.cycles.toLocaleString("en")} cycles)` : ""}
            {isEstimated ? ", estimated" : ""}
          </dd>
        </div>
      </dl>
      <Bytes exhibit={exhibit} found={found} />
    </>
  );
}

const MOST_ROWS = 64;

function Bytes({ exhibit, found }: { exhibit: Exhibit; found: Comparison }) {
  const { model, examples } = exhibit;
  const valuesOf = (bytes: Uint8Array) =>
    partsOf(model, model.outputs, bytes).flatMap((part) => [...part.values]);
  const here = valuesOf(found.here);
  const there = valuesOf(found.board.output);
  const names = model.outputs.length === 1 ? examples.classes : null;
  return (
    <Scroll class="bytes" name="Outputs, value by value">
      <table>
        <thead>
          <tr>
            <th>output</th>
            <th class="number">browser</th>
            <th class="number">board</th>
          </tr>
        </thead>
        <tbody>
          {here.slice(0, MOST_ROWS).map((value, i) => (
            <tr key={i} class={value === there[i] ? undefined : "bad"}>
              <td>{names?.[i] ?? i}</td>
              <td class="number">{value}</td>
              <td class="number">
                {there[i]}
                {value === there[i] ? "" : " ≠"}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {here.length > MOST_ROWS ? (
        <p class="note">and {here.length - MOST_ROWS} more</p>
      ) : null}
    </Scroll>
  );
}

/** Milliseconds as people read them. */
export function printTime(milliseconds: number): string {
  if (milliseconds >= 100) return `${milliseconds.toFixed(0)} ms`;
  return `${milliseconds.toPrecision(3)} ms`;
}
