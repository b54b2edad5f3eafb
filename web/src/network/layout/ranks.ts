/**
 * Which boxes stand beside each other: a box is one rank after the last of those that it
 * is made of. A line that skips ranks gets a bend in each of them, one for all lines
 * from the same box.
 */

/** What is laid out: names with what each is made of, which comes before it. */
export type Sources = ReadonlyMap<string, readonly string[]>;

/** A box, or the bend of a line on its way. */
export interface Item {
  /** Of the box; of a bend that from which its line comes. */
  readonly name: string;
  readonly rank: number;
  readonly isBend: boolean;
  /** In the rank before. */
  readonly before: Item[];
  /** In the rank after. */
  readonly after: Item[];
}

export interface Ranked {
  readonly ranks: readonly (readonly Item[])[];
  /** The items that a line passes, with its ends. */
  readonly path: (from: string, to: string) => readonly Item[];
}

export function rankItems(sources: Sources): Ranked {
  const rankOf = new Map<string, number>();
  for (const [name, before] of sources) {
    rankOf.set(name, 1 + Math.max(-1, ...before.map((one) => rankOf.get(one) ?? -1)));
  }
  const items = new Map<string, Item>();
  const need = (name: string, rank: number): Item => {
    const key = `${rank} ${name}`;
    const known = items.get(key);
    if (known) return known;
    const isBend = rankOf.get(name) !== rank;
    const item = { name, rank, isBend, before: [], after: [] };
    items.set(key, item);
    return item;
  };
  const path = (from: string, to: string): readonly Item[] => {
    const [first, last] = [rankOf.get(from) ?? 0, rankOf.get(to) ?? 0];
    const passed = Array.from({ length: last - first }, (_, i) =>
      need(from, first + i),
    );
    return [...passed, need(to, last)];
  };
  for (const [name, before] of sources) {
    need(name, rankOf.get(name) ?? 0);
    for (const one of before) connect(path(one, name));
  }
  const last = Math.max(-1, ...rankOf.values());
  const ranks = Array.from({ length: last + 1 }, (_, rank) =>
    [...items.values()].filter((item) => item.rank === rank),
  );
  return { ranks, path };
}

function connect(passed: readonly Item[]): void {
  passed.slice(1).forEach((item, i) => {
    const previous = passed[i] as Item;
    if (item.before.includes(previous)) return;
    item.before.push(previous);
    previous.after.push(item);
  });
}
