import "./legend.css";
import { colourAt, printColour, type Range } from "./ramp";

interface Props {
  readonly range: Range;
  /** A value in words, usually the real number that it stands for. */
  readonly print: (value: number) => string;
}

/** What the colours stand for: the ends of the range, and zero where it is between. */
export function Legend({ range, print }: Props) {
  const { low, high, zero } = range;
  const inner = low < zero && zero < high ? [zero] : [];
  const stops = [low, ...inner, high].map((value) => {
    const share = high > low ? ((value - low) / (high - low)) * 100 : 0;
    return `${printColour(colourAt(range, value))} ${share.toFixed(1)}%`;
  });
  return (
    <span class="ramp-legend">
      <span>{print(low)}</span>
      <span
        class="bar"
        aria-hidden="true"
        style={{ background: `linear-gradient(90deg, ${stops.join(", ")})` }}
      />
      <span>{print(high)}</span>
    </span>
  );
}
