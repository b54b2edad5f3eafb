/**
 * The portable CONV_2D of the boards, without a model: firmware/ports/lab in this page.
 */
import { readBytes, readJson } from "../../page/blobs";

/** All of `tcnn_conv_2d_params_t` but its two pointers: convolution.h is the manual. */
export interface ConvolutionSizes {
  readonly input_height: number;
  readonly input_width: number;
  readonly input_channels: number;
  readonly output_height: number;
  readonly output_width: number;
  readonly output_channels: number;
  readonly kernel_height: number;
  readonly kernel_width: number;
  readonly stride_height: number;
  readonly stride_width: number;
  readonly dilation_height: number;
  readonly dilation_width: number;
  readonly pad_top: number;
  readonly pad_left: number;
  readonly input_zero_point: number;
  readonly output_zero_point: number;
  readonly clamp_min: number;
  readonly clamp_max: number;
}

/** What a convolution computes with; one multiplier and shift an output channel. */
export interface Convolution {
  readonly sizes: ConvolutionSizes;
  readonly input: Int8Array;
  /** [output channel][kernel row][kernel column][input channel] */
  readonly weights: Int8Array;
  readonly bias: Int32Array;
  readonly multiplier: Int32Array;
  readonly shift: Int8Array;
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  heap(): number;
  conv_2d(params: number, x: number, weights: number, bias: number, y: number): void;
}

export class LabKernels {
  private constructor(
    private readonly exports: Exports,
    /** The struct's fields in order, as Python has them. */
    private readonly fields: readonly string[],
  ) {}

  /** The page's own. Throws if it has none. */
  static async open(): Promise<LabKernels> {
    const { params } = await readJson<{ params: readonly string[] }>("lab");
    return LabKernels.from(await readBytes("lab-module"), params);
  }

  static async from(
    code: Uint8Array<ArrayBuffer>,
    fields: readonly string[],
  ): Promise<LabKernels> {
    const { instance } = await WebAssembly.instantiate(code, {});
    return new LabKernels(instance.exports as unknown as Exports, fields);
  }

  /** The output: [row][column][channel]. Throws if the memory is too small for it. */
  convolve(task: Convolution): Int8Array {
    const { memory, heap } = this.exports;
    let free = heap();
    const take = (bytes: number): number => {
      const place = Math.ceil(free / 16) * 16;
      free = place + bytes;
      if (free > memory.buffer.byteLength) throw new Error("a picture too large");
      return place;
    };
    const put = (values: Int8Array | Int32Array): number => {
      const place = take(values.byteLength);
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      new Uint8Array(memory.buffer).set(bytes, place);
      return place;
    };
    const { sizes } = task;
    const known: Record<string, number> = {
      ...sizes,
      multiplier: put(task.multiplier),
      shift: put(task.shift),
    };
    const params = put(Int32Array.from(this.fields, (name) => known[name] ?? 0));
    const count = sizes.output_height * sizes.output_width * sizes.output_channels;
    const [x, weights, bias] = [put(task.input), put(task.weights), put(task.bias)];
    const y = take(count);
    this.exports.conv_2d(params, x, weights, bias, y);
    return new Int8Array(memory.buffer.slice(y, y + count));
  }
}
