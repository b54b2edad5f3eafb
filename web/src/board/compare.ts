/** The same input here and on a board. */
import type { Engine } from "../engine/engine";
import type { Examples } from "../page/page";
import type { Board, BoardRun } from "./board";

export interface Comparison {
  readonly here: Uint8Array;
  /** What the browser took, in milliseconds. */
  readonly milliseconds: number;
  readonly board: BoardRun;
  /** Bytes that are equal. */
  readonly equal: number;
}

/** What came of all examples so far. */
export interface Tally {
  readonly done: number;
  readonly total: number;
  /** Places of examples whose bytes differ. */
  readonly different: readonly number[];
  /** Sums of all that are done. */
  readonly milliseconds: number;
  readonly micros: number;
}

const LEAST_MS = 4; // a browser's clock is too coarse for less
const MOST_RUNS = 50;

export async function compare(
  engine: Engine,
  board: Board,
  input: Uint8Array,
): Promise<Comparison> {
  const run = await board.run(input);
  const begin = performance.now();
  let runs = 0;
  let here: Uint8Array;
  do {
    here = engine.answer(input);
    runs++;
  } while (runs < MOST_RUNS && performance.now() - begin < LEAST_MS);
  const milliseconds = (performance.now() - begin) / runs;
  const equal = here.filter((byte, i) => byte === run.output[i]).length;
  return { here, milliseconds, board: run, equal };
}

/** All examples, one after the other, until `isStopped` says so. */
export async function compareAll(
  engine: Engine,
  board: Board,
  examples: Examples,
  tell: (tally: Tally) => void,
  isStopped: () => boolean,
): Promise<void> {
  let tally: Tally = {
    done: 0,
    total: examples.count,
    different: [],
    milliseconds: 0,
    micros: 0,
  };
  tell(tally);
  for (let i = 0; i < examples.count && !isStopped(); i++) {
    const found = await compare(engine, board, examples.input(i));
    const isEqual =
      found.equal === found.here.length &&
      found.here.length === found.board.output.length;
    tally = {
      ...tally,
      done: i + 1,
      different: isEqual ? tally.different : [...tally.different, i],
      milliseconds: tally.milliseconds + found.milliseconds,
      micros: tally.micros + found.board.micros,
    };
    tell(tally);
  }
}
