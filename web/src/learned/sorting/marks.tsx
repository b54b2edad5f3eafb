/** A class as a dot: a colour and a shape, so that neither alone must tell. */

const COLOURS = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#e69f00",
  "#56b4e9",
  "#8c6d1f",
  "#7b5ea7",
] as const;

type Draw = (size: number) => string;

/** Outlines around the origin, as SVG paths. */
const SHAPES: readonly Draw[] = [
  (r) => `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`,
  (r) => `M${-r} ${-r}H${r}V${r}H${-r}Z`,
  (r) => `M0 ${-1.3 * r}L${1.2 * r} ${r}H${-1.2 * r}Z`,
  (r) => `M0 ${-1.4 * r}L${1.4 * r} 0L0 ${1.4 * r}L${-1.4 * r} 0Z`,
  (r) => {
    const t = 0.45 * r;
    const R = 1.3 * r;
    return `M${-t} ${-R}H${t}V${-t}H${R}V${t}H${t}V${R}H${-t}V${t}H${-R}V${-t}H${-t}Z`;
  },
  (r) => `M0 ${1.3 * r}L${1.2 * r} ${-r}H${-1.2 * r}Z`,
  (r) => `M${-1.3 * r} ${-0.6 * r}H${1.3 * r}V${0.6 * r}H${-1.3 * r}Z`,
];

export function colourOf(label: number): string {
  return COLOURS[label % COLOURS.length] ?? "";
}

/** Eight colours and seven shapes: 56 classes until a pair comes again. */
export function shapeOf(label: number, size: number): string {
  return SHAPES[label % SHAPES.length]?.(size) ?? "";
}

/** The dot of a class, alone, for a legend. */
export function ClassMark({ label }: { label: number }) {
  return (
    <svg width="16" height="16" viewBox="-8 -8 16 16" aria-hidden="true">
      <path d={shapeOf(label, 5)} fill={colourOf(label)} />
    </svg>
  );
}
