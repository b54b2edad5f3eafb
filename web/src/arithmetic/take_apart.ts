/**
 * One number of any tensor taken apart, by the kernel that computes it.
 *
 * The arithmetic is the reference's, once more, on whole numbers: no kernel is asked.
 * That it equals what the module computes is shown, and tested for every byte.
 */
import type { Operator } from "../page/document";
import type { Breakdown } from "./breakdown";
import { type Element, pick, type Run } from "./element";
import { takeDividedByLength } from "./length";
import { takeCopied, takeMoved, takePadded } from "./moved";
import {
  takeAdd,
  takeAddBroadcast,
  takeLarger,
  takeMultiply,
  takeSmaller,
  takeSquaredDifference,
} from "./pair";
import {
  takeAveragePool,
  takeLargest,
  takeMaxPool,
  takeMean,
  takePlace,
  takeSmallest,
} from "./pooling";
import { takeNearest, takeResized } from "./resized";
import {
  takeFromReal,
  takeLookup,
  takeRescaled,
  takeRescaledUnsigned,
  takeToReal,
} from "./single";
import { takeSlope } from "./slope";
import { takeLogSoftmax, takeSoftmax } from "./softmax";
import { takeRealSoftmax } from "./softmax_real";
import {
  takeConvolution,
  takeDense,
  takeDepthwise,
  takeGroupedConvolution,
  takeTransposed,
} from "./weighted";

/** null where the number is not of this call. */
type Take = (element: Element) => Breakdown | null;

const KERNELS: Readonly<Record<string, Take>> = {
  tcnn_conv_2d_s8: takeConvolution,
  tcnn_grouped_conv_2d_s8: takeGroupedConvolution,
  tcnn_depthwise_conv_2d_s8: takeDepthwise,
  tcnn_transpose_conv_s8: takeTransposed,
  tcnn_fully_connected_s8: takeDense,
  tcnn_max_pool_2d_s8: takeMaxPool,
  tcnn_average_pool_2d_s8: takeAveragePool,
  tcnn_resize_bilinear_s8: takeResized,
  tcnn_resize_nearest_neighbor_s8: takeNearest,
  tcnn_mean_s8: takeMean,
  tcnn_reduce_max_s8: takeLargest,
  tcnn_reduce_min_s8: takeSmallest,
  tcnn_arg_extremum_s8_s32: takePlace,
  tcnn_arg_extremum_s8_s64: takePlace,
  tcnn_add_s8: takeAdd,
  tcnn_add_broadcast_s8: takeAddBroadcast,
  tcnn_mul_s8: takeMultiply,
  tcnn_maximum_s8: takeLarger,
  tcnn_minimum_s8: takeSmaller,
  tcnn_squared_difference_s8: takeSquaredDifference,
  tcnn_prelu_s8: takeSlope,
  tcnn_l2_normalization_s8: takeDividedByLength,
  tcnn_softmax_s8: takeSoftmax,
  tcnn_log_softmax_s8: takeLogSoftmax,
  tcnn_softmax_f32: takeRealSoftmax,
  tcnn_lookup_s8: takeLookup,
  tcnn_quantize_f32_s8: takeFromReal,
  tcnn_dequantize_s8_f32: takeToReal,
  tcnn_requantize_s8_s8: takeRescaled,
  tcnn_requantize_u8_s8: takeRescaled,
  tcnn_requantize_s8_u8: takeRescaledUnsigned,
  tcnn_copy_s8: takeCopied,
  tcnn_move_s8: takeMoved,
  tcnn_pad_s8: takePadded,
};

/** The operator that computes a tensor; null of what the network is given. */
export function findProducer({ model }: Run, tensor: string): Operator | null {
  return model.operators.find((one) => one.outputs.includes(tensor)) ?? null;
}

/**
 * How a number comes about.
 *
 * @param run An inference.
 * @param tensor The name of the tensor that it is in.
 * @param index Its place there, all dimensions in one.
 */
export function takeApart(run: Run, tensor: string, index: number): Breakdown {
  const values = run.activations.get(tensor);
  if (!values) throw new RangeError(`no tensor '${tensor}'`);
  const operator = findProducer(run, tensor);
  const result = pick(values, index);
  if (!operator) return { family: "given", result, real: null };
  if (operator.calls === 0) return alias(run, operator, index);
  const { step, calls } = operator;
  const found = run.model.calls
    .slice(step, step + calls)
    .filter((call) => call.outputs.includes(tensor))
    .map((call) => KERNELS[call.function]?.({ run, call, tensor, index }) ?? null)
    .filter((one) => one !== null);
  // where several calls write one place, the last one counts
  return found.at(-1) ?? { family: "unknown", result, real: null };
}

/** What an operator without a call gives is its input by another name. */
function alias(run: Run, { inputs }: Operator, index: number): Breakdown {
  const name = inputs[0] ?? "";
  const result = pick(run.activations.get(name) ?? [], index);
  const { scale, zero } = run.model.tensors[name] ?? {};
  const real = typeof scale === "number" ? scale * (result - (zero ?? 0)) : result;
  const source = { name, index };
  return { family: "moved", source, isPadding: false, result, real };
}
