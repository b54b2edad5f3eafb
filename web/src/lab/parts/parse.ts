/** For parts of the address: one of these words, or null. */
export function oneOf<T extends string>(
  ...words: readonly T[]
): (text: string) => T | null {
  return (text) => words.find((word) => word === text) ?? null;
}
