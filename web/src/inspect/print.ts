/** Numbers as people read them. */

/** A whole number in groups of three: −12,345. */
export function printWhole(value: number): string {
  return sign(Math.abs(value).toLocaleString("en-US"), value);
}

/** A real number in four figures. */
export function printReal(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e6 || size < 1e-4) return sign(printPower(size, 2), value);
  const digits = Math.max(0, Math.min(6, 3 - Math.floor(Math.log10(size))));
  return sign(size.toLocaleString("en-US", { maximumFractionDigits: digits }), value);
}

/** With its sign in front, as a number that is added: + 5, − 5. */
export function printAdded(value: number, print: (value: number) => string): string {
  return value < 0 ? `− ${print(-value)}` : `+ ${print(value)}`;
}

/** In brackets where it is below zero: (−5). */
export function bracket(value: number): string {
  return value < 0 ? `(${printWhole(value)})` : printWhole(value);
}

/** From 1: "row 3, column 4". */
export function printPlace([row, column]: readonly [number, number]): string {
  return `row ${row + 1}, column ${column + 1}`;
}

/** 1 value, 2 values. */
export function many(count: number, what: string): string {
  return `${printWhole(count)} ${what}${count === 1 ? "" : "s"}`;
}

function printPower(size: number, digits: number): string {
  const [mantissa, exponent] = size.toExponential(digits).split("e");
  return `${mantissa} × 10${superscript(Number(exponent))}`;
}

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** An exponent as it is written: ⁻³⁹. */
export function superscript(value: number): string {
  const digits = [...String(Math.abs(value))].map((d) => RAISED[Number(d)]);
  return (value < 0 ? "⁻" : "") + digits.join("");
}

function sign(text: string, value: number): string {
  return value < 0 && text !== "0" ? `−${text}` : text;
}

/** A real number for a small cell: two figures. */
export function printShort(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 0.001) return sign("<.001", value);
  const digits = size >= 10 ? 0 : Math.min(3, 1 - Math.floor(Math.log10(size)));
  return sign(size.toFixed(digits).replace(/^0\./, "."), value);
}

/** A share of one in percent: 98.19 %, below 0.01 %. */
export function printPercent(share: number): string {
  const percent = 100 * share;
  return percent > 0 && percent < 0.01 ? "< 0.01 %" : `${percent.toFixed(2)} %`;
}

/** A real number from 0 to 1 in few figures: 0.0183, 4.5 × 10⁻⁵. */
export function printSmall(value: number): string {
  if (value === 0 || value >= 0.001) return String(Number(value.toPrecision(3)));
  return printPower(value, 1);
}
