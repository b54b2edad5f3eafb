/** Drawing when the screen is next drawn: once, however often it was asked for. */
const waiting = new Set<() => void>();
let isAsked = false;

/** Runs `draw` before the next frame, once, whatever else asks for the same. */
export function onNextFrame(draw: () => void): void {
  waiting.add(draw);
  if (isAsked) return;
  isAsked = true;
  requestAnimationFrame(() => {
    isAsked = false;
    const drawn = [...waiting];
    waiting.clear();
    for (const one of drawn) one();
  });
}

/** `draw` is no longer wanted. */
export function forgetFrame(draw: () => void): void {
  waiting.delete(draw);
}
