/**
 * A model's WebAssembly: runs it as a board does, and takes each tensor in time.
 *
 * No part of it needs a page, so that a worker can have one, too.
 */
import type { ModelDocument } from "../page/document";
import { bytesOf, type Values, viewOf } from "./values";

export type { Values };

/** What an inference computed, by tensor. */
export type Activations = ReadonlyMap<string, Values>;

export type Variant = "simd" | "mvp";

interface Exports {
  readonly memory: WebAssembly.Memory;
  arena(): number;
  invoke(): void;
  step(index: number): void;
}

// The smallest module with an instruction on vectors: (v128.const 0), dropped.
const PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 23, 1, 21, 0, 253, 12,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 26, 11,
]);

/** The variant that runs here. */
export function chooseVariant(): Variant {
  return WebAssembly.validate(PROBE) ? "simd" : "mvp";
}

export class Engine {
  /** By the number of steps that are done, the tensors that are whole then. */
  private readonly intactAt: readonly (readonly string[])[];

  private constructor(
    readonly model: ModelDocument,
    readonly variant: Variant,
    /** The module, for an engine of its own in a worker. */
    readonly code: Uint8Array<ArrayBuffer>,
    private readonly exports: Exports & Record<string, unknown>,
  ) {
    const { tensors, calls } = model;
    this.intactAt = Array.from({ length: calls.length + 1 }, (_, step) =>
      Object.keys(tensors).filter((name) => tensors[name]?.step === step),
    );
  }

  /** An engine of the variant that runs here; `read` gives the module's bytes. */
  static async open(
    model: ModelDocument,
    read: (variant: Variant) => Promise<Uint8Array<ArrayBuffer>>,
    variant: Variant = chooseVariant(),
  ): Promise<Engine> {
    const code = await read(variant);
    const { instance } = await WebAssembly.instantiate(code, {});
    const exports = instance.exports as unknown as Exports & Record<string, unknown>;
    return new Engine(model, variant, code, exports);
  }

  /** Every tensor of an inference of `input`, all inputs end to end. */
  run(input: Uint8Array): Activations {
    this.write(input);
    const taken = new Map<string, Values>();
    this.intactAt.forEach((names, step) => {
      for (const name of names) taken.set(name, this.take(name));
      if (step < this.model.calls.length) this.exports.step(step);
    });
    return taken;
  }

  /** One tensor alone, of no more steps than it needs. */
  one(input: Uint8Array, name: string): Values {
    this.write(input);
    const last = this.model.tensors[name]?.step ?? 0;
    for (let step = 0; step < last; step++) this.exports.step(step);
    return this.take(name);
  }

  /** The outputs alone, end to end: what a board answers. */
  answer(input: Uint8Array): Uint8Array {
    this.write(input);
    this.exports.invoke();
    const taken = this.model.outputs.map((name) => [name, this.take(name)] as const);
    return this.joinOutputs(new Map(taken));
  }

  /** The outputs among an inference's tensors, end to end. */
  joinOutputs(activations: Activations): Uint8Array {
    const parts = this.model.outputs.map((name) => {
      const values = activations.get(name);
      if (!values) throw new Error(`the model has no output '${name}'`);
      return bytesOf(values);
    });
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let end = 0;
    for (const part of parts) {
      whole.set(part, end);
      end += part.length;
    }
    return whole;
  }

  /** A constant of the generated C; it is the module's own memory. */
  array(name: string): Values {
    const facts = this.model.arrays[name];
    const address = this.exports[name] as WebAssembly.Global | undefined;
    if (!facts || !address) throw new Error(`the model has no array '${name}'`);
    const { buffer } = this.exports.memory;
    return viewOf(new Uint8Array(buffer, address.value, facts.bytes), facts.ctype);
  }

  private write(input: Uint8Array): void {
    const memory = new Uint8Array(this.exports.memory.buffer);
    let start = 0;
    for (const name of this.model.inputs) {
      const tensor = this.model.tensors[name];
      if (!tensor) continue;
      const part = input.subarray(start, start + tensor.bytes);
      memory.set(part, this.exports.arena() + tensor.offset);
      start += tensor.bytes;
    }
  }

  /** A copy of a tensor's values as they are in the arena now. */
  private take(name: string): Values {
    const tensor = this.model.tensors[name];
    if (!tensor) throw new Error(`the model has no tensor '${name}'`);
    const start = this.exports.arena() + tensor.offset;
    const { buffer } = this.exports.memory;
    return viewOf(
      new Uint8Array(buffer.slice(start, start + tensor.bytes)),
      tensor.dtype,
    );
  }
}
