import { count } from "../../network/words";
import { Scroll } from "../../style/scroll";
import { percent } from "../../text/numbers";
import type { Sensitivities } from "../learned";
import type { Told } from "../parts";

/** What each layer costs, quantized alone. */
export function Sensitivity({ learned: { sensitivity } }: Told) {
  return (
    <>
      <h2>Which layer costs the accuracy</h2>
      {sensitivity ? (
        <Costs {...sensitivity} />
      ) : (
        <p class="note">
          Not measured yet. <code>tinycnn analyze --sensitivity</code> asks a trained
          project with one layer at a time in eight bits, all others in real numbers;
          then make this page again.
        </p>
      )}
    </>
  );
}

function Costs({ images, cases }: Sensitivities) {
  const base = cases[0];
  if (!base) return null;
  const changes = cases.map(({ loss }) => loss - base.loss);
  const most = Math.max(...changes.map(Math.abs), 1e-9);
  return (
    <>
      <p class="note">
        One layer at a time in eight bits, weights and output, all others in real
        numbers, on {count(images)} validation images. The bar is what the loss grows
        by: loss sees small changes that accuracy does not.
      </p>
      <Scroll name="What each layer costs">
        <table class="errors">
          <thead>
            <tr>
              <th scope="col">In eight bits</th>
              <th scope="col">Loss grows by</th>
              <th scope="col">Accuracy</th>
            </tr>
          </thead>
          <tbody>
            {cases.map(({ layer, accuracy }, i) => {
              const change = changes[i] ?? 0;
              return (
                <tr key={layer}>
                  <th scope="row">{layer}</th>
                  <td class="amount-bar">
                    <span class="track">
                      <span
                        class="fill"
                        style={{ width: `${(100 * Math.max(0, change)) / most}%` }}
                      />
                    </span>
                    <span>{printChange(change)}</span>
                  </td>
                  <td>{percent(accuracy)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scroll>
    </>
  );
}

/** With its sign, in four digits behind the point. */
function printChange(change: number): string {
  const text = Math.abs(change).toFixed(4);
  if (Number(text) === 0) return "0";
  return `${change < 0 ? "−" : "+"}${text}`;
}
