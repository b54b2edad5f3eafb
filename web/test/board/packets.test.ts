import assert from "node:assert/strict";
import { test } from "node:test";
import vectors from "../../../tests/device/vectors.json";
import {
  crc32,
  decodeCobs,
  decodePacket,
  encodeCobs,
  encodePacket,
  PacketDecoder,
} from "../../src/board/packets";

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

function hex(data: Uint8Array | null): string {
  return data ? Buffer.from(data).toString("hex") : "broken";
}

test("checksums and stuffing are those of the shared vectors", () => {
  for (const { data, crc } of vectors.crc32) {
    assert.equal(crc32(bytes(data)), Number.parseInt(crc, 16));
  }
  for (const { data, encoded } of vectors.cobs) {
    assert.equal(hex(encodeCobs(bytes(data))), encoded);
    assert.equal(hex(decodeCobs(bytes(encoded))), data);
  }
});

test("packets of every type are those of the shared vectors", () => {
  for (const { type, payload, encoded, ...rest } of vectors.packets) {
    const packet = { ...rest, kind: type, payload: bytes(payload) };
    const sent = encodePacket(packet);
    assert.equal(hex(sent), `${encoded}00`);
    const got = decodePacket(sent.subarray(0, -1));
    assert.equal(hex(got?.payload ?? null), payload);
    assert.deepEqual(
      [got?.kind, got?.session, got?.sequence, got?.version],
      [type, rest.session, rest.sequence, rest.version],
    );
  }
});

test("what is broken is dropped, and the next packet is found", () => {
  const [sound] = vectors.packets;
  assert.ok(sound);
  for (const { encoded, name } of vectors.broken) {
    if (name === "payload beyond the limit") continue; // the device's, which is smaller
    assert.equal(decodePacket(bytes(encoded)), null);
    const decoder = new PacketDecoder();
    const found = decoder.feed(bytes(`${encoded}00${sound.encoded}00`));
    assert.deepEqual([found.length, decoder.broken], [1, 1]);
  }
  const decoder = new PacketDecoder();
  assert.equal(decoder.feed(new Uint8Array(100_000).fill(7)).length, 0);
  assert.equal(decoder.feed(bytes(`00${sound.encoded}00`)).length, 1);
});
