/**
 * Walking through an output, number by number, as a kernel does.
 *
 * While it plays by itself the place is kept here, not in the address: browsers refuse
 * to write that so often. Where it stops, the address has it.
 */
import { batch, type Signal, signal } from "@preact/signals";
import type { Place, Volume } from "../drawing/volume";
import { isVector } from "../drawing/volume";
import { channel, position } from "../state/selection";

/** Milliseconds from number to number. */
export const SPEEDS = { slow: 1000, medium: 300, fast: 60 } as const;
export type Speed = keyof typeof SPEEDS;

export interface Walk {
  readonly isPlaying: Signal<boolean>;
  /** Whether what comes later is still hidden. */
  readonly isFilling: Signal<boolean>;
  /** The place while it plays; null for what the address says. */
  readonly cursor: Signal<number | null>;
  readonly speed: Signal<Speed>;
}

export function makeWalk(): Walk {
  return {
    isPlaying: signal(false),
    isFilling: signal(false),
    cursor: signal<number | null>(null),
    speed: signal<Speed>("medium"),
  };
}

/** How many numbers are walked through: a map, or the channels of a vector. */
export function lengthOf(volume: Volume): number {
  return isVector(volume) ? volume.channels : volume.rows * volume.columns;
}

/** Which of them a number is. */
export function stepOf(volume: Volume, [row, column]: Place, at: number): number {
  return isVector(volume) ? at : row * volume.columns + column;
}

/** The place of a step; the channel stays but in a vector. */
export function placeOf(volume: Volume, step: number, at: number): [Place, number] {
  if (isVector(volume)) return [[0, 0], step];
  return [[Math.floor(step / volume.columns), step % volume.columns], at];
}

/** Looks at a step of the walk, and says so in the address. */
export function goTo(volume: Volume, step: number, at: number): void {
  const [place, found] = placeOf(volume, step, at);
  batch(() => {
    position.value = place;
    channel.value = found;
  });
}

/** Stops where it is. */
export function pause(walk: Walk, volume: Volume, at: number): void {
  batch(() => {
    const step = walk.cursor.peek();
    walk.isPlaying.value = false;
    walk.cursor.value = null;
    if (step !== null) goTo(volume, step, at);
  });
}

/** Goes on by one, or stops at the end. */
export function advance(walk: Walk, volume: Volume, step: number, at: number): void {
  if (step + 1 < lengthOf(volume)) walk.cursor.value = step + 1;
  else {
    pause(walk, volume, at);
    walk.isFilling.value = false;
  }
}
