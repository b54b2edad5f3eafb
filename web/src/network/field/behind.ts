/** What of its source a block of a layer is computed of, by the layer's operator. */
import { isVector, type Volume } from "../../drawing/volume";
import type { Call, ModelDocument, Operator, Window } from "../../page/document";
import type { Layer, Network } from "../graph";
import { type Block, clip, type Span, shift, wholeOf } from "./block";

/** The blocks of `source` that count, none if nothing does; null if it is not known. */
export function behind(
  model: ModelDocument,
  network: Network,
  layer: Layer,
  source: Layer,
  block: Block,
): readonly Block[] | null {
  const { operator, volume } = layer;
  if (!operator) return [];
  const from = source.volume;
  if (operator.window)
    return [behindWindow(operator, operator.window, block, layer, from)];
  switch (operator.kind) {
    case "RESHAPE":
    case "SQUEEZE":
    case "EXPAND_DIMS":
      return [behindReshape(clip(block, volume) ?? wholeOf(volume), volume, from)];
    case "CONCATENATION":
      return behindConcatenation(network, layer, source, block);
    case "PAD":
    case "PADV2":
      return behindPadding(model.calls[operator.step], block);
    case "SOFTMAX":
    case "LOG_SOFTMAX":
    case "L2_NORMALIZATION":
      return [{ ...block, channels: wholeOf(from).channels }];
    case "FULLY_CONNECTED":
      return isVector(volume) ? [wholeOf(from)] : null;
    case "MEAN":
    case "SUM":
    case "REDUCE_MAX":
    case "REDUCE_MIN":
      return isVector(volume) && volume.channels === from.channels
        ? [{ ...wholeOf(from), channels: block.channels }]
        : null;
    default:
      return POINTWISE.has(operator.kind) ? [broadcast(block, volume, from)] : null;
  }
}

/** What computes each value of the values at the same place. */
const POINTWISE: ReadonlySet<string> = new Set(
  `ABS ADD CAST DEQUANTIZE ELU EXP FLOOR_DIV GELU HARD_SWISH LEAKY_RELU LOGISTIC MAXIMUM
   MINIMUM MUL PRELU QUANTIZE RELU RELU6 RELU_0_TO_1 RELU_N1_TO_1 SQUARED_DIFFERENCE SUB
   TANH`
    .split(/\s+/)
    .filter(Boolean),
);

function behindWindow(
  { kind }: Operator,
  { size, stride, dilation, padding }: Window,
  { rows, columns, channels }: Block,
  { volume }: Layer,
  from: Volume,
): Block {
  const along = ([first, last]: Span, side: 0 | 1): Span => [
    first * stride[side] - padding[side],
    last * stride[side] - padding[side] + (size[side] - 1) * dilation[side],
  ];
  // A depthwise convolution makes one channel or several of each; a pool one.
  const copies = Math.max(1, volume.channels / from.channels);
  return {
    rows: along(rows, 0),
    columns: along(columns, 1),
    channels:
      kind === "CONV_2D"
        ? wholeOf(from).channels
        : [Math.floor(channels[0] / copies), Math.floor(channels[1] / copies)],
  };
}

/** The values keep their order: from the first to the last of them. */
function behindReshape(block: Block, to: Volume, from: Volume): Block {
  const flat = (side: 0 | 1) =>
    (block.rows[side] * to.columns + block.columns[side]) * to.channels +
    block.channels[side];
  const at = (index: number) => {
    const pixel = Math.floor(index / from.channels);
    return [
      Math.floor(pixel / from.columns),
      pixel % from.columns,
      index % from.channels,
    ] as const;
  };
  const [first, last] = [at(flat(0)), at(flat(1))];
  const all = wholeOf(from);
  const isOneRow = first[0] === last[0];
  const isOneColumn = isOneRow && first[1] === last[1];
  return {
    rows: [first[0], last[0]],
    columns: isOneRow ? [first[1], last[1]] : all.columns,
    channels: isOneColumn ? [first[2], last[2]] : all.channels,
  };
}

/** Along the side on which the sources' sizes add up to the layer's. */
function behindConcatenation(
  network: Network,
  { operator, volume }: Layer,
  source: Layer,
  block: Block,
): readonly Block[] | null {
  const parts = operator?.inputs.map((name) => network.get(name)?.volume) ?? [];
  const side = (["channels", "columns", "rows"] as const).find(
    (one) =>
      source.volume[one] < volume[one] &&
      parts.reduce((sum, part) => sum + (part?.[one] ?? 0), 0) === volume[one],
  );
  if (!side || !operator) return null;
  const last = source.volume[side] - 1;
  return operator.inputs.flatMap((name, i) => {
    if (name !== source.name) return [];
    const start = parts.slice(0, i).reduce((sum, part) => sum + (part?.[side] ?? 0), 0);
    const [a, b] = shift(block[side], -start);
    const within: Span = [Math.max(0, a), Math.min(last, b)];
    return within[0] <= within[1] ? [{ ...block, [side]: within }] : [];
  });
}

function behindPadding(call: Call | undefined, block: Block): readonly Block[] | null {
  const before = call?.params.before;
  if (!Array.isArray(before) || before.length !== 4) return null;
  const [top, left, first] = before.slice(1).map(Number) as [number, number, number];
  return [
    {
      rows: shift(block.rows, -top),
      columns: shift(block.columns, -left),
      channels: shift(block.channels, -first),
    },
  ];
}

/** A side on which the source has one value is read by all. */
function broadcast(block: Block, to: Volume, from: Volume): Block {
  const pick = (span: Span, wide: number, narrow: number): Span =>
    narrow < wide ? [0, narrow - 1] : span;
  return {
    rows: pick(block.rows, to.rows, from.rows),
    columns: pick(block.columns, to.columns, from.columns),
    channels: pick(block.channels, to.channels, from.channels),
  };
}
