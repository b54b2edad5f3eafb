"""Firmware that writes where it must not, or remembers: each fault is found and named.

One image of the simulated board has them all; a test picks one in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.compiler.models import conv_model
from tests.harness.c_build import C_TESTS
from tinycnn.boards import load_board
from tinycnn.compiler import compile_tflite
from tinycnn.device import open_simulated
from tinycnn.errors import DeviceError
from tinycnn.firmware import build_image, write_arduino_project
from tinycnn.harness import HealthCheck, Sample, examine, judge_status

pytestmark = pytest.mark.emulated

IMAGES = 6
INPUT = "memcpy(to, from + done, part)"
FLOOR = "info->stack_floor = tcnn_stack_floor;"
REPLY = "    note_run();\n    answer_times("
PLANTED = "extern const volatile uint32_t planted[2];\n"


@dataclass(frozen=True)
class Fault:
    """What is planted, the check that names it, and words of what that says."""

    number: int
    check: str
    says: str


FAULTS = {
    "writes behind the arena, once": Fault(1, "same image twice", "behind the arena"),
    "writes before the arena": Fault(2, "guards", "before the arena"),
    "flips a bit between runs": Fault(3, "between two runs", "the arena (rest"),
    "writes a byte between runs": Fault(4, "between two runs", "the arena (rest"),
    "remembers the last image": Fault(5, "same image twice", "other outputs"),
    "reads what it never wrote": Fault(6, "memory never written", "other outputs"),
    "needs more stack than there is": Fault(7, "guards", "at the stack's end"),
    "writes past an image": Fault(9, "an image is written", "behind the arena"),
    "writes before an image": Fault(13, "an image is written", "beside the inputs"),
    "writes past a reply": Fault(10, "guards", "behind the buffer of replies"),
    "changes after an hour": Fault(11, "an hour later", "an hour later"),
    "minds a clock that begins anew": Fault(12, "an hour later", "2^32 us"),
}


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """The image with a fault, by its number; 0 has none."""
    folder = tmp_path_factory.mktemp("wild")
    board = load_board("nano33ble")
    compilation = compile_tflite(conv_model(), name="net")
    sketch = write_arduino_project(
        folder,
        name="net",
        model_sources=compilation.sources,
        kernels=compilation.program.kernels,
        board=board,
    )
    (sketch.folder / "net.ino").write_text((C_TESTS / "wild.ino").read_text())
    replace(
        sketch.folder / "src/tcnn/tcnn_tensors.c",
        {
            INPUT: f"{INPUT[:-1]} + (planted[1] == 9 ? 3 : 0));"
            "if (planted[1] == 13) memset(to - 3, *from, 3)",
        },
        "TCNN_SHARED uint32_t",
        PLANTED,
    )
    behind = "server->exchange.replies.behind.bytes[0]"
    replace(
        sketch.folder / "src/tcnn/tcnn_requests.c",
        {REPLY: f"    if (planted[1] == 10) {behind} = 7;\n{REPLY}"},
        "#define OFFSET_BYTES",
        PLANTED,
    )
    replace(
        sketch.folder / "src/tcnn/tcnn_port.cpp",
        {FLOOR: f"{FLOOR} if (planted[1] == 7) info->stack_floor = near_floor;"},
        "#ifndef BOARD_NAME",
        f'extern "C" {PLANTED}extern "C" const void *near_floor(void);\n',
    )
    elf = build_image(sketch, board, output=folder / "wild.elf").elf
    content = elf.read_bytes()
    assert content.count(b"PLAN\0\0\0\0") == 1

    def pick(number: int) -> Path:
        target = folder / f"wild{number}.elf"
        fault = b"PLAN" + number.to_bytes(4, "little")
        target.write_bytes(content.replace(b"PLAN\0\0\0\0", fault))
        return target

    return pick


def replace(path: Path, texts: dict[str, str], place: str, declared: str) -> None:
    """Change a source; `declared` comes in front of `place`."""
    text = path.read_text()
    for old, new in {place: declared + place, **texts}.items():
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text)


def find(elf: Path) -> list[HealthCheck]:
    """The checks that fail, of a run and an examination."""
    images = np.random.default_rng(3).integers(-128, 128, (IMAGES, 72), np.int8)
    with open_simulated(elf) as device:
        before = device.status()
        runs = [device.infer(image) for image in images]
        checks = judge_status(before, device.status())
        outputs = np.array([run.output for run in runs])
        micros = max(run.micros for run in runs)
        checks += examine(device, Sample(np.arange(40, 46), images, outputs, micros))
    return [check for check in checks if check.state == "failed"]


def test_an_innocent_is_not_blamed(plant: Callable[[int], Path]) -> None:
    """Firmware without a fault."""
    assert find(plant(0)) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_and_named(plant: Callable[[int], Path], name: str) -> None:
    """By the first check that can see it; the image is one of those sent."""
    fault = FAULTS[name]
    failed = {check.name: check for check in find(plant(fault.number))}

    assert fault.check in failed, failed
    assert fault.says in failed[fault.check].detail
    if fault.check != "guards":
        assert failed[fault.check].image in range(40, 46)


def test_a_stack_that_leaves_memory_stops_the_board(
    plant: Callable[[int], Path],
) -> None:
    """Nothing lies below it there: the fault has a name and a place."""
    with pytest.raises(DeviceError, match="write of 4 bytes at 0x1fff") as error:
        find(plant(8))

    assert "stack overflow" in str(error.value.hint)
