"""Sketches that classify raw frames: a camera's, and those that a host sends.

The oracles are Pillow for the model's input and the reference interpreter for its
outputs. The camera is the emulated boards' own: its frames are a formula.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.compiler.models import image_model
from tests.conftest import require_tool
from tests.firmware.qemu import run_in_qemu
from tests.firmware.test_arduino_builder import MACHINE
from tests.firmware.test_arduino_builder import build as build_by_arduino
from tests.zig import ZIG_CC
from tinycnn.boards import load_board
from tinycnn.compiler import compile_tflite
from tinycnn.datasets import frame_to_image, quantize_images
from tinycnn.device import Device, Preprocessing, open_host, open_simulated
from tinycnn.device.deadline import Deadline
from tinycnn.device.link import Link
from tinycnn.device.opening import open_url
from tinycnn.firmware import (
    FirmwareProject,
    build_host,
    build_image,
    firmware_dir,
    write_arduino_project,
)
from tinycnn.firmware.frames import CAMERA_LIBRARIES, app_sources
from tinycnn.frames import FrameFormat, Pixels
from tinycnn.reference import load_reference

STACK_BYTES = 0x8000
LABELS = ("ant", "bee", "cat", "Müll")
CAMERA = firmware_dir() / "ports/sim/libraries"
C_TESTS = firmware_dir().parent / "tests/firmware/c"


class App:
    """Firmware of the image model that takes raw frames, and what it must compute."""

    def __init__(
        self,
        folder: Path,
        app: Any,
        channels: int,
        *,
        board: str = "nano33ble",
        frame: FrameFormat | None = None,
        write: Callable[..., FirmwareProject] = write_arduino_project,
    ) -> None:
        self.model = folder / "net.tflite"
        self.model.write_bytes(image_model(channels))
        self.reference = load_reference(self.model)
        self.board = load_board(board)
        compilation = compile_tflite(self.model.read_bytes(), name="net", labels=LABELS)
        program = compilation.program
        self.image = program.inputs[0].tensor
        borders = (self.image, program.outputs[0].tensor)
        sources = app_sources(
            app, "net", borders, frame=frame, fit="crop", labels=LABELS
        )
        pixels: Pixels = "grey" if channels == 1 else "rgb565"
        self.frame = frame or FrameFormat(width=160, height=120, pixels=pixels)
        self.project = write(
            folder / "sketches",
            name="net",
            model_sources={**compilation.sources, **sources},
            kernels=program.kernels,
            board=self.board,
            libraries=CAMERA_LIBRARIES if app == "camera" else {},
        )

    def input_of(self, frame: bytes) -> np.ndarray:
        """What Pillow and the table make of a frame."""
        _, height, width, channels = self.image.shape
        shape = (height, width, channels)
        image = frame_to_image(frame, self.frame, image_shape=shape, fit="crop")
        scale, zero_point = self.image.scale, self.image.zero_point
        return quantize_images(image, scale=scale, zero_point=zero_point).reshape(-1)

    def scores_of(self, frame: bytes) -> np.ndarray:
        """The reference's scores for a frame."""
        return self.reference.run(self.input_of(frame)[None])[0]

    def camera_line(self, number: int) -> bytes:
        """What the camera's sketch prints of the emulated camera's frame `number`."""
        i = np.arange(self.frame.bytes, dtype=np.uint64).astype(np.uint32)
        light = (i * i // 64 + np.uint32(number) * i) // 8 & 255
        scores = self.scores_of((light >> number % 8).astype(np.uint8).tobytes())
        score = int((int(scores.max()) + 128) / 256 * 1000 + 0.5) / 1000
        return f"{LABELS[scores.argmax()]} {score:.3f}\r\n".encode()

    def draw_frames(self, count: int) -> Iterator[bytes]:
        """Random frames."""
        rng = np.random.default_rng(5)
        for _ in range(count):
            yield rng.integers(0, 256, self.frame.bytes, np.uint8).tobytes()

    def check(self, device: Device, count: int = 3) -> Preprocessing:
        """Input and scores of some frames are those expected."""
        assert device.info().frame == self.frame
        for frame in self.draw_frames(count):
            made, run = device.preprocess(frame), device.classify(frame)
            assert made.input.tobytes() == self.input_of(frame).tobytes()
            assert run.output.tobytes() == self.scores_of(frame).tobytes()
        return made


@contextmanager
def run_simulator(elf: Path) -> Iterator[Link]:
    """The link of a simulated board that has just started."""
    command = [sys.executable, "-m", "tinycnn.simulator", str(elf)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield open_url(process.stdout.readline().split()[1], 115_200)
        finally:
            process.kill()


def read_lines(link: Link, count: int, timeout_s: float = 60.0) -> list[bytes]:
    """What a board prints: so many lines."""
    text, deadline = b"", Deadline(timeout_s)
    while text.count(b"\n") < count and not deadline.expired:
        text += link.read(deadline.remaining())
    return text.splitlines(keepends=True)[:count]


@pytest.mark.emulated
@pytest.mark.parametrize("channels", [1, 3])
def test_the_camera_prints_what_it_sees(tmp_path: Path, channels: int) -> None:
    """Label and score of each frame; a host that comes is served, and heard well."""
    app = App(tmp_path, "camera", channels)
    image = build_image(app.project, app.board, output=tmp_path / "net.elf")
    expected = [app.camera_line(number) for number in range(6)]

    with run_simulator(image.elf) as link:
        lines = read_lines(link, 6)
        with Device(link, reply_timeout_s=60.0) as device:
            made = app.check(device)
            counters = device.counters

    # What a busy computer has sent twice was answered twice: nothing was lost.
    assert counters.resends == counters.stale
    assert lines == expected
    assert len(set(line.split()[0] for line in lines)) >= 2
    assert 100_000 < made.cycles < 4_000_000
    assert image.ram_bytes > app.frame.bytes + STACK_BYTES


@pytest.mark.emulated
@pytest.mark.parametrize(
    ("board", "frame"),
    [
        ("nano33ble", FrameFormat(width=96, height=96, pixels="rgb888")),
        ("nano33ble", FrameFormat(width=20, height=61, pixels="rgb565")),
        ("pico", FrameFormat(width=33, height=17, pixels="grey")),
    ],
)
def test_frames_from_the_link_are_classified(
    tmp_path: Path, board: str, frame: FrameFormat
) -> None:
    """Of any size and pixels, on any core; the sketch prints nothing by itself."""
    app = App(tmp_path, "serial", 3, board=board, frame=frame)
    image = build_image(app.project, app.board, output=tmp_path / "net.elf")

    with open_simulated(image.elf) as device:
        app.check(device)
        assert device.counters.crc_errors == 0


@pytest.mark.parametrize("channels", [1, 3])
def test_the_host_program_takes_frames_too(tmp_path: Path, channels: int) -> None:
    """The camera's, without a camera."""
    app = App(tmp_path, "camera", channels)

    with open_host(build_host(app.project, output=tmp_path / "host.exe")) as device:
        app.check(device)


@pytest.mark.external
def test_arduino_builds_the_cameras_sketch(tmp_path: Path) -> None:
    """Without a warning, with the library found by its header; QEMU runs it."""
    require_tool("arduino-builder")
    app = App(tmp_path, "camera", 1)
    options = ("-libraries", CAMERA)
    output, elf = build_by_arduino(app.project.folder / "net.ino", tmp_path, *options)

    assert "warning" not in output.lower()
    with run_in_qemu(MACHINE, elf) as port:
        link = open_url(port, 115_200)
        lines = read_lines(link, 4)
        with Device(link, reply_timeout_s=60.0) as device:
            app.check(device, 1)

    # What was printed before the port was open is lost, and may cut a line.
    all_lines = [app.camera_line(number) for number in range(40)]
    start = all_lines.index(lines[1])
    assert lines[1:] == all_lines[start : start + 3]


@pytest.mark.external
def test_arduino_builds_the_cameras_library(tmp_path: Path) -> None:
    """The same as a library, with an example."""
    app = App(tmp_path, "camera", 3)
    libraries = app.project.folder.parent / "libraries"
    ino = libraries / "tinycnn_net/examples/serve/serve.ino"
    options = ("-libraries", libraries, "-libraries", CAMERA)
    output, elf = build_by_arduino(ino, tmp_path, *options)

    assert elf.is_file()
    assert "warning" not in output.lower()


def test_the_cameras_sketch_names_its_library(tmp_path: Path) -> None:
    """Its version is pinned; one statement a line, as Arduino's parser needs it."""
    app = App(tmp_path, "camera", 3)
    folder = app.project.folder
    library = folder.parent / "libraries/tinycnn_net/library.properties"
    text = (folder / "net.ino").read_text()

    assert "      - Arduino_OV767X (0.0.2)\n" in (folder / "sketch.yaml").read_text()
    assert "depends=Arduino_OV767X (=0.0.2)\n" in library.read_text()
    for statement in (
        "    tcnn_harness_take_frames(&net_preprocess);",
        "    tcnn_camera_begin(&net_preprocess);",
        "    tcnn_camera_poll(&net_model, &net_preprocess, net_labels);",
    ):
        assert text.splitlines().count(statement) == 1


def test_the_serial_sketch_has_no_camera(tmp_path: Path) -> None:
    """Nothing of it, so that it builds for any board."""
    app = App(tmp_path, "serial", 3)
    names = {path.name for path in (app.project.folder / "src").rglob("*")}
    text = (app.project.folder / "net.ino").read_text()

    assert {
        "net_frames.c",
        "net_frames.h",
        "tcnn_preprocess.c",
        "preprocess.h",
    } <= names
    assert not any("camera" in name for name in names)
    assert "    tcnn_harness_take_frames(&net_preprocess);\n" in text
    assert "camera" not in text


@pytest.fixture(scope="module")
def run_camera(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Runs the camera's C++ on a fake board for five seconds; what it did."""
    program = tmp_path_factory.mktemp("camera") / "camera.exe"
    firmware = firmware_dir()
    command = [*ZIG_CC, "-Wall", "-Wextra", "-Werror"]
    command += ["-std=c++14", f"-I{C_TESTS}/camera", f"-I{firmware}/include/tcnn"]
    command += [f"-I{firmware}/apps/camera", "-o", str(program)]
    sources = [firmware / "apps/camera/tcnn_camera.cpp", C_TESTS / "camera_main.cpp"]
    subprocess.run([*command, *sources], check=True)

    def run(*arguments: object) -> str:
        command = [str(program), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True).stdout

    return run


def test_a_frame_is_read_only_as_it_begins(run_camera: Callable[..., str]) -> None:
    """In the pulse before it, once a frame; each is classified."""
    lines = run_camera("frames", 40).splitlines()

    assert lines == ["begin 160x120 grey 5 OV7675", *["read", "one 1.250"] * 25]


def test_nothing_is_read_while_a_host_talks(run_camera: Callable[..., str]) -> None:
    """Not one frame, not one word."""
    assert run_camera("host", 40).splitlines() == ["begin 160x120 grey 5 OV7675"]


def test_a_camera_that_sends_no_frames_is_told(run_camera: Callable[..., str]) -> None:
    """Every two seconds; the sketch does not hang."""
    lines = run_camera("silent", 40).splitlines()

    assert lines[1:] == ["error: the camera sends no frames"] * 2


def test_a_missing_camera_is_told(run_camera: Callable[..., str]) -> None:
    """Every two seconds; frames of a host are still served."""
    lines = run_camera("missing", 40).splitlines()

    assert lines[1:] == ["error: no camera found at start"] * 2


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0.000"), (1, "0.031"), (32, "1.000"), (127, "3.969"), (-1, "-0.031")],
)
def test_a_score_is_printed_in_thousandths(
    run_camera: Callable[..., str], value: int, text: str
) -> None:
    """Rounded, with its sign."""
    assert f"one {text}" in run_camera("frames", value).splitlines()
