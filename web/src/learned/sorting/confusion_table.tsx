import { useState } from "preact/hooks";
import { Picture } from "../../drawing/picture";
import { Scroll } from "../../style/scroll";
import { percent } from "../../text/numbers";
import type { Confusion, Pictures } from "../learned";
import { OpenExample } from "../open_example";
import type { Told } from "../parts";

type Cell = readonly [truth: number, answer: number];

interface Props extends Told {
  readonly confusion: Confusion;
  readonly pictures: Pictures | null;
}

/** A table of all classes; a cell's images are shown below it. */
export function ConfusionTable(props: Props) {
  const { confusion, exhibit } = props;
  const { counts } = confusion;
  const [cell, setCell] = useState<Cell | null>(() => worstOf(counts));
  const names = counts.map((_, i) => exhibit.examples.classes?.[i] ?? `${i}`);
  const total = counts.flat().reduce((sum, n) => sum + n, 0);
  const right = counts.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
  return (
    <>
      <p class="note">
        {right} of {total} test images are right, {percent(right / total)}. A row is
        what is true, a column is the answer; mistakes are off the diagonal. Choose a
        mistake to see its images.
      </p>
      <Scroll class="confusion" name="Confusion">
        <table>
          <thead>
            <tr>
              <th scope="col">true ↓</th>
              {names.map((name) => (
                <th key={name} scope="col" class="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {counts.map((row, truth) => (
              <tr key={names[truth]}>
                <th scope="row">{names[truth]}</th>
                {row.map((count, answer) => (
                  <CountCell
                    key={names[answer]}
                    count={count}
                    share={count / Math.max(1, sumOf(row))}
                    isRight={truth === answer}
                    isChosen={cell?.[0] === truth && cell[1] === answer}
                    label={`${names[truth]} taken for ${names[answer]}: ${count}`}
                    choose={() => setCell([truth, answer])}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {cell ? <Mistakes {...props} cell={cell} names={names} /> : null}
    </>
  );
}

interface CountProps {
  readonly count: number;
  readonly share: number;
  readonly isRight: boolean;
  readonly isChosen: boolean;
  readonly label: string;
  readonly choose: () => void;
}

function CountCell({ count, share, isRight, isChosen, label, choose }: CountProps) {
  if (count === 0) return <td class="number none">·</td>;
  const colour = isRight ? "var(--right-cell)" : "var(--wrong-cell)";
  // The rarest mistake is still seen: a third of the colour, and more as it is commoner.
  const depth = isRight ? 15 + 60 * share : 35 + 65 * Math.min(1, share * 5);
  const background = `color-mix(in srgb, ${colour} ${depth}%, transparent)`;
  return (
    <td class="number" style={{ background }}>
      {isRight ? (
        count
      ) : (
        <button
          type="button"
          aria-label={label}
          aria-pressed={isChosen}
          onClick={choose}
        >
          {count}
        </button>
      )}
    </td>
  );
}

function Mistakes({
  confusion,
  pictures,
  cell: [truth, answer],
  names,
  ...told
}: Props & { cell: Cell; names: readonly string[] }) {
  const images = confusion.images[`${truth},${answer}`] ?? [];
  const count = confusion.counts[truth]?.[answer] ?? 0;
  const rest = count > images.length ? `; the first ${images.length}:` : ":";
  return (
    <div class="card mistakes" aria-live="polite">
      <p>
        {count} {count === 1 ? "image" : "images"} of {names[truth]} taken for{" "}
        {names[answer]}
        {rest}
      </p>
      <ul class="patches">
        {images.map((index) => (
          <li key={index}>
            <Mistaken confusion={confusion} pictures={pictures} index={index} />
            <OpenExample exhibit={told.exhibit} live={told.live} index={index} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Mistaken({
  confusion,
  pictures,
  index,
}: Pick<Props, "confusion" | "pictures"> & { index: number }) {
  const place = confusion.pictures.indexOf(index);
  if (!pictures || place < 0) return null;
  return (
    <Picture
      name={`Image ${index}`}
      values={pictures.at(place)}
      shape={[1, ...pictures.shape]}
      side={64}
    />
  );
}

/** The commonest mistake; null without one. */
function worstOf(counts: Confusion["counts"]): Cell | null {
  let worst: Cell | null = null;
  let most = 0;
  counts.forEach((row, truth) => {
    row.forEach((count, answer) => {
      if (truth !== answer && count > most) [worst, most] = [[truth, answer], count];
    });
  });
  return worst;
}

function sumOf(row: readonly number[]): number {
  return row.reduce((sum, n) => sum + n, 0);
}
