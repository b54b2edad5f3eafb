/**
 * Which places of the last maps speak for a class: Grad-CAM without gradients.
 *
 * Where each map is averaged before the last dense layer, a score is the mean over all
 * places of (weights times maps there), plus a bias (Zhou et al., 2016; for such networks
 * Grad-CAM, Selvaraju et al., 2017, is the same).
 */
import { type Volume, volumeOf } from "../../drawing/volume";
import type { Activations, Values } from "../../engine/engine";
import type { Call, ModelDocument } from "../../page/document";
import type { Exhibit } from "../../page/page";
import type { Target } from "../target";

export interface ClassMap {
  readonly volume: Volume;
  /** In steps of the score: its mean, plus the bias, is the score without its zero. */
  readonly values: Float32Array<ArrayBuffer>;
}

/** null where the network is built otherwise. */
export function mapClass(
  exhibit: Exhibit,
  found: Activations,
  { tensor, channel }: Target,
): ClassMap | null {
  const { model } = exhibit;
  const dense = model.calls.find(({ outputs }) => outputs.includes(tensor));
  if (!dense) return null;
  const isDense =
    dense.kind === "FULLY_CONNECTED" ||
    (dense.kind === "CONV_2D" && isOnePixel(model, dense.inputs[0]));
  const means = isDense ? (dense.inputs[0] ?? "") : tensor;
  const maps = findAveraged(model, means);
  const values = maps ? found.get(maps) : undefined;
  if (!maps || !values) return null;
  const volume = volumeOf(model.tensors[maps]?.shape ?? []);
  const zero = model.tensors[maps]?.zero ?? 0;
  const weights = isDense
    ? weightsOf(exhibit, dense, channel)
    : Float32Array.from({ length: volume.channels }, (_, i) => Number(i === channel));
  if (weights?.length !== volume.channels) return null;
  // A step of the maps in steps of their means.
  const ratio = scaleOf(model, maps) / scaleOf(model, means);
  const scaled = weights.map((weight) => weight * ratio);
  return { volume, values: addUp(values, volume, zero, scaled) };
}

/** The maps of which a tensor holds the means; null of another tensor. */
function findAveraged(model: ModelDocument, name: string): string | null {
  const maker = model.operators.find(({ outputs }) => outputs.includes(name));
  const source = maker?.inputs[0];
  if (!maker || !source) return null;
  if (maker.kind === "RESHAPE") return findAveraged(model, source);
  if (maker.kind !== "MEAN" && maker.kind !== "AVERAGE_POOL_2D") return null;
  const before = volumeOf(model.tensors[source]?.shape ?? []);
  const isWhole = isOnePixel(model, name) && before.rows * before.columns > 1;
  return isWhole ? source : null;
}

function scaleOf({ tensors }: ModelDocument, name: string): number {
  return tensors[name]?.scale ?? 1;
}

function isOnePixel({ tensors }: ModelDocument, name: string | undefined): boolean {
  const { rows, columns } = volumeOf(tensors[name ?? ""]?.shape ?? []);
  return rows * columns === 1;
}

/** Of one output: what a step of each input adds to it, in its own steps. */
function weightsOf(
  { model, engine }: Exhibit,
  { args, params }: Call,
  channel: number,
): Float32Array | null {
  const name = args.find((arg) => arg.endsWith("_weights"));
  const count = name ? (model.arrays[name]?.shape[0] ?? 0) : 0;
  if (!name || !count) return null;
  const all = engine.array(name);
  const size = all.length / count;
  const read = (value: unknown) => {
    if (typeof value === "number") return value;
    const values = engine.array(String(value));
    return values[Math.min(channel, values.length - 1)] ?? 0;
  };
  const gain = read(params.multiplier) * 2 ** (read(params.shift) - 31);
  const own = all.subarray(channel * size, (channel + 1) * size);
  return Float32Array.from(own, (weight) => weight * gain);
}

function addUp(
  maps: Values,
  { rows, columns, channels }: Volume,
  zero: number,
  weights: Float32Array,
): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: rows * columns }, (_, at) => {
    let sum = 0;
    for (let i = 0; i < channels; i++) {
      sum += ((maps[at * channels + i] ?? 0) - zero) * (weights[i] ?? 0);
    }
    return sum;
  });
}
