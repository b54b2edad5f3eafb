/**
 * A picture becomes the model's input: the device's own C, run here on a raw frame.
 *
 * `firmware/include/tcnn/preprocess.h` is the manual of what is laid out in its memory.
 */
import { type Frame, PIXEL_BYTES, type Pixels } from "./frame";
import { type Axis, type Fit, planResizing, type Resizing } from "./resizing";

/** What the page is told: tinycnn/explorer/preprocess.py. */
export interface PreprocessFacts {
  /** Which of the model's inputs is an image. */
  readonly input: number;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly fit: Fit;
  /** What the project's sensor delivers. */
  readonly pixels: Pixels;
  /** Whether tall pictures' columns are resized first. */
  readonly tallFirst: boolean;
  readonly dtype: "int8" | "uint8" | "float32";
  /** The model's value of each byte of an image. */
  readonly table: readonly number[];
  /** Whether a project says so; else it is the usual rule. */
  readonly isProjects: boolean;
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  heap(): number;
  preprocess(struct: number, input: number): void;
}

const STRUCT_BYTES = 92;
const PAGE_BYTES = 65536;

/** A frame's format whose struct and weights lie in the module's memory. */
interface Laid {
  readonly key: string;
  readonly frame: number;
  readonly input: number;
}

export class Preprocessor {
  private laid: Laid | null = null;

  private constructor(
    readonly facts: PreprocessFacts,
    private readonly exports: Exports,
  ) {}

  static async open(
    facts: PreprocessFacts,
    code: Uint8Array<ArrayBuffer>,
  ): Promise<Preprocessor> {
    const { instance } = await WebAssembly.instantiate(code, {});
    return new Preprocessor(facts, instance.exports as unknown as Exports);
  }

  /** The bytes of the model's image input. */
  run(frame: Frame): Uint8Array {
    const laid = this.lay(frame);
    const { memory } = this.exports;
    new Uint8Array(memory.buffer).set(frame.bytes, laid.frame);
    this.exports.preprocess(this.exports.heap(), laid.input);
    const { height, width, channels } = this.facts;
    const image = new Uint8Array(memory.buffer, laid.input, height * width * channels);
    if (this.facts.dtype !== "float32") return image.slice();
    const real = Float32Array.from(image, (byte) => this.facts.table[byte] ?? 0);
    return new Uint8Array(real.buffer);
  }

  /** Memory for frames of this size and format: laid out once, used again and again. */
  private lay(frame: Frame): Laid {
    const key = `${frame.width} ${frame.height} ${frame.pixels}`;
    if (this.laid?.key === key) return this.laid;
    const { height, width, fit, tallFirst } = this.facts;
    const size = [frame.width, frame.height] as const;
    const plan = planResizing(size, [width, height], fit, tallFirst);
    this.laid = { key, ...this.write(frame, plan) };
    return this.laid;
  }

  private write(frame: Frame, plan: Resizing): Omit<Laid, "key"> {
    const { channels, width, height } = this.facts;
    const pixel = PIXEL_BYTES[frame.pixels];
    const axes = [plan.x, plan.y];
    const steps = [pixel, pixel * frame.width];
    const inputSteps = [channels, channels * width];
    if (!plan.rowsFirst) for (const pair of [axes, steps, inputSteps]) pair.reverse();
    const [along, across] = axes as [Axis, Axis];

    const room = new Room(this.exports.heap() + STRUCT_BYTES);
    const line = along.inputs * channels;
    const lines = across.taps * along.outputs * channels;
    const alongAt = placeAxis(room, along);
    const acrossAt = placeAxis(room, across);
    const table = room.take(256);
    const frameAt = room.take(frame.bytes.length);
    const input = room.take(width * height * channels);
    const words = [
      frame.width,
      frame.height,
      pixel,
      channels,
      ...alongAt.words,
      ...acrossAt.words,
      ...steps,
      ...inputSteps,
      table,
      frameAt,
      room.take(line),
      room.take(lines),
      0,
    ];
    this.grow(room.end);
    const { buffer } = this.exports.memory;
    new Uint32Array(buffer, this.exports.heap(), words.length).set(words);
    alongAt.fill(buffer);
    acrossAt.fill(buffer);
    new Uint8Array(buffer, table, 256).set(this.levels());
    return { frame: frameAt, input };
  }

  /** The table of bytes that the C looks up; what is no byte is looked up behind it. */
  private levels(): readonly number[] {
    const isByte = this.facts.dtype !== "float32";
    return isByte ? this.facts.table.map((v) => v & 255) : [...Array(256).keys()];
  }

  private grow(end: number): void {
    const { memory } = this.exports;
    const missing = end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
  }
}

/** Hands out addresses, each a multiple of 4. */
class Room {
  constructor(public end: number) {}

  take(bytes: number): number {
    const start = (this.end + 3) & ~3;
    this.end = start + bytes;
    return start;
  }
}

/** A place for an axis: the words of its struct, and who writes its arrays. */
function placeAxis(room: Room, axis: Axis) {
  const first = room.take(axis.first.byteLength);
  const weights = room.take(axis.weights.byteLength);
  return {
    words: [axis.inputs, axis.outputs, axis.taps, first, weights],
    fill: (buffer: ArrayBuffer) => {
      new Uint16Array(buffer, first, axis.first.length).set(axis.first);
      new Int32Array(buffer, weights, axis.weights.length).set(axis.weights);
    },
  };
}
