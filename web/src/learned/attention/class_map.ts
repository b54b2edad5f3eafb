/**
 * Which places of the last maps speak for a class: Grad-CAM (Selvaraju et al., 2017).
 *
 * From the score back to the last maps, how it changes with each number; a map counts by
 * the sum of that over its places. Where each map is averaged before the last dense layer
 * this splits the score itself (Zhou et al., 2016).
 */
import { type Volume, volumeOf } from "../../drawing/volume";
import type { Activations, Values } from "../../engine/engine";
import { titleOf } from "../../network/words";
import type { Call, ModelDocument, Operator } from "../../page/document";
import type { Exhibit } from "../../page/page";
import type { Target } from "../target";
import { pullBack } from "./slopes";

export interface ClassMap {
  readonly volume: Volume;
  /** In steps of the score. */
  readonly values: Float32Array<ArrayBuffer>;
  /** Whether their mean, plus a constant, is the score. */
  readonly isSplit: boolean;
}

/** Of a network that has none: why, to go on after "because". */
export interface NoMap {
  readonly missing: string;
}

const DENSE = ["FULLY_CONNECTED", "CONV_2D"];

/** The map of a class for what a run of the network gave. */
export function mapClass(
  { model, engine }: Exhibit,
  found: Activations,
  { tensor, channel, count }: Target,
): ClassMap | NoMap {
  const passed: Operator[] = [];
  let name = tensor;
  let slopes = new Float32Array(count);
  slopes[channel] = 1;
  for (;;) {
    const operator = model.operators.find(({ outputs }) => outputs.includes(name));
    const source = operator?.inputs[0];
    const input = source ? found.get(source) : undefined;
    if (!operator || !source || !input) return { missing: "it has no maps" };
    const call = model.calls.find(({ outputs }) => outputs.includes(name));
    const back = pullBack({
      engine,
      operator,
      call,
      input,
      before: sizeOf(model, source),
      after: sizeOf(model, name),
      ratio: scaleOf(model, source) / scaleOf(model, name),
      scale: scaleOf(model, source),
      zero: model.tensors[source]?.zero ?? 0,
      slopes: name === tensor ? slopes : within(slopes, found.get(name), call),
    });
    if (!back) return finish(operator);
    passed.push(operator);
    name = source;
    slopes = Float32Array.from(back);
  }

  function finish(stop: Operator): ClassMap | NoMap {
    const volume = sizeOf(model, name);
    const maps = found.get(name);
    if (!maps || volume.rows * volume.columns === 1) {
      const title = titleOf({ operator: stop, volume });
      return { missing: `how ${title} passes on a change is not known here` };
    }
    const zero = model.tensors[name]?.zero ?? 0;
    const values = addUp(maps, volume, zero, addPlaces(slopes, volume));
    return { volume, values, isSplit: isSplit(passed, volume) };
  }
}

/** Whether only means, and one dense layer, were passed: a sum over places. */
function isSplit(passed: readonly Operator[], { rows, columns }: Volume): boolean {
  const count = (test: (operator: Operator) => boolean) => passed.filter(test).length;
  const isWhole = ({ kind, window }: Operator) =>
    kind === "MEAN" ||
    (kind === "AVERAGE_POOL_2D" &&
      window?.size[0] === rows &&
      window?.size[1] === columns);
  const isDense = ({ kind }: Operator) => DENSE.includes(kind);
  const isMoved = ({ kind }: Operator) => ["RESHAPE", "SQUEEZE"].includes(kind);
  const means = count(isWhole);
  const dense = count(isDense);
  return means === 1 && dense <= 1 && means + dense + count(isMoved) === passed.length;
}

/** What a dense layer has cut off does not move. */
function within(
  slopes: Float32Array,
  values: Values | undefined,
  call: Call | undefined,
): Float32Array {
  if (!call || !DENSE.includes(call.kind)) return slopes;
  const low = Number(call.params.clamp_min);
  const high = Number(call.params.clamp_max);
  const isFree = (value: number) => value > low && value < high;
  return slopes.map((slope, i) => (isFree(values?.[i] ?? 0) ? slope : 0));
}

function sizeOf({ tensors }: ModelDocument, name: string): Volume {
  return volumeOf(tensors[name]?.shape ?? []);
}

function scaleOf({ tensors }: ModelDocument, name: string): number {
  return tensors[name]?.scale ?? 1;
}

function addPlaces(slopes: Float32Array, { channels }: Volume): Float32Array {
  const found = new Float32Array(channels);
  slopes.forEach((slope, i) => {
    found[i % channels] = (found[i % channels] ?? 0) + slope;
  });
  return found;
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
