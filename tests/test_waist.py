"""The `.tflite` file is the waist: what lies right of it needs nothing left of it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.compiler.models import residual_model
from tests.compiler.tflite_builder import ModelBuilder
from tests.conftest import require_module
from tests.device.fake_board import FakeBoard, Line, served
from tinycnn.device.packets import Packet, PacketType
from tinycnn.reference import Reference, load_reference

_LEFT = "training models datasets project recipe families"
LEFT = {f"tinycnn.{name}" for name in _LEFT.split()}
TENSORFLOW = {"keras", "tensorflow", "tensorflow_model_optimization", "tf_keras"}
# What only the installs `train`, `sim` and `tflm` bring.
EXTRAS = TENSORFLOW | {"capstone", "elftools", "tflite_micro", "unicorn", "ziglang"}
# Runs a command without some packages; its last line is all that was imported.
SCRIPT = """
import atexit, sys
missing, *sys.argv[1:] = sys.argv[1:]
sys.modules.update(dict.fromkeys(missing.split()))
atexit.register(lambda: print(*sorted(n for n, m in sys.modules.items() if m)))
from tinycnn.cli import main
main()
"""


def run(path: Path, *words: str, missing: Collection[str] = ()) -> set[str]:
    """All modules that a command has imported when it ends well."""
    command, *more = words
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, " ".join(missing), command, path, *more],
        cwd=path.parent,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


@pytest.fixture
def net(tmp_path: Path) -> Path:
    """A bare model."""
    path = tmp_path / "net.tflite"
    path.write_bytes(residual_model())
    return path


@pytest.mark.parametrize(
    "words",
    [
        ("compile", "-o", "net"),
        ("analyze",),
        ("validate", "--device", "host", "--count", "2"),
        pytest.param(("validate", "--count", "2"), marks=pytest.mark.emulated),
        pytest.param(("profile",), marks=pytest.mark.emulated),
    ],
    ids=" ".join,
)
def test_a_bare_model_imports_nothing_left_of_it(
    net: Path, words: tuple[str, ...]
) -> None:
    """No training, network, data set or project file, and no TensorFlow."""
    if words[0] in ("validate", "profile"):
        require_module("ziglang")

    imported = run(net, *words)

    assert not {".".join(name.split(".")[:2]) for name in imported} & LEFT
    assert not {name.split(".")[0] for name in imported} & TENSORFLOW


def test_the_light_install_compiles(net: Path) -> None:
    """Without TensorFlow, compilers, simulator and TFLite Micro."""
    run(net, "compile", "-o", "net", missing=EXTRAS)

    assert (net.parent / "net").is_dir()


@dataclass
class ReferenceBoard(FakeBoard):
    """Computes what the reference does, as a board with the right firmware."""

    reference: Reference | None = None

    def hello(self) -> bytes:
        """The payload of the HELLO reply, with the right numerics."""
        return super().hello().replace(b"\4none", b"\6litert")

    def work(self, packet: Packet) -> bytes:
        """What a request does; the payload of its reply."""
        payload = super().work(packet)
        if packet.type != PacketType.INFER or self.reference is None:
            return payload
        row = np.frombuffer(bytes(self.input), np.int8)
        return payload[:8] + self.reference.run(row[None])[0].tobytes()


def test_the_light_install_validates_a_board(tmp_path: Path) -> None:
    """A Raspberry Pi on a bench needs no more."""
    b = ModelBuilder()
    x, y = b.tensor((1, 12), scale=0.1), b.tensor((1, 8), scale=0.2)
    weights = np.arange(96, dtype=np.int8).reshape(8, 12)
    b.op("FULLY_CONNECTED", [x, b.tensor((8, 12), scale=0.01, data=weights)], [y])
    content = b.build([x], [y])
    path = tmp_path / "net.tflite"
    path.write_bytes(content)
    board = ReferenceBoard(
        sha256=hashlib.sha256(content).digest(),
        input_bytes=12,
        reference=load_reference(path),
    )

    with served(Line(board, 0)) as url:
        run(path, "validate", "--port", url, "--count", "4", missing=EXTRAS)

    assert board.runs == 4
