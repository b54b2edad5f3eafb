import { print } from "../compute/numbers";
import type { Grid } from "./slide";

interface Props {
  readonly name: string;
  readonly numbers: Grid;
  /** Zeros of padding around, which are drawn too. */
  readonly before?: number;
  readonly after?: number;
  /** The cells that are read or written now. */
  readonly lit?: readonly { readonly row: number; readonly column: number }[];
  /** How many are there already; all if it is not said. */
  readonly shown?: number;
}

/** Numbers in a grid, with padding and a window. */
export function NumberGrid(props: Props) {
  const { name, numbers, before = 0, after = 0, lit = [], shown } = props;
  const side = numbers.length;
  const places = Array.from({ length: side + before + after }, (_, i) => i - before);
  const isLit = (row: number, column: number) =>
    lit.some((one) => one.row === row && one.column === column);
  return (
    <table class="lab-numbers">
      <caption>{name}</caption>
      <tbody>
        {places.map((row) => (
          <tr key={row}>
            {places.map((column) => {
              const value = numbers[row]?.[column];
              const isThere = shown === undefined || row * side + column < shown;
              const classes = [
                value === undefined ? "outside" : "",
                isLit(row, column) ? "lit" : "",
              ];
              return (
                <td key={column} class={classes.join(" ").trim() || undefined}>
                  {value === undefined ? "0" : isThere ? print(value, 2) : ""}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
