import type { Step } from "./rescaling";

interface Props {
  readonly steps: readonly Step[];
  /** The number: as it is here, and as the module in this page has it. */
  readonly result: string;
  readonly isEqual: boolean;
  /** What it stands for, and what it would without rounding; null without either. */
  readonly real: string | null;
  readonly exact: string | null;
  readonly difference: string | null;
}

/** From the sum to the byte, whole numbers beside real ones. */
export function StepTable({ steps, result, isEqual, real, exact, difference }: Props) {
  return (
    <table class="steps">
      <caption>{steps.length > 0 ? "How it becomes the number" : "The number"}</caption>
      <thead>
        <tr>
          <th scope="col">What happens</th>
          <th scope="col" class="number">
            On the board
          </th>
          <th scope="col" class="number">
            In real numbers
          </th>
        </tr>
      </thead>
      <tbody>
        {steps.map((step, i) => (
          <tr key={i}>
            <th scope="row">
              {step.what}
              {step.how ? <small>{step.how}</small> : null}
            </th>
            <td class="number">{step.whole}</td>
            <td class="number">
              {step.real}
              {step.made ? <small>{step.made}</small> : null}
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr class={isEqual ? "good" : "bad"}>
          <th scope="row">
            {isEqual ? "✓ the board's number" : "✗ the board gives another number"}
            {difference ? <small>{difference}</small> : null}
          </th>
          <td class="number strong">{result}</td>
          <td class="number">
            {real}
            {exact ? <small>without rounding {exact}</small> : null}
          </td>
        </tr>
      </tfoot>
    </table>
  );
}
