import { colourAt, isDark, printColour } from "../../drawing/ramp";
import type { Apart, Term } from "../compute/filter";
import { print } from "../compute/numbers";

interface Props {
  readonly apart: Apart;
  readonly offset: number;
  /** Row and column, from 0. */
  readonly at: readonly [number, number];
  /** What the kernel gave there. */
  readonly byte: number;
  /** Names of the colours whose windows are shown; none for grey. */
  readonly colors: readonly string[];
}

/** One number of the output: its window, the products, and how the sum became a byte. */
export function ApartView({ apart, offset, at, byte, colors }: Props) {
  const reach = Math.max(
    1,
    ...apart.windows.flat(2).map((term) => Math.abs(term.product)),
  );
  return (
    <div class="lab-row lab-windows">
      <p class="strong lab-wide">
        Row {at[0] + 1}, column {at[1] + 1}
      </p>
      <div class="lab-row lab-windows">
        {apart.windows.map((window, i) => (
          <table key={i} class="lab-window">
            <caption>{colors[i] ? `${colors[i]}: ` : ""}pixel × weight</caption>
            <tbody>
              {window.map((row, y) => (
                <tr key={y}>
                  {row.map((term, x) => (
                    <Product key={x} term={term} reach={reach} />
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        ))}
      </div>
      <Steps apart={apart} offset={offset} byte={byte} colors={colors} />
    </div>
  );
}

function Product({ term, reach }: { term: Term; reach: number }) {
  const { pixel, weight, product } = term;
  const color = colourAt({ low: -reach, high: reach, zero: 0 }, product);
  return (
    <td
      class={pixel === null ? "outside" : isDark(color) ? "dark" : "light"}
      style={pixel === null ? undefined : { background: printColour(color) }}
    >
      <small>
        {pixel === null ? "outside" : print(pixel)} × {print(weight)}
      </small>
      {print(product)}
    </td>
  );
}

function Steps({ apart, offset, byte, colors }: Omit<Props, "at">) {
  const { sums, sum, divisor, multiplier, scaled, shifted } = apart;
  const parts = sums.map((one, i) => `${colors[i]} ${print(one)}`).join(" + ");
  const count = sums.length;
  const by =
    count > 1 ? `${print(divisor / count)} and by ${count} colours` : print(divisor);
  const isCut = shifted < 0 || shifted > 255;
  return (
    <ol class="lab-steps" aria-live="polite">
      <li>
        <span>sum of the products</span>
        <b>{print(sum)}</b>
        {count > 1 ? <small>{parts}</small> : null}
      </li>
      <li>
        <span>divided by {by}, rounded</span>
        <b>{print(scaled)}</b>
        <small>
          on the board: × {print(multiplier.value)} ÷ 2^{31 - multiplier.shift}
        </small>
      </li>
      <li>
        <span>plus {offset}</span>
        <b>{print(shifted)}</b>
      </li>
      <li>
        <span>{isCut ? "cut to 0 … 255" : "is within 0 … 255"}</span>
        <b>{print(apart.byte + 128)}</b>
      </li>
      <li>
        <span>as the board's byte, less 128</span>
        <b>{print(apart.byte)}</b>
        <small class={byte === apart.byte ? "good" : "bad"}>
          {byte === apart.byte
            ? "✓ equal to the kernel's"
            : `✗ the kernel's is ${print(byte)}`}
        </small>
      </li>
    </ol>
  );
}
