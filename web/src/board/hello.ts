/** HELLO's reply: what a board says of itself and of its model (harness.h). */
export interface BoardInfo {
  readonly board: string;
  /** 16 hexadecimal digits; zeros if it does not know. */
  readonly id: string;
  readonly model: string;
  readonly sha256: string;
  readonly generator: string;
  readonly numerics: string;
  /** 0 if it does not know. */
  readonly clockHz: number;
  readonly arenaBytes: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
  /** The most that a request or a reply carries. */
  readonly maxPayload: number;
}

/** Whether its cycles, and so its times, are estimated. */
export function isSimulated({ board }: BoardInfo): boolean {
  return board.startsWith("simulated ");
}

const MAGIC = "TCNN";
/** Of a value; in the order of tcnn_dtype_t: int8, uint8, float32, int32, int64. */
const ITEM_BYTES = [1, 1, 4, 4, 8];

/** Throws an Error of one line if it is not what the protocol allows. */
export function parseHello(payload: Uint8Array): BoardInfo {
  const reader = new Reader(payload);
  if (reader.text(4) !== MAGIC) throw new Error("the board's greeting is not ours");
  const maxPayload = reader.number(2);
  reader.number(2);
  const clockHz = reader.number(4);
  const arenaBytes = reader.number(4);
  reader.number(4);
  const id = reader.hex(8);
  const sha256 = reader.hex(32);
  const counts = [reader.number(1), reader.number(1)];
  reader.take(8);
  const [inputBytes = 0, outputBytes = 0] = counts.map((count) => {
    let bytes = 0;
    for (let i = 0; i < count; i++) bytes += reader.tensorBytes();
    return bytes;
  });
  const string = () => reader.text(reader.number(1));
  const [model = "", generator = "", numerics = "", board = ""] = [
    string(),
    string(),
    string(),
    string(),
  ];
  if (maxPayload < 64) throw new Error(`the board takes only ${maxPayload} bytes`);
  return {
    ...{ board, id, model, sha256, generator, numerics, clockHz, arenaBytes },
    ...{ inputBytes, outputBytes, maxPayload },
  };
}

/** Takes values from the front of a payload, little endian. */
class Reader {
  private at = 0;

  constructor(private readonly payload: Uint8Array) {}

  take(size: number): Uint8Array {
    const taken = this.payload.subarray(this.at, this.at + size);
    if (taken.length < size) throw new Error("the board's greeting ends too early");
    this.at += size;
    return taken;
  }

  number(size: number): number {
    return this.take(size).reduceRight((sum, byte) => sum * 256 + byte, 0);
  }

  hex(size: number): string {
    return Array.from(this.take(size), (byte) =>
      byte.toString(16).padStart(2, "0"),
    ).join("");
  }

  /** What can be printed of it. */
  text(size: number): string {
    return Array.from(this.take(size), (byte) =>
      byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".",
    ).join("");
  }

  tensorBytes(): number {
    const item = ITEM_BYTES[this.number(1)];
    if (!item) throw new Error("the board's greeting has a tensor of an unknown type");
    let bytes = item;
    for (let rank = this.number(1); rank > 0; rank--) bytes *= this.number(4);
    this.take(8);
    return bytes;
  }
}
