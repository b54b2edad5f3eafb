import "./player.css";
import { useEffect, useState } from "preact/hooks";
import type { Volume } from "../drawing/volume";
import { advance, goTo, lengthOf, pause, SPEEDS, type Speed, type Walk } from "./walk";

interface Props {
  readonly walk: Walk;
  readonly volume: Volume;
  /** Where the walk is. */
  readonly step: number;
  readonly channel: number;
}

/** Drawn, as not every font has these signs. */
const ICONS = {
  first: "M3 3h2v10H3zM13 3v10L6 8z",
  back: "M12 3v10L4 8z",
  play: "M4 2v12l9-6z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  on: "M3 3v10l7-5zM11 3h2v10h-2z",
} as const;

/** Through the output number by number: by itself, or step by step. */
export function Player({ walk, volume, step, channel }: Props) {
  const isStill = useStillness();
  const last = lengthOf(volume) - 1;
  const isPlaying = walk.isPlaying.value;
  useEffect(() => {
    if (!isPlaying) return;
    const wait = SPEEDS[walk.speed.value];
    const timer = setTimeout(() => advance(walk, volume, step, channel), wait);
    return () => clearTimeout(timer);
  });
  const leap = (to: number) => {
    pause(walk, volume, channel);
    walk.isFilling.value = to > 0 || last > 0;
    goTo(volume, to, channel);
  };
  const play = () => {
    if (isPlaying) return pause(walk, volume, channel);
    walk.isFilling.value = true;
    walk.cursor.value = step === last ? 0 : step;
    walk.isPlaying.value = true;
  };
  return (
    <fieldset class="player">
      <legend class="hidden">Walk through the output</legend>
      <Button
        name="First number"
        icon={ICONS.first}
        off={step === 0}
        onClick={() => leap(0)}
      />
      <Button
        name="One number back"
        icon={ICONS.back}
        off={step === 0}
        onClick={() => leap(step - 1)}
      />
      {isStill ? null : (
        <Button
          name={isPlaying ? "Pause" : "Play"}
          icon={isPlaying ? ICONS.pause : ICONS.play}
          isMain
          off={last === 0}
          onClick={play}
        />
      )}
      <Button
        name="One number on"
        icon={ICONS.on}
        off={step === last}
        onClick={() => leap(step + 1)}
      />
      <span class="where">
        {step + 1} of {last + 1}
      </span>
      {isStill ? null : <SpeedChoice walk={walk} />}
      {walk.isFilling.value && !isPlaying ? (
        <button type="button" onClick={() => (walk.isFilling.value = false)}>
          Show the rest
        </button>
      ) : null}
    </fieldset>
  );
}

interface ButtonProps {
  readonly name: string;
  readonly icon: string;
  readonly off: boolean;
  readonly isMain?: boolean;
  readonly onClick: () => void;
}

function Button({ name, icon, off, isMain, onClick }: ButtonProps) {
  return (
    <button
      type="button"
      class={isMain ? "main" : undefined}
      aria-label={name}
      title={name}
      disabled={off}
      onClick={onClick}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path d={icon} />
      </svg>
    </button>
  );
}

function SpeedChoice({ walk }: { walk: Walk }) {
  return (
    <label class="speed">
      Speed{" "}
      <select
        value={walk.speed.value}
        onChange={(event) => {
          walk.speed.value = event.currentTarget.value as Speed;
        }}
      >
        {Object.keys(SPEEDS).map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Whether the reader has asked for less motion: then nothing moves by itself. */
function useStillness(): boolean {
  const [isStill, setStill] = useState(false);
  useEffect(() => {
    const asked = window.matchMedia("(prefers-reduced-motion: reduce)");
    const read = () => setStill(asked.matches);
    read();
    asked.addEventListener("change", read);
    return () => asked.removeEventListener("change", read);
  }, []);
  return isStill;
}
