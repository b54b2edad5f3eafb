"""`tinycnn validate --dialect`: text to our own firmware and to somebody else's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.command import tinycnn
from tests.compiler.models import image_model
from tests.device.fake_board import FakeBoard, Line, served
from tests.device.text.foreign_board import ForeignBoard
from tests.evidence.recorded import read_members
from tinycnn.compiler import read_tflite
from tinycnn.reference import load_reference


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a model, net.tflite."""
    (tmp_path / "net.tflite").write_bytes(image_model(1))
    return tmp_path


@contextmanager
def somebody(folder: Path, **options: Any) -> Iterator[str]:
    """The URL of a foreign board that runs the model, as LiteRT does."""
    path = folder / "net.tflite"
    reference, graph = load_reference(path), read_tflite(path.read_bytes())
    output = graph.tensors[graph.outputs[0]]
    offset = options.pop("offset", 0)

    def run(data: bytes) -> Sequence[float]:
        row = np.frombuffer(data, np.int8)[None] ^ np.int8(-128 if offset else 0)
        found = reference.run(row)[0].astype(np.float32) - output.zero_point
        return list(found * np.float32(output.scale))

    with served(Line(ForeignBoard(run, **options))) as url:  # type: ignore[arg-type]
        yield url


def test_our_own_program_gives_bytes(folder: Path) -> None:
    """Of a bare file it is built to speak text; the verdict has no reservations."""
    command = ("validate", "net.tflite", "--device", "host", "--count", "3")
    done = tinycnn(*command, "--dialect", "mlperf-pixels", "--json", cwd=folder)

    found = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert (found["verdict"], found["equal"]) == ("equal", 3)
    assert found["reservations"] == []
    assert found["device"]["generator"].startswith("tinycnn ")


def test_a_foreign_verdict_says_how_far_it_reaches(folder: Path) -> None:
    """In the text and in the JSON."""
    command = ("validate", "net.tflite", "--count", "5", "--dialect", "mlperf")
    with somebody(folder) as url:
        done = tinycnn(*command, "--port", url, cwd=folder)
    with somebody(folder) as other:
        as_json = tinycnn(*command, "--port", other, "--json", cwd=folder)

    assert (done.returncode, done.stderr) == (0, "")
    assert "PASS: 5 of 5 images equal as printed on socket://" in done.stdout
    assert (
        "identity: not known: text tells no digest; it calls its model 'ic01'"
        in done.stdout
    )
    assert (
        "printed: 3 decimals, within 0.001 each is one value of the output"
        in done.stdout
    )
    assert max(map(len, done.stdout.replace(url, "/dev/ttyACM0").splitlines())) <= 80
    assert json.loads(as_json.stdout)["verdict"] == "equal as printed"
    assert len(json.loads(as_json.stdout)["reservations"]) == 2


def test_a_foreign_verdict_can_be_judged_again(folder: Path) -> None:
    """It is no proof, and holds neither a digest nor an image of that firmware."""
    command = ("validate", "net.tflite", "--count", "3", "--dialect", "mlperf")
    with somebody(folder) as url:
        done = tinycnn(*command, "--port", url, "--evidence", "run.zip", cwd=folder)
    again = tinycnn("validate", "--replay", "run.zip", cwd=folder)

    assert (done.returncode, again.returncode) == (0, 0), done.stderr + again.stderr
    assert "PASS: 3 of 3 images equal as printed on socket://" in again.stdout
    members = read_members(folder / "run.zip")
    predicate = json.loads(members["predicate.json"])
    assert predicate["result"] == "WARNED"
    assert len(predicate["tinycnn"]["reservations"]) == 2
    assert predicate["tinycnn"]["firmware"] is None
    assert b"tinycnn C runtime" not in members["sbom.cdx.json"]


def test_what_differs_on_a_foreign_board_is_explained(folder: Path) -> None:
    """As anywhere: by the mistake that gives its answers."""
    command = ("validate", "net.tflite", "--count", "4", "--dialect", "mlperf")
    with somebody(folder, offset=128) as url:
        done = tinycnn(*command, "--port", url, cwd=folder)

    assert done.returncode == 1
    assert "images equal as printed on socket://" in done.stdout
    assert "cause: " in done.stdout
    assert "128" in done.stdout


def test_pixels_go_to_who_takes_pixels(folder: Path) -> None:
    """The same board, asked in the other way, is right."""
    command = ("validate", "net.tflite", "--count", "5", "--dialect", "mlperf-pixels")
    with somebody(folder, offset=128) as url:
        done = tinycnn(*command, "--port", url, cwd=folder)

    assert done.returncode == 0, done.stdout


def test_who_speaks_packets_is_not_spoken_to_in_text(folder: Path) -> None:
    """And the other way round: each says what to do."""
    with served(Line(FakeBoard())) as url:
        text = tinycnn(
            *("validate", "net.tflite", "--port", url, "--timeout", "1"),
            *("--dialect", "mlperf"),
            cwd=folder,
        )
    with somebody(folder) as url:
        packets = tinycnn(
            *("validate", "net.tflite", "--port", url, "--timeout", "1"), cwd=folder
        )

    assert (text.returncode, packets.returncode) == (3, 3)
    assert "no answer from" in text.stderr
    assert "leave out --dialect" in text.stderr
    assert "no reply from" in packets.stderr


def test_frames_need_packets(folder: Path) -> None:
    """A wrong use, told before anything is opened."""
    (folder / "tinycnn.toml").write_text("")
    done = tinycnn("validate", ".", "--frames", "--dialect", "mlperf", cwd=folder)

    assert done.returncode == 2
    assert "--frames needs packets" in done.stderr


def test_a_foreign_board_is_timed_as_a_whole(folder: Path) -> None:
    """By its own laps, in windows of a second; without a board there is none."""
    command = ("profile", "net.tflite", "--dialect", "mlperf")
    with somebody(folder, lap_us=2_500) as url:
        done = tinycnn(*command, "--port", url, cwd=folder)
    none = tinycnn(*command, cwd=folder)

    assert (done.returncode, done.stderr) == (0, "")
    assert f"{url}: 2.500 ms an inference, 400.000 a second\n" in done.stdout
    assert "median of 5 windows of 400 runs\nidentity: not known" in done.stdout
    assert none.returncode == 2
    assert "--dialect is for a board: give its --port" in none.stderr
