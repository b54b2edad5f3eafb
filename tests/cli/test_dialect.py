"""`tinycnn validate --dialect`: text to our own firmware and to somebody else's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.command import tinycnn
from tests.cli.spoilt import spoil_weights
from tests.compiler.models import image_model
from tests.device.fake_board import FakeBoard, Leaving, Line, served
from tests.device.text.foreign_board import ForeignBoard
from tests.evidence.recorded import read_members
from tests.harness.mistaken import Rows, run_reference
from tests.workbench.boards import plugged
from tinycnn.compiler import read_tflite
from tinycnn.firmware import FirmwareProject, build_host
from tinycnn.reference import load_reference
from tinycnn.workbench import diagnosis, explanation, file, workshop

ON_PORTS = ("validate", "net.tflite", "--dialect", "mlperf", "--count")


def run_reference_here(model: bytes, rows: Rows, *, reference: str) -> Rows:
    """What a reference answers, without a process of its own."""
    return run_reference(model, reference, rows)


def name_ports(ports: Sequence[str]) -> list[str]:
    """The options that name them."""
    return [word for port in ports for word in ("--port", port)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a model, net.tflite; references run within this process."""
    monkeypatch.setattr(file, "load_isolated_reference", load_reference)
    monkeypatch.setattr(diagnosis, "run_isolated", run_reference_here)
    (tmp_path / "net.tflite").write_bytes(image_model(1))
    return tmp_path


def foreign(folder: Path, **options: Any) -> Line:
    """A foreign board that runs the model, as LiteRT does."""
    path = folder / "net.tflite"
    reference, graph = load_reference(path), read_tflite(path.read_bytes())
    output = graph.tensors[graph.outputs[0]]
    offset = options.pop("offset", 0)

    def run(data: bytes) -> Sequence[float]:
        row = np.frombuffer(data, np.int8)[None] ^ np.int8(-128 if offset else 0)
        found = reference.run(row)[0].astype(np.float32) - output.zero_point
        return list(found * np.float32(output.scale))

    return Line(ForeignBoard(run, **options))  # type: ignore[arg-type]


@contextmanager
def somebody(folder: Path, **options: Any) -> Iterator[str]:
    """The URL of such a board."""
    with served(foreign(folder, **options)) as url:
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


@pytest.mark.parametrize("count", [1, 9])
def test_foreign_boards_share_the_images(folder: Path, count: int) -> None:
    """Also where one of them had none, of whose numbers nothing is known then."""
    with plugged(foreign(folder), foreign(folder)) as ports:
        done = tinycnn(*ON_PORTS, count, *name_ports(ports), cwd=folder)

    assert (done.returncode, done.stderr) == (0, "")
    said = done.stdout.splitlines()
    assert f"PASS: {count} of {count} images equal as printed on 2 boards" in said[2]
    rows = [line.split() for line in said if line.startswith("- ")]
    assert [row[1] for row in rows] == [f"...{port[-19:]}" for port in ports]
    assert sum(int(row[2]) for row in rows) == count
    assert "printed: 3 decimals, within 0.001" in said[-1]
    assert max(map(len, said)) <= 80


def test_each_foreign_board_has_a_verdict(folder: Path) -> None:
    """One goes away; it is named by its port, as it says no id."""
    leaving = Leaving(foreign(folder).board, 40)
    with plugged(foreign(folder), leaving) as ports:
        done = tinycnn(*ON_PORTS, 9, "--each", *name_ports(ports), cwd=folder)

    assert (done.returncode, done.stderr) == (3, "")
    said = done.stdout.splitlines()
    rows = [line.split()[-1] for line in said if line[:2] == "- "]
    assert rows == ["PASS", "STOPPED"]
    assert any(line.startswith(f"board {ports[1]}: image ") for line in said)
    assert said[-1] == "1 of 2 boards pass"


def test_a_run_that_ends_early_says_no_more_than_it_knows(folder: Path) -> None:
    """How numbers are printed is asked in the end; other firmware does not go on."""
    more = ("--log", "run.jsonl", "--port")
    with plugged(Leaving(foreign(folder).board, 40)) as (port,):
        done = tinycnn(*ON_PORTS, 9, *more, port, cwd=folder)
    with plugged(foreign(folder, model="kws01")) as (port,):
        other = tinycnn(*ON_PORTS, 9, *more, port, "--resume", cwd=folder)

    assert done.returncode == 3, done.stderr
    assert "STOPPED: " in done.stdout
    assert "printed: not known before the run comes to its end\n" in done.stdout
    assert other.returncode == 2
    assert "expected firmware not tinycnn's, model 'kws01', got " in other.stderr


@pytest.mark.emulated
def test_simulated_boards_speak_text_side_by_side(folder: Path) -> None:
    """Our own firmware on both, byte for byte."""
    command = ("validate", "net.tflite", "--dialect", "mlperf", "--boards", "2")
    done = tinycnn(*command, "--count", "9", "--json", cwd=folder)

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["verdict"], found["equal"]) == ("equal", 9)
    assert (found["device"]["name"], found["reservations"]) == (
        "2 x simulated nano33ble",
        [],
    )


def test_our_own_text_firmware_is_bisected(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its debug firmware speaks packets. Planted: weights, behind the compiler's back.

    Portable kernels take others, so that they are right.
    """
    monkeypatch.setattr(explanation, "_variants", lambda *_, **__: nullcontext([]))

    def build(project: FirmwareProject, **options: Any) -> Path:
        path = build_host(project, **options)
        assert spoil_weights(path)
        return path

    monkeypatch.setattr(workshop, "build_host", build)
    command = ("validate", "net.tflite", "--device", "host", "--dialect", "mlperf")
    done = tinycnn(*command, "--count", "1", "--bisect", cwd=folder)

    assert done.returncode == 1, done.stderr
    said = " ".join(done.stdout.split())
    assert "FAIL: 0 of 1 images equal on host process" in said
    assert "bisect: image 0: op 2 FULLY_CONNECTED is the first that differs" in said
