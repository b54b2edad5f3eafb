import { print } from "../compute/numbers";
import type { Pictures } from "./counting";
import { amountsOf, type Kind, STILL } from "./warp";

interface Props {
  readonly kind: Kind;
  /** Where one is now. */
  readonly value: number;
  readonly pictures: Pictures;
  /** Of each network: its name, and how many are right at each amount. */
  readonly nets: readonly {
    readonly name: string;
    readonly right: readonly (number | null)[];
  }[];
}

const CLASSES = ["own", "second"] as const;

/** How many of many pictures are still answered rightly, over all amounts of a change. */
export function RightCurve({ kind, value, pictures, nets }: Props) {
  const amounts = amountsOf(kind);
  const { count, truth, says } = pictures;
  const x = (amount: number) => (100 * (amount - kind.from)) / (kind.to - kind.from);
  const y = (right: number) => 50 - (50 * right) / count;
  const nearest = amounts.reduce((a, b) =>
    Math.abs(b - value) < Math.abs(a - value) ? b : a,
  );
  const place = amounts.indexOf(nearest);
  const shares = nets.map(({ name, right }) => {
    const known = right[place];
    const share = typeof known === "number" ? `${print((100 * known) / count)} %` : "…";
    return `${name} ${share}`;
  });
  const held = truth ? "still right" : "still answered as before";
  const amount = `${print(nearest, 1)} ${kind.unit}`;
  const where = nearest === STILL[kind.id] ? "As they were" : `At ${amount}`;
  const counted = nets[0]?.right.filter((one) => one !== null).length ?? 0;
  return (
    <figure class="lab-sweep lab-right">
      <figcaption>
        {kind.title}: how many of {says} are {held}
      </figcaption>
      <svg
        viewBox="-3 -3 106 56"
        role="img"
        aria-label={`${where}: ${shares.join(", ")}`}
      >
        <line x1="0" x2="100" y1="0" y2="0" class="axis" />
        <line x1="0" x2="100" y1="25" y2="25" class="axis" />
        <line x1="0" x2="100" y1="50" y2="50" class="axis" />
        <line x1={x(value)} x2={x(value)} y1="0" y2="50" class="hand" />
        {nets.map(({ name, right }, i) => (
          <polyline
            key={name}
            class={CLASSES[i]}
            points={amounts
              .flatMap((amount, at) => {
                const known = right[at];
                return typeof known === "number" ? [`${x(amount)},${y(known)}`] : [];
              })
              .join(" ")}
          />
        ))}
      </svg>
      <p class="lab-under">
        <b>{where}:</b>
        {shares.map((share, i) => (
          <span key={share} class={`lab-key ${CLASSES[i]}`}>
            {share}
          </span>
        ))}
      </p>
      <p class="lab-under">
        <small>
          {print(kind.from, 1)} … {print(kind.to, 1)} {kind.unit}, lines at 0, 50 and
          100 %
          {counted < amounts.length ? `; counted ${counted} of ${amounts.length}` : ""}
        </small>
      </p>
    </figure>
  );
}
