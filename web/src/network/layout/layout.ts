/**
 * Where each box stands, and how the lines between them run.
 *
 * In ranks by the longest way from an input: columns from left to right, or rows from
 * top to bottom. Lines that skip ranks give way to boxes.
 */
import { orderRanks } from "./order";
import { type Item, rankItems, type Sources } from "./ranks";
import { spreadOut } from "./spread";

export type Direction = "across" | "down";

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box extends Size {
  readonly left: number;
  readonly top: number;
  readonly rank: number;
}

export interface Line {
  readonly from: string;
  readonly to: string;
  /** As SVG writes a path. */
  readonly path: string;
}

export interface Layout extends Size {
  readonly boxes: ReadonlyMap<string, Box>;
  readonly lines: readonly Line[];
}

/** Pixels between ranks, between boxes of a rank, and that a bend takes. */
const RANK_GAP = { across: 11, down: 28 };
const BOX_GAP = 12;
const BEND = 2;
const PORT = 9;

/** How many boxes stand in the rank of each, itself included. */
export function countBeside(sources: Sources): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const rank of rankItems(sources).ranks) {
    const boxes = rank.filter((item) => !item.isBend);
    for (const item of boxes) counts.set(item.name, boxes.length);
  }
  return counts;
}

export function layOut(
  sources: Sources,
  sizes: ReadonlyMap<string, Size>,
  direction: Direction,
): Layout {
  const ranked = rankItems(sources);
  const ranks = orderRanks(ranked.ranks);
  // Along the flow, and to its side.
  const measure = (item: Item) => {
    const size = item.isBend ? undefined : sizes.get(item.name);
    const { width, height } = size ?? { width: BEND, height: BEND };
    return direction === "across"
      ? { along: width, beside: height }
      : { along: height, beside: width };
  };
  const bands = stack(
    ranks.map((rank) => Math.max(...rank.map((item) => measure(item).along))),
    RANK_GAP[direction],
  );
  const middles = placeMiddles(ranks, (item) => measure(item).beside);
  const boxes = new Map<string, Box>();
  for (const item of ranks.flat()) {
    if (item.isBend) continue;
    const { along, beside } = measure(item);
    const start = (bands[item.rank] as Band).start;
    const side = (middles.get(item) ?? 0) - beside / 2;
    boxes.set(item.name, {
      rank: item.rank,
      ...(direction === "across"
        ? { left: start, top: side, width: along, height: beside }
        : { left: side, top: start, width: beside, height: along }),
    });
  }
  const lines = drawLines(sources, ranked.path, {
    direction,
    bands,
    middles,
    along: (item) => measure(item).along,
  });
  return { boxes, lines, ...extent([...boxes.values()], middles, direction) };
}

interface Band {
  readonly start: number;
  readonly end: number;
}

function stack(sizes: readonly number[], gap: number): Band[] {
  let end = -gap;
  return sizes.map((size) => {
    const start = end + gap;
    end = start + size;
    return { start, end };
  });
}

/**
 * The middle of each item to the side of the flow, the least one's border at 0.
 *
 * An item stands in line with what it is made of, and where branches join with what
 * they began at.
 */
function placeMiddles(
  ranks: readonly (readonly Item[])[],
  size: (item: Item) => number,
): Map<Item, number> {
  const middles = new Map<Item, number>();
  const gates = findGates(ranks);
  for (const rank of ranks) {
    const wanted = rank.map((item) => ({
      at: middles.get(gates.get(item) as Item) ?? 0,
      size: size(item),
      weight: weigh(item),
    }));
    spreadOut(wanted, BOX_GAP).forEach((middle, i) => {
      middles.set(rank[i] as Item, middle);
    });
  }
  const least = Math.min(...[...middles].map(([item, at]) => at - size(item) / 2));
  for (const [item, at] of middles) middles.set(item, at - least);
  return middles;
}

/**
 * The last item that all ways to an item pass, its immediate dominator; none for what
 * comes from several inputs.
 */
function findGates(ranks: readonly (readonly Item[])[]): Map<Item, Item> {
  const gates = new Map<Item, Item>();
  const meet = (a: Item | undefined, b: Item): Item | undefined => {
    let [one, other]: (Item | undefined)[] = [a, b];
    while (one && other && one !== other) {
      if (one.rank >= other.rank) one = gates.get(one);
      else other = gates.get(other);
    }
    return one && other;
  };
  for (const item of ranks.flat()) {
    const [first, ...others] = item.before;
    const gate = others.reduce(meet, first);
    if (gate) gates.set(item, gate);
  }
  return gates;
}

/** Boxes keep in line; a bend goes where there is room. */
function weigh(item: Item): number {
  return item.isBend ? 1e-4 : 1;
}

interface Course {
  readonly direction: Direction;
  readonly bands: readonly Band[];
  readonly middles: ReadonlyMap<Item, number>;
  readonly along: (item: Item) => number;
}

function drawLines(
  sources: Sources,
  path: (from: string, to: string) => readonly Item[],
  course: Course,
): Line[] {
  return [...sources].flatMap(([to, before]) => {
    const passed = before.map((from) => path(from, to));
    // Lines that end in one box arrive beside each other, in the order of their ways.
    const arriving = [...passed].sort(
      (a, b) => arrival(a, course) - arrival(b, course),
    );
    return passed.map((items, i) => ({
      from: before[i] as string,
      to,
      path: drawLine(
        items,
        (arriving.indexOf(items) - (arriving.length - 1) / 2) * PORT,
        course,
      ),
    }));
  });
}

function arrival(items: readonly Item[], { middles }: Course): number {
  return middles.get(items.at(-2) as Item) ?? 0;
}

function drawLine(items: readonly Item[], port: number, course: Course): string {
  const { bands, middles, along, direction } = course;
  const point = (at: number, side: number) => {
    const [x, y] = direction === "across" ? [at, side] : [side, at];
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  };
  const parts: string[] = [];
  let [at, side] = [0, 0];
  items.forEach((item, i) => {
    const band = bands[item.rank] as Band;
    const isLast = i === items.length - 1;
    const next = (middles.get(item) ?? 0) + (isLast ? port : 0);
    if (i === 0) {
      [at, side] = [band.start + along(item), next];
      parts.push(`M${point(at, side)}`);
      return;
    }
    const bend = (at + band.start) / 2;
    parts.push(`C${point(bend, side)} ${point(bend, next)} ${point(band.start, next)}`);
    [at, side] = [isLast ? band.start : band.end, next];
    if (!isLast) parts.push(`L${point(at, side)}`);
  });
  return parts.join("");
}

function extent(
  boxes: readonly Box[],
  middles: ReadonlyMap<Item, number>,
  direction: Direction,
): Size {
  const side = Math.max(0, ...middles.values()) + BEND;
  const width = Math.max(0, ...boxes.map((box) => box.left + box.width));
  const height = Math.max(0, ...boxes.map((box) => box.top + box.height));
  return direction === "across"
    ? { width, height: Math.max(height, side) }
    : { width: Math.max(width, side), height };
}
