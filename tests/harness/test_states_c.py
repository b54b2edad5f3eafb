"""What the harness tells a port to show while it serves."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import require_module
from tests.harness.c_build import C_TESTS, FIRMWARE, ZIG, compile_c
from tinycnn.device.packets import Packet, PacketType, encode_packet
from tinycnn.device.payloads import write_payload

ALIVE, BUSY, FAILED = range(3)
HELLO = encode_packet(Packet(PacketType.HELLO, 1, 1))
INFER = encode_packet(Packet(PacketType.INFER, 1, 2, write_payload(0, b"abcd")))
WRONG = encode_packet(Packet(PacketType.READ, 1, 3))


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[int]]:
    """Runs the harness on messages; what it showed, repetitions left out."""
    require_module("ziglang")
    program = tmp_path_factory.mktemp("states") / "states.exe"
    names = ("states_main.c", "counting_model.c")
    sources = [C_TESTS / name for name in names]
    compile_c(ZIG, [*sources, *Path(FIRMWARE / "harness").glob("*.c")], program)

    def run(*messages: bytes) -> list[int]:
        command = [str(program), *(message.hex() for message in messages)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        shown = [int(state) for state in done.stdout.split()]
        return [s for i, s in enumerate(shown) if i == 0 or s != shown[i - 1]]

    return run


def test_a_request_is_shown_while_it_is_worked_on(
    states: Callable[..., list[int]],
) -> None:
    """Alive before and after, busy meanwhile."""
    assert states(HELLO, INFER) == [ALIVE, BUSY, ALIVE, BUSY, ALIVE]


@pytest.mark.parametrize("wrong", [b"\x01\x02\x00", WRONG])
def test_an_error_is_shown_until_a_request_is_answered(
    states: Callable[..., list[int]], wrong: bytes
) -> None:
    """A broken packet and a refused request alike."""
    assert states(HELLO, wrong)[-1] == FAILED
    assert states(HELLO, wrong, INFER)[-3:] == [FAILED, BUSY, ALIVE]
