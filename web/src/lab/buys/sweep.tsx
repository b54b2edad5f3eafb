import { useMemo } from "preact/hooks";
import type { Exhibit } from "../../page/page";
import { print } from "../compute/numbers";
import { ask, bestOf, nameClass, type Sight, warpInput } from "./answers";
import { amountsOf, type Kind, STILL, stillOf } from "./warp";

interface Props {
  readonly exhibit: Exhibit;
  readonly sight: Sight;
  readonly input: Uint8Array;
  readonly kind: Kind;
  /** Where one is now. */
  readonly value: number;
  /** The class of the picture as it was. */
  readonly before: number;
}

/** The score of the first answer over all amounts of one change. */
export function Sweep({ exhibit, sight, input, kind, value, before }: Props) {
  const points = useMemo(() => {
    return amountsOf(kind).map((amount) => {
      const warped = warpInput(sight, input, { ...STILL, [kind.id]: amount });
      const scores = ask(exhibit, warped);
      return { amount, score: scores[before] ?? 0, holds: bestOf(scores) === before };
    });
  }, [exhibit, sight, input, kind, before]);
  const most = Math.max(1, ...points.map(({ score }) => score));
  const x = (amount: number) => (100 * (amount - kind.from)) / (kind.to - kind.from);
  const said = tell(
    kind,
    points.map(({ holds }) => holds),
  );
  return (
    <figure class="lab-sweep">
      <figcaption>
        {kind.title}: score of “{nameClass(exhibit, before)}”
      </figcaption>
      <svg viewBox="-3 -3 106 56" role="img" aria-label={said}>
        <line x1="0" x2="100" y1="50" y2="50" class="axis" />
        <line x1={x(value)} x2={x(value)} y1="0" y2="50" class="hand" />
        {points.map(({ amount, score, holds }) => (
          <circle
            key={amount}
            cx={x(amount)}
            cy={50 - (50 * score) / most}
            r={holds ? 1.8 : 1.4}
            class={holds ? "holds" : "fails"}
          />
        ))}
      </svg>
      <p class="lab-under">
        <small>
          {print(kind.from, 1)} … {print(kind.to, 1)} {kind.unit}; {said}
        </small>
      </p>
    </figure>
  );
}

/** How far around the picture as it was the answer holds without a break. */
export function tell(kind: Kind, holds: readonly boolean[]): string {
  const amountAt = (i: number) => kind.from + i * kind.step;
  let [low, high] = [stillOf(kind), stillOf(kind)];
  while (holds[low - 1]) low--;
  while (holds[high + 1]) high++;
  const how =
    low === high
      ? "only as it was"
      : `from ${print(amountAt(low), 1)} to ${print(amountAt(high), 1)} ${kind.unit}`;
  return `dots are filled where the answer holds: ${how}`;
}
