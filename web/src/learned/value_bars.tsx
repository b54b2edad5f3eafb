import "./value_bars.css";
import { printReal } from "../network/words";

interface Props {
  readonly rows: readonly (readonly [name: string, value: number])[];
  readonly print?: (value: number) => string;
}

/** Numbers with bars from zero, on one scale. */
export function ValueBars({ rows, print = printReal }: Props) {
  const numbers = rows.map(([, value]) => value);
  const [low, high] = [Math.min(0, ...numbers), Math.max(0, ...numbers)];
  const at = (value: number) => ((value - low) / (high - low || 1)) * 100;
  return (
    <dl class="value-bars">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <span class="track">
              <span
                class="fill"
                style={{
                  left: `${at(Math.min(0, value))}%`,
                  width: `${Math.abs(at(value) - at(0))}%`,
                }}
              />
            </span>
            {print(value)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
