import { useRef } from "preact/hooks";
import type { Sight } from "./answers";
import type { Kind, Warp } from "./warp";

interface Props {
  readonly sight: Sight;
  readonly kinds: readonly Kind[];
  readonly warp: Warp;
  readonly onDrag: (to: Partial<Warp>) => void;
  /** It is let go of. */
  readonly onDone: () => void;
  readonly children: preact.ComponentChildren;
}

/** Moves what lies in it by the pixels of the picture that the pointer goes. */
export function Draggable({ sight, kinds, warp, onDrag, onDone, children }: Props) {
  const held = useRef<{ x: number; y: number; right: number; down: number } | null>(
    null,
  );
  const clamp = (id: Kind["id"], value: number) => {
    const kind = kinds.find((one) => one.id === id);
    return Math.max(kind?.from ?? 0, Math.min(kind?.to ?? 0, Math.round(value)));
  };
  const release = () => {
    if (held.current) onDone();
    held.current = null;
  };
  return (
    <div
      class="lab-drag"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        const { right, down } = warp;
        held.current = { x: event.clientX, y: event.clientY, right, down };
      }}
      onPointerMove={(event) => {
        const from = held.current;
        if (!from) return;
        const pixel = event.currentTarget.clientWidth / sight.pixels.width;
        onDrag({
          right: clamp("right", from.right + (event.clientX - from.x) / pixel),
          down: clamp("down", from.down + (event.clientY - from.y) / pixel),
        });
      }}
      onPointerUp={release}
      onPointerCancel={release}
    >
      {children}
    </div>
  );
}
