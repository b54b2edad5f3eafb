/**
 * Packets of the link, as `firmware/include/tcnn/harness.h` says: COBS, a zero byte at
 * the end, a header of 12 bytes, a CRC-32. Bytes in, packets out and back.
 */
export const VERSION = 3;
export const REPLY = 0x80;
export const HEADER_BYTES = 12;

export const Kind = {
  hello: 0x01,
  write: 0x02,
  infer: 0x03,
  read: 0x04,
  error: 0xff,
} as const;

export const ErrorCode = { version: 1, session: 3, badPacket: 6 } as const;

const MOST_PAYLOAD = 16_384;
const MOST_ENCODED = MOST_PAYLOAD + 128;
const LONGEST_RUN = 254;

/** Bytes of our own, as a browser's functions want them. */
export type Bytes = Uint8Array<ArrayBuffer>;

export interface Packet {
  readonly version: number;
  readonly kind: number;
  readonly session: number;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) {
    value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return value;
});

/** CRC-32 of IEEE 802.3, as zlib has it. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 255] ?? 0);
  }
  return ~crc >>> 0;
}

/** The bytes without a zero among them. */
export function encodeCobs(bytes: Uint8Array): Uint8Array {
  const encoded = [0];
  let head = 0;
  let isOpen = true;
  const close = () => {
    encoded[head] = encoded.length - head;
  };
  for (let i = 0; i < bytes.length; i++) {
    if (!isOpen) {
      head = encoded.push(0) - 1;
      isOpen = true;
    }
    const byte = bytes[i] ?? 0;
    if (byte !== 0) encoded.push(byte);
    if (byte === 0) {
      close();
      head = encoded.push(0) - 1;
    } else if (encoded.length - head === LONGEST_RUN + 1) {
      close();
      isOpen = false;
    }
  }
  if (isOpen) close();
  return Uint8Array.from(encoded);
}

/** What `encodeCobs` was given; null if it cannot be. */
export function decodeCobs(encoded: Uint8Array): Uint8Array | null {
  const bytes: number[] = [];
  let start = 0;
  while (start < encoded.length) {
    const size = encoded[start] ?? 0;
    const end = start + size;
    if (size === 0 || end > encoded.length) return null;
    for (let i = start + 1; i < end; i++) bytes.push(encoded[i] ?? 0);
    if (end < encoded.length && size <= LONGEST_RUN) bytes.push(0);
    start = end;
  }
  return Uint8Array.from(bytes);
}

/** What is sent for a packet, the zero at its end included. */
export function encodePacket(packet: Packet): Bytes {
  const { payload } = packet;
  const body = new Uint8Array(HEADER_BYTES + payload.length + 4);
  const view = new DataView(body.buffer);
  view.setUint8(0, packet.version);
  view.setUint8(1, packet.kind);
  view.setUint16(2, payload.length, true);
  view.setUint32(4, packet.session, true);
  view.setUint32(8, packet.sequence, true);
  body.set(payload, HEADER_BYTES);
  const end = HEADER_BYTES + payload.length;
  view.setUint32(end, crc32(body.subarray(0, end)), true);
  const encoded = encodeCobs(body);
  const sent = new Uint8Array(encoded.length + 1);
  sent.set(encoded);
  return sent;
}

/** The packet in bytes that came without their zero; null if they are broken. */
export function decodePacket(encoded: Uint8Array): Packet | null {
  const body = decodeCobs(encoded);
  if (!body || body.length < HEADER_BYTES + 4) return null;
  const view = new DataView(body.buffer);
  const end = body.length - 4;
  if (view.getUint32(end, true) !== crc32(body.subarray(0, end))) return null;
  const payload = body.slice(HEADER_BYTES, end);
  if (view.getUint16(2, true) !== payload.length) return null;
  return {
    version: view.getUint8(0),
    kind: view.getUint8(1),
    session: view.getUint32(4, true),
    sequence: view.getUint32(8, true),
    payload,
  };
}

/** Cuts a stream into packets; what is none is dropped and counted. */
export class PacketDecoder {
  broken = 0;
  private pending: number[] = [];

  feed(bytes: Uint8Array): Packet[] {
    const found: Packet[] = [];
    for (const byte of bytes) {
      if (byte !== 0) {
        // What is too long stays so until its end, and is broken then.
        if (this.pending.length <= MOST_ENCODED) this.pending.push(byte);
        continue;
      }
      if (this.pending.length > 0) {
        const packet = decodePacket(Uint8Array.from(this.pending));
        if (packet) found.push(packet);
        else this.broken++;
      }
      this.pending = [];
    }
    return found;
  }
}
