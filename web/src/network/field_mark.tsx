import { useComputed } from "@preact/signals";
import { boxStyle } from "../drawing/css";
import type { Drawing } from "../drawing/drawing";
import { lengthOf } from "./field/block";
import type { Layer } from "./graph";
import type { Scene } from "./scene";

/** On an input: what the value that is looked at sees of it. */
export function FieldMark({
  layer,
  drawing,
  scene,
}: {
  layer: Layer;
  drawing: Drawing;
  scene: Scene;
}) {
  const field = useComputed(() => scene.fields.value.get(layer.name) ?? null).value;
  if (!field) return null;
  const first = drawing.cellOf({
    channel: field.channels[0],
    place: [field.rows[0], field.columns[0]],
  });
  const rect = {
    left: first.left,
    top: first.top,
    width: first.width * lengthOf(field.columns),
    height: first.height * lengthOf(field.rows),
  };
  return <span class="mark window" style={boxStyle(rect)} />;
}
