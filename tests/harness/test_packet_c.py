"""The device's packets in C against the vectors that the host's is tested with."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import require_module
from tests.harness.c_build import C_TESTS, FIRMWARE, ROOT, ZIG, compile_c
from tinycnn.device import packets

VECTORS = ROOT / "tests/device/vectors.json"


def vector_lines() -> list[str]:
    """The vectors as the C program reads them."""
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))
    lines = [f"crc32 {v['data'] or '-'} {v['crc']}" for v in vectors["crc32"]]
    lines += [f"cobs {v['data'] or '-'} {v['encoded']}" for v in vectors["cobs"]]
    for v in vectors["packets"]:
        numbers = f"{v['version']} {v['type']} {v['session']} {v['sequence']}"
        lines.append(f"packet {numbers} {v['payload'] or '-'} {v['encoded']}")
    return lines + [f"broken {v['encoded']}" for v in vectors["broken"]]


def run_vectors(compiler: list[str], folder: Path, lines: list[str]) -> str:
    """What the C program says to `lines`."""
    target = compile_c(compiler, [C_TESTS / "packet_vectors.c"], folder / "vectors.exe")
    text = "\n".join(lines) + "\n"
    done = subprocess.run([target], input=text, capture_output=True, text=True)
    return done.stdout.strip() + done.stderr


@pytest.mark.parametrize("flags", [["-O1"], ["-Os", "-funsigned-char"]])
def test_vectors_pass_in_c(flags: list[str], tmp_path: Path) -> None:
    """The C side encodes and decodes every shared vector as written."""
    require_module("ziglang")
    lines = vector_lines()
    compiler = [*ZIG, "-fsanitize=undefined", "-fsanitize-trap=undefined", *flags]

    assert run_vectors(compiler, tmp_path, lines) == f"{len(lines)} passed"


def test_vectors_pass_under_address_sanitizer(gcc: list[str], tmp_path: Path) -> None:
    """No vector makes the C side touch memory that is not its own."""
    lines = vector_lines()

    assert run_vectors([*gcc, "-O1"], tmp_path, lines) == f"{len(lines)} passed"


def test_wrong_vector_fails_in_c(tmp_path: Path) -> None:
    """The C program can fail: a CRC that is wrong by one bit does."""
    require_module("ziglang")

    assert (
        run_vectors([*ZIG, "-O1"], tmp_path, ["crc32 00 d202ef8c"]) == "line 1 failed"
    )


def test_vectors_are_what_the_script_writes(tmp_path: Path) -> None:
    """The file in the repository is the script's output, byte for byte."""
    script = ROOT / "tools/make_protocol_vectors.py"
    again = tmp_path / "vectors.json"

    subprocess.run([sys.executable, script, again], check=True)

    assert again.read_bytes() == VECTORS.read_bytes()


def test_stack_of_each_function_is_small(gcc: list[str], tmp_path: Path) -> None:
    """No function of the harness needs more than 512 bytes of stack."""
    for source in (FIRMWARE / "harness").glob("*.c"):
        flags = ["-Os", "-Wstack-usage=512", "-c"]
        compile_c(["gcc", *flags], [source], tmp_path / f"{source.stem}.o")


def test_constants_equal_those_in_c() -> None:
    """Request types, error codes and the version are the same on both sides."""
    text = (FIRMWARE / "include/tcnn/harness.h").read_text(encoding="utf-8")
    pairs = dict(re.findall(r"TCNN_(\w+)(?: = | )(0x\w+|\d+)\b", text))
    values = {name: int(number, 0) for name, number in pairs.items()}
    expected = {kind.name: int(kind) for kind in packets.PacketType}
    expected |= {f"ERROR_{code.name}": int(code) for code in packets.ErrorCode}
    expected["PROTOCOL_VERSION"] = packets.PROTOCOL_VERSION

    assert expected == {name: values[name] for name in expected}
