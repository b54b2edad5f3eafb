/** A board that is connected: who it is, and what it makes of an input. */
import { Client, ResetError } from "./client";
import { type BoardInfo, parseHello } from "./hello";
import { Kind } from "./packets";
import type { Transport } from "./transport";

/** One inference on a board. */
export interface BoardRun {
  /** All outputs end to end. */
  readonly output: Uint8Array;
  /** By the board's own clock. */
  readonly micros: number;
  /** 0 where the board does not count them. */
  readonly cycles: number;
}

const MOST_RESETS = 3;
const TIMES_BYTES = 8;
const OFFSET_BYTES = 4;

export class Board {
  private constructor(
    private readonly client: Client,
    readonly info: BoardInfo,
  ) {}

  /** Greets the board behind a transport; lets it go if it does not answer. */
  static async open(transport: Transport): Promise<Board> {
    const client = new Client(transport);
    try {
      return new Board(client, parseHello(await client.hello()));
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  /** One inference; begun anew if the board is reset meanwhile. */
  async run(input: Uint8Array): Promise<BoardRun> {
    for (let resets = 0; ; resets++) {
      try {
        return await this.runOnce(input);
      } catch (error) {
        if (!(error instanceof ResetError)) throw error;
        if (resets === MOST_RESETS)
          throw new Error("the board is reset again and again");
        const { sha256 } = parseHello(await this.client.hello());
        if (sha256 !== this.info.sha256)
          throw new Error("the board has another model now");
      }
    }
  }

  /** Resolves, with why, when the board is gone. */
  get gone(): Promise<Error> {
    return this.client.gone;
  }

  close(): Promise<void> {
    return this.client.close();
  }

  private async runOnce(input: Uint8Array): Promise<BoardRun> {
    const { maxPayload, outputBytes } = this.info;
    const part = maxPayload - OFFSET_BYTES;
    const last = Math.floor((input.length - 1) / part) * part;
    for (let at = 0; at < last; at += part) {
      const bytes = input.subarray(at, at + part);
      await this.client.exchange(Kind.write, writePayload(at, bytes));
    }
    const payload = writePayload(last, input.subarray(last));
    const reply = await this.client.exchange(Kind.infer, payload);
    const view = new DataView(reply.buffer, reply.byteOffset, reply.length);
    const output = new Uint8Array(outputBytes);
    const first = Math.min(outputBytes, maxPayload - TIMES_BYTES);
    if (reply.length !== TIMES_BYTES + first) {
      throw new Error(`the board answered ${reply.length} bytes: flash it again`);
    }
    output.set(reply.subarray(TIMES_BYTES));
    for (let at = first; at < outputBytes; at += maxPayload) {
      const size = Math.min(maxPayload, outputBytes - at);
      output.set(await this.client.exchange(Kind.read, readPayload(at, size)), at);
    }
    return { output, cycles: view.getUint32(0, true), micros: view.getUint32(4, true) };
  }
}

function writePayload(offset: number, bytes: Uint8Array): Uint8Array {
  const payload = new Uint8Array(OFFSET_BYTES + bytes.length);
  new DataView(payload.buffer).setUint32(0, offset, true);
  payload.set(bytes, OFFSET_BYTES);
  return payload;
}

function readPayload(offset: number, size: number): Uint8Array {
  const payload = new Uint8Array(OFFSET_BYTES + 2);
  const view = new DataView(payload.buffer);
  view.setUint32(0, offset, true);
  view.setUint16(OFFSET_BYTES, size, true);
  return payload;
}
