import { Figure } from "./maps";
import { printWhole } from "./print";

const SIDE = 180;

interface Props {
  readonly title: string;
  readonly note: string;
  /** The outputs for the inputs from -128 upwards. */
  readonly table: ArrayLike<number>;
  readonly input: number;
  readonly result: number;
}

/** What becomes of every byte as a curve, outputs over inputs, the own one marked. */
export function Curve({ title, note, table, input, result }: Props) {
  const x = (at: number) => ((at + 128) / 255) * SIDE;
  const y = (value: number) => SIDE - ((value + 128) / 255) * SIDE;
  const points = Array.from(table, (value, i) => `${x(i - 128)},${y(value)}`);
  const name = `${title}: ${printWhole(input)} becomes ${printWhole(result)}`;
  return (
    <Figure title={title} note={note}>
      <svg class="curve" viewBox={`-4 -4 ${SIDE + 8} ${SIDE + 8}`} role="img">
        <title>{name}</title>
        <rect x="0" y="0" width={SIDE} height={SIDE} />
        <polyline points={points.join(" ")} />
        <path d={`M${x(input)} ${SIDE}V${y(result)}H0`} />
        <circle cx={x(input)} cy={y(result)} r="4" />
      </svg>
    </Figure>
  );
}
