import assert from "node:assert/strict";
import { test } from "node:test";
import { Board } from "../../src/board/board";
import { parseHello } from "../../src/board/hello";
import {
  type Bytes,
  encodePacket,
  Kind,
  type Packet,
  PacketDecoder,
  REPLY,
} from "../../src/board/packets";
import { LostError, type Transport } from "../../src/board/transport";

const SHA = new Uint8Array(32).fill(0xab);

/** A board whose output is its input plus 1, of 100 bytes; small packets. */
class FakeBoard implements Transport {
  readonly name = "board";
  readonly remedy = "press its reset";
  patience = 15_000;
  /** What is done with the next requests, in turn: nothing is said, and so on. */
  readonly faults: ("silent" | "broken" | "reset" | "lost")[] = [];
  runs = 0;
  requests = 0;
  private readonly decoder = new PacketDecoder();
  private readonly input = new Uint8Array(100);
  private output = new Uint8Array(100);
  private known: Packet | null = null;
  private arrived: Bytes[] = [];
  private wake: (() => void) | null = null;
  private reason: Error | null = null;

  async write(bytes: Bytes): Promise<void> {
    for (const packet of this.decoder.feed(bytes)) this.take(packet);
  }

  async read(): Promise<Uint8Array> {
    while (this.arrived.length === 0) {
      if (this.reason) throw this.reason;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    return this.arrived.shift() ?? new Uint8Array();
  }

  async close(): Promise<void> {
    this.lose("closed");
  }

  private lose(text: string): void {
    this.reason ??= new LostError(text);
    this.wake?.();
  }

  private take(packet: Packet): void {
    this.requests++;
    const fault = packet.kind === Kind.hello ? undefined : this.faults.shift();
    if (fault === "silent") return;
    if (fault === "lost") {
      this.lose("the board is gone");
      return;
    }
    if (fault === "broken") {
      const said = { ...packet, kind: Kind.error, session: 0, sequence: 0xffffffff };
      this.say({ ...said, payload: Uint8Array.of(6) });
      return;
    }
    if (
      fault === "reset" ||
      (this.known?.session ?? packet.session) !== packet.session
    ) {
      if (packet.kind !== Kind.hello) {
        this.say({ ...packet, kind: Kind.error, payload: Uint8Array.of(3) });
        return;
      }
    }
    const { known } = this;
    const isRepeated =
      known?.session === packet.session && known.sequence === packet.sequence;
    const answer = isRepeated ? known : this.answer(packet);
    this.known = answer;
    this.say(answer);
  }

  private answer(packet: Packet): Packet {
    const reply = (payload: Uint8Array) => ({
      ...packet,
      kind: packet.kind | REPLY,
      payload,
    });
    const { payload } = packet;
    const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
    if (packet.kind === Kind.hello) return reply(greeting());
    const at = view.getUint32(0, true);
    if (packet.kind === Kind.read) {
      return reply(this.output.slice(at, at + view.getUint16(4, true)));
    }
    this.input.set(payload.subarray(4), at);
    if (packet.kind === Kind.write) return reply(new Uint8Array());
    this.runs++;
    this.output = this.input.map((byte) => byte + 1);
    const said = new Uint8Array(64);
    new DataView(said.buffer).setUint32(4, 5, true);
    said.set(this.output.subarray(0, 56), 8);
    return reply(said);
  }

  private say(packet: Packet): void {
    this.arrived.push(encodePacket(packet));
    this.wake?.();
  }
}

function greeting(type = 0): Uint8Array {
  const tensor = [type, 1, 100, 0, 0, 0, ...new Array(8).fill(0)];
  const text = (said: string) => [said.length, ...Buffer.from(said)];
  const head = [...Buffer.from("TCNN"), 64, 0, 0, 0, 0, 0x90, 0xd0, 3, 0, 4, 0, 0];
  const sizes = [
    0,
    0,
    0,
    0,
    ...new Array(8).fill(7),
    ...SHA,
    1,
    1,
    ...new Array(8).fill(0),
  ];
  const names = ["net", "tinycnn", "litert", "fake"].flatMap(text);
  return Uint8Array.from([...head, ...sizes, ...tensor, ...tensor, ...names]);
}

const INPUT = Uint8Array.from({ length: 100 }, (_, i) => i * 3);

test("an input goes there and an output comes back, in parts", async () => {
  const fake = new FakeBoard();
  const board = await Board.open(fake);
  const { info } = board;
  assert.deepEqual(
    [info.board, info.model, info.clockHz, info.arenaBytes, info.maxPayload],
    ["fake", "net", 64_000_000, 1024, 64],
  );
  assert.equal(info.sha256, "ab".repeat(32));
  const run = await board.run(INPUT);
  assert.deepEqual(
    run.output,
    INPUT.map((byte) => byte + 1),
  );
  assert.equal(run.micros, 5);
  assert.equal(fake.requests, 4); // HELLO, WRITE, INFER, READ
  await board.close();
});

test("outputs of every type of tcnn_dtype_t are known, others are refused", () => {
  const sizes = [0, 1, 2, 3, 4].map((type) => parseHello(greeting(type)).outputBytes);
  assert.deepEqual(sizes, [100, 100, 400, 400, 800]);
  assert.throws(() => parseHello(greeting(5)), /tensor of an unknown type/);
});

test("what is lost or broken is asked again, and nothing runs twice", async () => {
  const fake = new FakeBoard();
  const board = await Board.open(fake);
  fake.faults.push("broken", "silent");
  const run = await board.run(INPUT);
  assert.deepEqual(
    run.output,
    INPUT.map((byte) => byte + 1),
  );
  assert.equal(fake.runs, 1);
  await board.close();
});

test("after a reset the input is sent anew; after many that is an error", async () => {
  const fake = new FakeBoard();
  const board = await Board.open(fake);
  fake.faults.push("reset");
  assert.equal((await board.run(INPUT)).output[1], 4);
  fake.faults.push("reset", "reset", "reset", "reset");
  await assert.rejects(board.run(INPUT), /reset again and again/);
  await board.close();
});

test("a board that is unplugged or silent ends in one line", async () => {
  const fake = new FakeBoard();
  const board = await Board.open(fake);
  fake.faults.push("lost");
  await assert.rejects(board.run(INPUT), /the board is gone/);
  await assert.rejects(board.run(INPUT), /the board is gone/);

  assert.match((await board.gone).message, /the board is gone/);

  const other = new FakeBoard();
  const quiet = await Board.open(other);
  other.patience = 30;
  other.faults.push(...new Array<"silent">(9).fill("silent"));
  await assert.rejects(quiet.run(INPUT), /does not answer: press its reset/);
  await quiet.close();
});
