import "./layer_card.css";
import { boxStyle } from "../drawing/css";
import { type Drawing, planDrawing } from "../drawing/drawing";
import { measureText } from "../drawing/text";
import { printSize } from "../drawing/volume";
import { hasScores } from "./answer";
import { FieldMark } from "./field_mark";
import type { Layer } from "./graph";
import { LayerCanvas } from "./layer_canvas";
import type { Box, Size } from "./layout/layout";
import { pointed } from "./pointing";
import type { Scene } from "./scene";
import { Scores, sizeOfScores } from "./scores";
import { longTitleOf, titleOf } from "./words";

/** What a card holds, and how large it is with its head and border. */
export interface Card extends Size {
  readonly layer: Layer;
  /** null where the classes' scores are listed. */
  readonly drawing: Drawing | null;
  readonly title: string;
}

/** What a drawing may take, and whether there is room for long titles and lists. */
export interface CardRoom {
  readonly width: number;
  readonly height: number;
  readonly side: number;
  readonly isRoomy: boolean;
}

const PADDING = 7;
const HEAD = 40;

/** The card of a layer whose drawing may take so much room. */
export function planCard(
  layer: Layer,
  { network, exhibit: { model, examples } }: Scene,
  room: CardRoom,
): Card {
  const isOutput = model.outputs.includes(layer.name);
  const isList = (isOutput || room.isRoomy) && hasScores(layer, network, model.outputs);
  const drawing = isList ? null : planDrawing(layer.volume, room, !layer.operator);
  const body = drawing ?? sizeOfScores(layer, examples);
  const title = room.isRoomy ? longTitleOf(layer) : titleOf(layer);
  const text = Math.max(
    measureText(title, 12, 600),
    measureText(printSize(layer.volume), 11),
  );
  return {
    layer,
    drawing,
    title,
    width: Math.ceil(Math.max(body.width, text)) + 2 * PADDING + 2,
    height: Math.ceil(body.height) + HEAD + PADDING + 2,
  };
}

/** A layer where the layout puts it: its name, its size, its maps. */
export function LayerCard({
  card: { layer, drawing, title },
  box,
  scene,
}: {
  card: Card;
  box: Box;
  scene: Scene;
}) {
  const { exhibit, live } = scene;
  const name = `${longTitleOf(layer)}, ${printSize(layer.volume)}`;
  const point = () => {
    if (pointed.peek()?.tensor === layer.name) return;
    pointed.value = { tensor: layer.name, channel: 0, place: null };
  };
  return (
    <figure
      class="layer-card"
      style={boxStyle(box)}
      data-tensor={layer.name}
      onPointerEnter={point}
      onPointerLeave={() => {
        pointed.value = null;
      }}
    >
      <figcaption>
        <span class="strong">{title}</span>
        <small>{printSize(layer.volume)}</small>
      </figcaption>
      {drawing ? (
        <div class="layer-body">
          <LayerCanvas layer={layer} drawing={drawing} live={live} title={name} />
          {layer.operator ? null : (
            <FieldMark layer={layer} drawing={drawing} scene={scene} />
          )}
        </div>
      ) : (
        <Scores layer={layer} live={live} examples={exhibit.examples} title={name} />
      )}
    </figure>
  );
}
