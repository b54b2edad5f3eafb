import "./numbers.css";
import { colourAt, isDark, printColour, type Range } from "../drawing/ramp";

/** One number of a small table. */
export interface Cell {
  readonly value: number;
  readonly text: string;
  /** Padding: nothing is there. */
  readonly isOutside?: boolean;
}

interface Props {
  readonly caption: string;
  readonly columns: number;
  readonly cells: readonly (Cell | null)[];
  /** What the colours span; null for none. */
  readonly range: Range | null;
  /** The cell that is pointed at, in this table or a like one. */
  readonly pointed: number | null;
  readonly onPoint: (cell: number | null) => void;
  /** Cells that stand out. */
  readonly chosen?: number | null;
}

/** Numbers as a table of coloured cells; null leaves a gap. */
export function Numbers({ caption, columns, cells, range, ...rest }: Props) {
  const rows = Math.ceil(cells.length / columns);
  const longest = Math.max(...cells.map((cell) => cell?.text.length ?? 0));
  const size = columns > 7 ? "small" : columns > 4 ? "middle" : "large";
  return (
    <table
      class={`numbers ${size} ${longest > 5 ? "long" : ""}`}
      onPointerLeave={() => rest.onPoint(null)}
    >
      <caption>{caption}</caption>
      <tbody>
        {Array.from({ length: rows }, (_, row) => (
          <tr key={row}>
            {cells.slice(row * columns, (row + 1) * columns).map((cell, column) => {
              const at = row * columns + column;
              const kinds = [
                cell?.isOutside ? "outside" : "",
                at === rest.pointed ? "pointed" : "",
                at === rest.chosen ? "chosen" : "",
              ];
              return (
                <td
                  key={column}
                  class={kinds.join(" ").trim() || undefined}
                  style={
                    cell && range && !cell.isOutside ? paint(cell, range) : undefined
                  }
                  onPointerEnter={() => rest.onPoint(at)}
                >
                  {cell?.text}
                  {cell?.isOutside ? <span class="hidden"> (padding)</span> : null}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function paint({ value }: Cell, range: Range) {
  const colour = colourAt(range, value);
  return { background: printColour(colour), color: isDark(colour) ? "#fff" : "#111" };
}

/** A range about 0 that holds all of the numbers. */
export function about(values: readonly number[]): Range {
  const reach = Math.max(...values.map(Math.abs), 0);
  return { low: -reach, high: reach, zero: 0 };
}
