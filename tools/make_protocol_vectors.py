"""Write tests/device/vectors.json: what host and device must agree on, byte for byte.

COBS is written here a third time, as its definition says it and with no thought for
speed, so that neither tested side is its own judge. Run from the repository's root:

    python tools/make_protocol_vectors.py tests/device/vectors.json
"""

from __future__ import annotations

import argparse
import json
import struct
import zlib
from pathlib import Path

Vector = dict[str, str | int]

VERSION = 3
MAX_PAYLOAD = 1024


def cobs(data: bytes) -> bytes:
    """Split `data`, with a zero added, into runs that end at a zero or at 254 bytes."""
    runs, run = [], b""
    for index, byte in enumerate(data + b"\0"):
        if len(run) == 254:
            runs.append(b"\xff" + run)
            run = b""
            if index == len(data):
                break  # the added zero is left out after a full run
        if byte:
            run += bytes([byte])
        else:
            runs.append(bytes([len(run) + 1]) + run)
            run = b""
    return b"".join(runs)


def packet_body(version: int, kind: int, session: int, seq: int, data: bytes) -> bytes:
    """A packet before its CRC and encoding."""
    return struct.pack("<BBHII", version, kind, len(data), session, seq) + data


def close(body: bytes) -> bytes:
    """Add the CRC and encode."""
    return cobs(body + struct.pack("<I", zlib.crc32(body)))


def crc_vectors() -> list[Vector]:
    """CRC-32 of known and of edge values; cbf43926 is in the standard's catalogue."""
    values = [b"", b"\0", b"123456789", bytes(range(256)), b"\xff" * 64]
    return [{"data": v.hex(), "crc": f"{zlib.crc32(v):08x}"} for v in values]


def cobs_vectors() -> list[Vector]:
    """Data around the longest run, with and without zeros."""
    values = [b"", b"\0", b"\0\0", b"\0\x11\0", b"\x11\x22\0\x33", b"\x11\0\0\0"]
    values += [bytes(1040), b"\x55" * 1040]
    for size in (1, 253, 254, 255, 256, 508):
        full = bytes(i % 255 + 1 for i in range(size))
        values += [full, b"\0" + full[1:], full[:-1] + b"\0", full + b"\0", bytes(size)]
    return [{"data": v.hex(), "encoded": cobs(v).hex()} for v in values]


def packet_vectors() -> list[Vector]:
    """One packet of each type, and payloads at the limits."""
    offset = struct.pack("<I", 1020)
    cases = [
        ("hello", VERSION, 0x01, 0x12345678, 0, b""),
        ("hello of another version", VERSION + 1, 0x01, 1, 0, b""),
        ("write nothing", VERSION, 0x02, 1, 1, offset),
        ("write, largest", VERSION, 0x02, 1, 2, offset + b"\x01" * (MAX_PAYLOAD - 4)),
        ("infer", VERSION, 0x03, 1, 3, offset + bytes(range(256))),
        ("infer, zeros", VERSION, 0x03, 0, 4, bytes(784)),
        ("infer right after another", VERSION, 0x43, 1, 5, bytes(784)),
        ("reply to write", VERSION, 0x82, 0xFFFFFFFF, 0x7FFFFFFF, b""),
        (
            "reply to infer",
            VERSION,
            0x83,
            1,
            3,
            struct.pack("<II", 640_000, 10_000) + b"\x80",
        ),
        ("64 bytes with its delimiter", VERSION, 0x83, 1, 5, b"\x7f" * 46),
        ("profile from step 2", VERSION, 0x05, 1, 6, b"\x02\0" + offset + b"\x80"),
        (
            "reply to profile",
            VERSION,
            0x85,
            1,
            6,
            struct.pack("<HIIIIII", 4, 64_000, 1_000, 136, 65, 1, 96),
        ),
        ("part of a raw frame", VERSION, 0x06, 1, 7, b"\0\0\0\0" + offset + b"\xf8\0"),
        ("inputs from 1016 on", VERSION, 0x06, 1, 8, struct.pack("<II", 1016, 38_400)),
        (
            "reply to a raw frame",
            VERSION,
            0x86,
            1,
            8,
            struct.pack("<II", 1_200_000, 18_750) + bytes(range(256)),
        ),
        ("error", VERSION, 0xFF, 1, 3, b"\x05outside the input tensor"),
        ("bad packet", VERSION, 0xFF, 0, 0xFFFFFFFF, b"\x06send again"),
    ]
    return [
        {"name": name, "version": version, "type": kind, "session": session,
         "sequence": seq, "payload": data.hex(),
         "encoded": close(packet_body(version, kind, session, seq, data)).hex()}
        for name, version, kind, session, seq, data in cases
    ]  # fmt: skip


def overstate_last_run(encoded: bytes) -> bytes:
    """Let the last run claim one byte more than there is."""
    last = code = 0
    while code < len(encoded):
        last, code = code, code + encoded[code]
    return encoded[:last] + bytes([encoded[last] + 1]) + encoded[last + 1 :]


def broken_vectors() -> list[Vector]:
    """Packets that must be dropped."""
    body = packet_body(VERSION, 0x02, 1, 2, b"\x01\x02\x03\x04abc")
    good = close(body)
    bit = bytes([body[12] ^ 1])
    longer = packet_body(VERSION, 0x02, 1, 2, bytes(MAX_PAYLOAD + 1))
    claims = body[:2] + b"\x08\x00" + body[4:]
    cases = [
        ("a bit flipped", cobs(body[:12] + bit + body[13:] + good[-4:])),
        ("last byte missing", good[:-1]),
        ("first byte missing", good[1:]),
        ("two packets run together", good + good),
        ("last run one byte short", overstate_last_run(good)),
        ("run beyond the end", b"\xff" + good),
        ("too short for a header", close(b"\x01\x02")),
        ("one byte", b"\x01"),
        ("length too large", close(claims)),
        ("payload beyond the limit", close(longer)),
        ("endless", b"\x55" * 1100),
    ]
    return [{"name": name, "encoded": encoded.hex()} for name, encoded in cases]


def main() -> None:
    """Write the file named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    vectors = {
        "crc32": crc_vectors(),
        "cobs": cobs_vectors(),
        "packets": packet_vectors(),
        "broken": broken_vectors(),
    }
    text = json.dumps(vectors, indent=1) + "\n"
    parser.parse_args().path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
