import { useRef, useState } from "preact/hooks";
import type { Exhibit } from "../page/page";
import { image, view } from "../state/selection";
import type { Board } from "./board";
import { compareAll, type Tally } from "./compare";
import { isSimulated } from "./hello";
import { printTime } from "./one_input";
import { fail } from "./session";

interface Props {
  readonly exhibit: Exhibit;
  readonly board: Board;
  readonly isBusy: boolean;
  readonly onBusy: (isBusy: boolean) => void;
}

/** All examples, here and on the board. */
export function AllExamples({ exhibit, board, isBusy, onBusy }: Props) {
  const { engine, examples } = exhibit;
  const [tally, setTally] = useState<Tally | null>(null);
  const [isRunning, setRunning] = useState(false);
  const isStopped = useRef(false);
  const run = async () => {
    isStopped.current = false;
    setRunning(true);
    onBusy(true);
    try {
      await compareAll(engine, board, examples, setTally, () => isStopped.current);
    } catch (error) {
      fail(error);
    }
    setRunning(false);
    onBusy(false);
  };
  return (
    <section class="card" aria-label="All examples">
      <div class="buttons">
        <button type="button" disabled={isBusy} onClick={() => void run()}>
          Run all {examples.count} examples
        </button>
        {isRunning ? (
          <button
            type="button"
            onClick={() => {
              isStopped.current = true;
            }}
          >
            Stop
          </button>
        ) : null}
      </div>
      {tally ? <Sum tally={tally} isRunning={isRunning} board={board} /> : null}
    </section>
  );
}

interface SumProps {
  readonly tally: Tally;
  readonly isRunning: boolean;
  readonly board: Board;
}

function Sum({ tally, isRunning, board }: SumProps) {
  const { done, total, different } = tally;
  const equal = done - different.length;
  const isEqual = different.length === 0;
  return (
    <>
      <progress value={done} max={total} aria-label="Examples that are done" />
      <p class={isEqual ? "good strong" : "bad strong"} id="all-verdict">
        {isEqual ? "✓" : "✗"} {equal} of {done} equal, byte for byte
        {isRunning || done === total ? "" : `; stopped before ${total}`}
      </p>
      {done > 0 ? (
        <p>
          On average this browser takes {printTime(tally.milliseconds / done)} an input,
          the board {printTime(tally.micros / 1000 / done)}
          {isSimulated(board.info) ? ", which is estimated" : ""}.
        </p>
      ) : null}
      {isEqual ? null : (
        <p>
          Different:{" "}
          {different.map((place) => (
            <button
              key={place}
              type="button"
              onClick={() => {
                image.value = place;
                view.value = "network";
              }}
            >
              example {place + 1}
            </button>
          ))}
        </p>
      )}
    </>
  );
}
