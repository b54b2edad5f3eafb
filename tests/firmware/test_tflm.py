"""The second engine: against small fakes of TFLite Micro's headers, and the wheel."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.compiler.models import image_model, residual_model
from tests.compiler.tflite_builder import ModelBuilder
from tests.conftest import require_module, require_tool
from tests.harness.c_build import FIRMWARE
from tests.harness.mistaken import run_reference
from tinycnn.boards import Board, load_board
from tinycnn.choices import Toolchain
from tinycnn.compiler import read_tflite
from tinycnn.device import Device, open_host, open_simulated
from tinycnn.errors import (
    InvalidModelError,
    ProtocolError,
    ToolchainError,
    UnsupportedModelError,
)
from tinycnn.firmware import build_image, write_arduino_project
from tinycnn.firmware.tflm import (
    ARDUINO_RELEASE,
    ZEPHYR_RELEASE,
    TflmRelease,
    make_tflm_engine,
)
from tinycnn.firmware.tflm_library import TflmLibrary, build_tflm_library
from tinycnn.harness.reasons import bisect, trace_interpreter
from tinycnn.reference import TflmArena, load_reference, measure_arena
from tinycnn.runtime import kernel_sources

FAKES = Path(__file__).parent / "c/tflm"
ZIG = [sys.executable, "-m", "ziglang"]
GCC: Toolchain = "arm-none-eabi-gcc"
ARENA = TflmArena(recorded_bytes=4000, least_bytes=4096)
FAKE_ARENA_BYTES = 2048


def dense_model(scales: Any) -> bytes:
    """One FULLY_CONNECTED whose weights have these scales."""
    b = ModelBuilder()
    x = b.tensor((1, 2), scale=0.1)
    data = np.ones((len(scales), 2), np.int8)
    w = b.tensor((len(scales), 2), scale=np.array(scales), data=data)
    y = b.tensor((1, len(scales)), scale=0.1)
    b.op("FULLY_CONNECTED", [x, w], [y])
    return b.build([x], [y])


def sources(model: bytes, release: TflmRelease = ARDUINO_RELEASE) -> dict[str, str]:
    """The engine of `model`."""
    return make_tflm_engine(model, name="net", arena=ARENA, release=release).sources


@pytest.fixture(scope="session")
def objects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The engine's folder with everything compiled but the engine itself."""
    folder = tmp_path_factory.mktemp("engine")
    (folder / "tcnn").mkdir()
    runtime = {f"tcnn/{name}": text for name, text in kernel_sources([]).items()}
    for name, text in {**runtime, **sources(residual_model())}.items():
        (folder / name).write_text(text, encoding="utf-8")
    folders = ("include/tcnn", "harness", "ports", "ports/host")
    includes = [f"-I{FIRMWARE / folder}" for folder in folders]
    code = [*FIRMWARE.glob("harness/*.c"), *FIRMWARE.glob("ports/host/*.c")]
    command: list[str | Path] = [
        *ZIG,
        "cc",
        "-O1",
        "-c",
        "-DTCNN_MODEL=net_model",
        *includes,
        *code,
    ]
    subprocess.run(command, cwd=folder, check=True)
    data = [*ZIG, "c++", "-std=gnu++14", "-c", "net_constants.cpp"]
    subprocess.run(data, cwd=folder, check=True)
    (folder / "Chirale_TensorFlowLite.h").touch()
    return folder


@pytest.fixture
def open_engine(objects: Path, tmp_path: Path) -> Iterator[Callable[..., Device]]:
    """Opens the engine on the fakes; keywords change what these say."""
    devices = []

    def open_it(*flags: str, **changes: Any) -> Device:
        defines = [f"-DFAKE_{name}={value}" for name, value in changes.items()]
        command = [*ZIG, "c++", "-std=gnu++14", "-fno-exceptions", "-fno-rtti"]
        command += ["-Wall", "-Wextra", "-Werror", *flags, *defines]
        command += [f"-I{FAKES}", f"-I{objects}"]
        engine, program = tmp_path / "model.o", tmp_path / "engine.exe"
        command += ["-c", str(objects / "net_model.cpp"), "-o", str(engine)]
        subprocess.run(command, check=True)
        parts = [engine, *objects.glob("*.o")]
        subprocess.run([*ZIG, "cc", *parts, "-o", program], check=True)
        devices.append(open_host(program))
        return devices[-1]

    yield open_it
    for device in devices:
        device.close()


@pytest.mark.parametrize("flags", [(), ("-DFAKE_NEWER",)])
def test_the_engine_serves_the_same_protocol(
    open_engine: Callable[..., Device], flags: tuple[str, ...]
) -> None:
    """Inputs and outputs are found where the interpreter put them, in every release."""
    device = open_engine(*flags)
    inputs = np.arange(756, dtype=np.int64).astype(np.int8)

    assert device.infer(inputs).output.tolist() == list(range(1, 17))
    assert device.infer(inputs + np.int8(1)).output.tolist() == list(range(2, 18))


def test_the_device_confirms_the_arena(open_engine: Callable[..., Device]) -> None:
    """HELLO tells what the interpreter uses, not what was set aside for it."""
    info = open_engine().info()

    assert info.arena_bytes == FAKE_ARENA_BYTES
    assert (info.model, info.numerics) == ("net", "tflm")


@pytest.mark.parametrize(
    ("flags", "changes", "why"),
    [
        ((), {"ARENA_BYTES": 1 << 20}, "arena too small"),
        ((), {"OPERATORS": 7}, "not all operators"),
        ((), {"INPUT_BYTES": 755}, "other inputs or outputs"),
        ((), {"MODEL_VERSION": 4}, "schema is another"),
        (("-DFAKE_BAD_KERNEL",), {}, "an operator failed"),
    ],
)
def test_an_engine_that_cannot_start_says_why(
    open_engine: Callable[..., Device],
    flags: tuple[str, ...],
    changes: dict[str, int],
    why: str,
) -> None:
    """HELLO still works; every other request is answered with the reason."""
    device = open_engine(*flags, **changes)

    assert device.info().model == "net"
    with pytest.raises(ProtocolError, match=rf"error 7 \(.*{why}") as caught:
        device.infer(bytes(756))
    assert "version of TFLite Micro" in caught.value.hint


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """The fakes in the form of an Arduino library."""
    folder = tmp_path / "library"
    shutil.copytree(FAKES, folder / "src")
    (folder / "src/Chirale_TensorFlowLite.h").write_text("#include <Wire.h>\n")
    text = '#include "tensorflow/lite/micro/micro_interpreter.h"\n'
    (folder / "src/tensorflow/lite/micro/micro_interpreter.cpp").write_text(text)
    return folder


@pytest.mark.emulated
@pytest.mark.external
def test_the_simulated_board_runs_the_engine(
    board: Board, library: Path, tmp_path: Path
) -> None:
    """With the library compiled for its core, from the folder that Arduino unpacks."""
    require_tool(GCC)
    project = write_arduino_project(
        tmp_path,
        name="net",
        model_sources=sources(residual_model()),
        kernels=[],
        board=board,
    )
    tflm = build_tflm_library(library, board, output=tmp_path / "libtflm.a")
    output = tmp_path / "net.elf"
    image = build_image(project, board, toolchain=GCC, output=output, tflm=tflm)

    with open_simulated(image.elf) as device:
        assert device.info().arena_bytes == FAKE_ARENA_BYTES
        assert device.infer(bytes(756)).output.tolist() == [1] * 16


def test_a_folder_that_is_no_library_is_told(board: Board, tmp_path: Path) -> None:
    """It must be the one of TFLite Micro."""
    with pytest.raises(ToolchainError, match="expected the Arduino library of TFLite"):
        build_tflm_library(tmp_path, board, output=tmp_path / "libtflm.a")


needs_library = pytest.mark.skipif(
    "TFLM_LIBRARY" not in os.environ,
    reason="TFLM_LIBRARY names no folder of TFLite Micro's Arduino library",
)


@pytest.fixture(scope="session")
def real_library(tmp_path_factory: pytest.TempPathFactory) -> TflmLibrary:
    """Compiled for the board, once: it takes minutes."""
    output = tmp_path_factory.mktemp("tflm") / "libtflm.a"
    folder = Path(os.environ["TFLM_LIBRARY"])
    return build_tflm_library(folder, load_board("nano33ble"), output=output)


def link(
    model: bytes, tflm: TflmLibrary, folder: Path, *, traced: bool = False
) -> tuple[Path, int]:
    """An image of the engine, and what its arena needs on this computer."""
    board, arena = load_board("nano33ble"), measure_arena(model)
    engine = make_tflm_engine(
        model, name="net", arena=arena, release=ARDUINO_RELEASE, traced=traced
    )
    project = write_arduino_project(
        folder, name="net", model_sources=engine.sources, kernels=[], board=board
    )
    elf = folder / "net.elf"
    build_image(project, board, toolchain=GCC, output=elf, tflm=tflm)
    return elf, arena.least_bytes


@pytest.mark.tflm_library
@needs_library
def test_the_real_library_equals_the_wheel(
    real_library: TflmLibrary, tmp_path: Path
) -> None:
    """On the simulated board, in the arena that was measured on this computer."""
    path = tmp_path / "model.tflite"
    path.write_bytes(residual_model())
    elf, arena_bytes = link(path.read_bytes(), real_library, tmp_path)
    inputs = np.random.default_rng(0).random((5, 189), np.float32).view(np.int8)

    with open_simulated(elf) as device:
        outputs = np.stack([device.infer(row).output for row in inputs])
        assert device.info().arena_bytes <= arena_bytes
    assert np.array_equal(outputs, load_reference(path, "tflm").run(inputs))


@pytest.mark.tflm_library
@needs_library
def test_debug_firmware_of_the_real_library_finds_a_wrong_weight(
    real_library: TflmLibrary, tmp_path: Path
) -> None:
    """All tensors are the wheel's; with one byte of the flashed model changed not."""
    model = image_model(3)
    elf, _ = link(model, real_library, tmp_path, traced=True)
    graph = read_tflite(model)
    weights = graph.tensors[graph.ops[0].inputs[1]].data
    assert weights is not None
    image, pattern = elf.read_bytes(), weights.tobytes()
    assert image.count(pattern) == 1
    changed = bytes([pattern[0] ^ 0x40]) + pattern[1:]
    (wrong := tmp_path / "wrong.elf").write_bytes(image.replace(pattern, changed))

    found = []
    for path in (elf, wrong):
        with open_simulated(path) as device:
            size = device.info().input_bytes
            row = np.random.default_rng(0).integers(-128, 128, size, np.int8)
            traced = trace_interpreter(model, row, run_tflm)
            found.append(bisect(device, traced, (0, row)))

    assert "all 4 tensors equal the reference's" in found[0].verdict
    assert "op 0 CONV_2D is the first that differs" in found[1].verdict
    assert found[1].source == "in TFLite Micro's library"
    assert found[1].number is not None
    assert found[1].number.region == "in channel 0"


def run_tflm(model: bytes, rows: np.ndarray) -> np.ndarray:
    """The reference, in this process."""
    return run_reference(model, "tflm", rows)


def test_a_wrong_schema_does_not_compile(open_engine: Callable[..., Device]) -> None:
    """The header's version is checked by the compiler."""
    with pytest.raises(subprocess.CalledProcessError):
        open_engine("-DTFLITE_SCHEMA_VERSION=4")


def test_the_resolver_holds_exactly_the_operators() -> None:
    """One addition a kind, each checked; int8 kernels where all of a kind are int8."""
    text = sources(residual_model())["net_model.cpp"]

    assert "MicroMutableOpResolver<8>" in text
    assert re.findall(r"resolver\.(\w+\(.*\)) == kTfLiteOk", text) == [
        "AddAdd(Register_ADD_INT8())",
        "AddConv2D(Register_CONV_2D_INT8())",
        "AddDequantize()",
        "AddFullyConnected(Register_FULLY_CONNECTED_INT8())",
        "AddMean()",
        "AddPad()",
        "AddQuantize()",
        "AddSoftmax(Register_SOFTMAX_INT8())",
    ]


def test_arduino_and_zephyr_get_the_files_that_they_compile() -> None:
    """The same engine under other names; only Arduino needs the library's header."""
    arduino, zephyr = (
        sources(residual_model(), release)
        for release in (ARDUINO_RELEASE, ZEPHYR_RELEASE)
    )

    stems = ("net_model", "net_constants")
    assert set(arduino) == {f"{stem}{end}" for stem in stems for end in (".h", ".cpp")}
    assert set(zephyr) == {f"{stem}{end}" for stem in stems for end in (".h", ".cc")}
    assert "#include <Chirale_TensorFlowLite.h>" in arduino["net_model.cpp"]
    assert "Chirale" not in zephyr["net_model.cc"]


def test_the_arena_has_a_stated_margin() -> None:
    """For the largest window of a convolution, twice in 16 bits, and each operator."""
    header = sources(residual_model())["net_model.h"]

    arena_bytes = int(header.split("NET_ARENA_BYTES ")[1].split()[0])
    assert arena_bytes % 16 == 0
    assert 0 <= arena_bytes - (4096 + 16 + 4 * (3 * 3 * 8) + 16 * 9) < 16
    assert (
        f"needs on a host, 4096 bytes, and a margin of {arena_bytes - 4096} "
        in re.sub(r"\n \* +", " ", header)
    )


def test_per_channel_dense_is_refused_where_it_is_silently_wrong() -> None:
    """Older releases use the first scale for all channels."""
    model = dense_model([0.1, 0.2])

    with pytest.raises(
        UnsupportedModelError, match=r"got 2: Chirale_Ten.* 2\.0\.0 would"
    ):
        sources(model)

    assert sources(model, ZEPHYR_RELEASE)
    assert sources(dense_model([0.1, 0.1]))


def test_operators_that_a_release_rounds_otherwise_are_named() -> None:
    """A difference on the device is expected there, and explained."""
    arduino, zephyr = (
        make_tflm_engine(residual_model(), name="net", arena=ARENA, release=release)
        for release in (ARDUINO_RELEASE, ZEPHYR_RELEASE)
    )

    assert (arduino.differing, zephyr.differing) == (("op 5 (MEAN)",), ())


def test_an_operator_that_tflm_lacks_is_named() -> None:
    """Before anything is compiled."""
    b = ModelBuilder()
    x, y = (b.tensor((1, 4), scale=0.1) for _ in range(2))
    b.op("RELU_N1_TO_1", [x], [y])

    with pytest.raises(UnsupportedModelError, match=r"op 0 \(RELU_N1_TO_1 .* no such"):
        sources(b.build([x], [y]))


def test_an_operator_that_a_release_lacks_is_named() -> None:
    """Newer TFLite Micro, the reference, has it."""
    with pytest.raises(UnsupportedModelError, match=r"\(REDUCE_MIN\): .* no such"):
        sources(mean_model("REDUCE_MIN", output_scale=0.1))


def mean_model(kind: str = "MEAN", output_scale: float = 0.05) -> bytes:
    """So small that the interpreter dies in arenas that are too small for it."""
    b = ModelBuilder()
    x = b.tensor((1, 3, 3, 2), scale=0.1)
    axes = b.tensor((2,), "int32", data=np.array([1, 2], np.int32))
    y = b.tensor((1, 2), scale=output_scale)
    b.op(kind, [x, axes], [y])
    return b.build([x], [y])


@pytest.mark.parametrize("model", [residual_model(), mean_model()])
def test_the_least_arena_is_the_least(model: bytes) -> None:
    """The wheel takes it, and refuses the next smaller one."""
    require_module("tflite_micro")
    arena = measure_arena(model)
    code = (
        "import sys; from tflite_micro import runtime; "
        "runtime.Interpreter.from_bytes(sys.stdin.buffer.read(), "
        "arena_size=int(sys.argv[1]))"
    )
    enough, less = (
        subprocess.run(
            [sys.executable, "-c", code, str(arena.least_bytes - missing)],
            input=model,
            capture_output=True,
        )
        for missing in (0, 16)
    )

    assert arena.recorded_bytes <= arena.least_bytes
    assert enough.returncode == 0
    assert less.returncode != 0


def test_a_broken_model_has_no_arena() -> None:
    """The interpreter's own words, in one line."""
    require_module("tflite_micro")

    with pytest.raises(InvalidModelError, match="tflite-micro refuses the model: "):
        measure_arena(b"no model")
