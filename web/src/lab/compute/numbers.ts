/** Numbers as people read them: a real minus sign, thousands apart. */
export function print(value: number, digits = 0): string {
  const text = Math.abs(value).toLocaleString("en", {
    minimumFractionDigits: 0,
    maximumFractionDigits: digits,
  });
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

/** "1 pixel", "3 pixels". */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${print(value)} ${value === 1 ? one : many}`;
}
