/** In which order the boxes of a rank stand, so that few lines cross. */
import type { Item } from "./ranks";

const SWEEPS = 4;

/** Orders each rank by where its neighbours stand, to and fro; bends stand outside. */
export function orderRanks(ranks: readonly (readonly Item[])[]): Item[][] {
  const ordered = ranks.map((rank) => sortBy([...rank], (item) => Number(item.isBend)));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isForth = sweep % 2 === 0;
    const places = placesIn(ordered);
    for (const rank of isForth ? ordered : [...ordered].reverse()) {
      sortBy(rank, (item) =>
        meanPlace(isForth ? item.before : item.after, item, places),
      );
      rank.forEach((item, i) => {
        places.set(item, (i + 0.5) / rank.length);
      });
    }
  }
  return ordered;
}

/** In shares of the rank, as ranks differ in length. */
function placesIn(ranks: readonly (readonly Item[])[]): Map<Item, number> {
  return new Map(
    ranks.flatMap((rank) =>
      rank.map((item, i) => [item, (i + 0.5) / rank.length] as const),
    ),
  );
}

function meanPlace(
  neighbours: readonly Item[],
  item: Item,
  places: ReadonlyMap<Item, number>,
): number {
  const own = places.get(item) ?? 0;
  if (neighbours.length === 0) return own;
  const sum = neighbours.reduce((total, one) => total + (places.get(one) ?? own), 0);
  return sum / neighbours.length;
}

/** Sorts in place; what is equal stays in order. */
function sortBy(items: Item[], key: (item: Item) => number): Item[] {
  const keys = new Map(items.map((item) => [item, key(item)]));
  return items.sort((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
}
