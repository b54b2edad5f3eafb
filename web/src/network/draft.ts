/** How large each card may be, and which way the network runs in so much width. */
import { type Card, type CardRoom, planCard } from "./layer_card";
import { countBeside, type Direction, type Layout, layOut } from "./layout/layout";
import type { Scene } from "./scene";

export interface Draft {
  readonly direction: Direction;
  readonly cards: readonly Card[];
  readonly layout: Layout;
}

/** Beside the layers, for the outline of what is focused. */
const BORDER = 4;

/** Narrow columns, so that small networks are seen as a whole. */
const ACROSS: CardRoom = { width: 58, height: 360, side: 56, isRoomy: false };

/** From left to right, where all of it fits and can be seen at once; else downwards. */
export function draft(scene: Scene, width: number): Draft {
  const across = arrange(scene, "across", () => ACROSS);
  if (across.layout.width <= width - BORDER) return across;
  const most = Math.min(width, 760);
  return arrange(scene, "down", (beside) => ({
    width: Math.max(48, Math.floor((most - 40) / beside) - 28),
    height: 230,
    side: 64,
    isRoomy: true,
  }));
}

function arrange(
  scene: Scene,
  direction: Direction,
  room: (beside: number) => CardRoom,
): Draft {
  const { network } = scene;
  const sources = new Map([...network].map(([name, layer]) => [name, layer.sources]));
  const beside = countBeside(sources);
  const cards = [...network.values()].map((layer) =>
    planCard(layer, scene, room(beside.get(layer.name) ?? 1)),
  );
  const sizes = new Map(cards.map((card) => [card.layer.name, card]));
  return { direction, cards, layout: layOut(sources, sizes, direction) };
}
