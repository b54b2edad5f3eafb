import "./player.css";
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

interface Props {
  /** What is gone through, for those who do not see it. */
  readonly label: string;
  readonly step: Signal<number>;
  /** Steps in all; 1 or more. */
  readonly count: number;
  /** Milliseconds that a step is shown. */
  readonly pace: number;
}

/** Goes through steps: by itself, one by one, or by a slider. */
export function Player({ label, step, count, pace }: Props) {
  const isPlaying = useSignal(false);
  const last = count - 1;
  useEffect(() => {
    if (!isPlaying.value) return;
    const timer = setInterval(() => {
      step.value = step.value >= last ? 0 : step.value + 1;
    }, pace);
    return () => clearInterval(timer);
  }, [isPlaying.value, last, pace]);
  const go = (to: number) => {
    isPlaying.value = false;
    step.value = Math.max(0, Math.min(last, to));
  };
  return (
    <fieldset class="lab-row lab-player" aria-label={label}>
      <button
        type="button"
        onClick={() => {
          isPlaying.value = !isPlaying.value;
        }}
      >
        {isPlaying.value ? "Pause" : "Play"}
      </button>
      <button
        type="button"
        disabled={step.value <= 0}
        onClick={() => go(step.value - 1)}
      >
        Back
      </button>
      <button
        type="button"
        disabled={step.value >= last}
        onClick={() => go(step.value + 1)}
      >
        Step
      </button>
      <input
        type="range"
        aria-label={`${label}: step`}
        min="0"
        max={last}
        value={Math.min(step.value, last)}
        onInput={(event) => go(event.currentTarget.valueAsNumber)}
      />
    </fieldset>
  );
}
