/** Doing seldom what is asked for often: at once while it is rare, else a little later. */

export interface Sparing {
  /** It is to be done: soon, and once for all who ask meanwhile. */
  ask(): void;
  /** Does now what is still to be done. */
  hurry(): void;
}

/** What may be done at once, before there is a pause. */
const AT_ONCE = 40;
const PAUSE_MS = 600;

/** `act`, never more than 90 times in 30 seconds. */
export function makeSparing(act: () => void, clock = () => performance.now()): Sparing {
  let credit = AT_ONCE;
  let counted = clock();
  let isAsked = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = () => {
    if (!isAsked) return;
    clearTimeout(timer);
    isAsked = false;
    credit--;
    act();
  };
  const wait = () => {
    const now = clock();
    credit = Math.min(AT_ONCE, credit + (now - counted) / PAUSE_MS);
    counted = now;
    if (credit >= 1) run();
    else timer = setTimeout(wait, Math.ceil((1 - credit) * PAUSE_MS));
  };
  return {
    ask() {
      if (isAsked) return;
      isAsked = true;
      // All that changes in one turn is one change.
      queueMicrotask(wait);
    },
    hurry: run,
  };
}
