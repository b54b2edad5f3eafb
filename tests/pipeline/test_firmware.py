"""A converted model into firmware: frameworks, engines, and the tools of the board."""

import json
import shutil
import sys
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from tests.compiler.models import conv_model
from tests.compiler.tflite_builder import ModelBuilder
from tests.conftest import require_module
from tests.observer import Log
from tinycnn.artifacts import BuildFolder
from tinycnn.device import open_host, open_simulated
from tinycnn.errors import ProjectError, ToolchainError
from tinycnn.pipeline import inputs
from tinycnn.pipeline.board_image import link_for_board
from tinycnn.pipeline.firmware import check_engine, make_firmware
from tinycnn.pipeline.stages import StageRunner
from tinycnn.project import Project, parse_project
from tinycnn.runtime import firmware_dir

TOML = """
name = "net"
[dataset]
name = "digits"
[model]
name = "tiny_cnn"
[quantization]
per_channel_dense = false
[target]
"""


def project_of(*target: str) -> Project:
    """A project with these lines in [target]."""
    return parse_project(TOML + "\n".join(target))


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StageRunner:
    """A build folder with a converted model; no tool of a vendor is installed."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    runner = StageRunner(BuildFolder(tmp_path / "build"), Log())
    runner.build.path.mkdir()
    (runner.build.path / "model.tflite").write_bytes(conv_model())
    return runner


def files_of(folder: Path) -> set[str]:
    """Relative paths of all files below `folder`."""
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.emulated
def test_everything_is_made_once(runner: StageRunner) -> None:
    """A second time every stage is up to date."""
    project = project_of()
    for _ in range(2):
        make_firmware(project, runner, "digest")
        image = link_for_board(project, runner)
    made = {path.name for path in runner.build.path.iterdir()}

    assert isinstance(runner.observer, Log)
    assert runner.observer.stages == [
        (name, is_current)
        for is_current in (False, True)
        for name in ("project", "firmware", "board")
    ]
    assert {"arduino", "firmware.elf", "firmware.json", "host", "board.json"} <= made
    assert {"model.wasm", "model_mvp.wasm"} <= made
    assert image.missing == (
        "install arduino-cli, then run arduino-cli core install arduino:mbed_nano"
    )


@pytest.mark.parametrize("has_tool", [False, True])
def test_an_old_image_for_the_board_does_not_stay(
    runner: StageRunner, tmp_path: Path, has_tool: bool
) -> None:
    """What cannot be linked anew, for whatever reason, must not be flashed."""
    (runner.build.path / "arduino/net").mkdir(parents=True)
    (runner.build.path / "board").mkdir()
    (runner.build.path / "board/net.bin").write_text("of an older model")
    if has_tool:
        tool = tmp_path / "bin/arduino-cli"
        tool.write_text(f"#!{sys.executable}\nprint('crash')\n")
        tool.chmod(0o755)

    with pytest.raises(ToolchainError) if has_tool else nullcontext():
        link_for_board(project_of(), runner)

    assert not (runner.build.path / "board").exists()


@pytest.mark.emulated
def test_zephyr_gets_an_application(runner: StageRunner) -> None:
    """The simulated board still runs the same model and harness."""
    make_firmware(project_of('framework = "zephyr"'), runner, "digest")

    assert {"prj.conf", "west.yml", "src/main.c"} <= files_of(
        runner.build.path / "zephyr/net"
    )
    with open_simulated(runner.build.path / "firmware.elf") as device:
        assert device.info().model == "net"


@pytest.mark.emulated
@pytest.mark.parametrize("framework", ["arduino", "zephyr"])
def test_tflm_is_the_engine_of_the_project_alone(
    runner: StageRunner, framework: str
) -> None:
    """Here C stands in that computes what TFLite Micro does, and says so."""
    require_module("tflite_micro")
    project = project_of('engine = "tflm"', f'framework = "{framework}"')
    make_firmware(project, runner, "digest")
    made = files_of(runner.build.path / framework / "net")
    names = {path.split("/")[-1] for path in made}

    assert names & {"net_model.cpp", "net_model.cc"}
    assert names & {"net_constants.cpp", "net_constants.cc"}
    assert "conv_2d_portable.c" not in names
    assert json.loads((runner.build.path / "firmware.json").read_text())["engine"] == (
        "compiled"
    )
    with open_host(runner.build.path / "host") as device:
        assert device.info().numerics == "tflm"
    for module in runner.build.wasm, runner.build.wasm_mvp:
        assert b"\0tflm\0" in module.read_bytes()


def test_tflm_that_would_be_silently_wrong_is_refused_early() -> None:
    """Before training, which decides the scales."""
    text = TOML.replace("per_channel_dense = false", "") + 'engine = "tflm"\n'
    check_engine(parse_project(text + 'framework = "zephyr"'))

    with pytest.raises(
        ProjectError, match="per_channel_dense: expected false, as Chir"
    ):
        check_engine(parse_project(text))


def test_a_library_that_is_not_there_is_told(runner: StageRunner) -> None:
    """With what gets one."""
    project = project_of(
        'engine = "tflm"', 'toolchain = "arm-none-eabi-gcc"', 'tflm_library = "lib"'
    )

    with pytest.raises(ProjectError, match=r"lib: no such folder") as caught:
        make_firmware(project, runner, "digest")

    assert "arduino-cli lib install Chirale_TensorFLowLite" in caught.value.hint


def test_the_project_is_delivered_even_if_its_image_does_not_fit(
    runner: StageRunner,
) -> None:
    """The sketch is there to look at; the table says what is big."""
    b = ModelBuilder()
    x, y = b.tensor((1, 1000), scale=0.1), b.tensor((1, 1000), scale=0.1)
    w = b.tensor((1000, 1000), scale=0.1, data=np.ones((1000, 1000), np.int8))
    b.op("FULLY_CONNECTED", [x, w], [y])
    (runner.build.path / "model.tflite").write_bytes(b.build([x], [y]))

    with pytest.raises(ToolchainError, match="bytes of flash beside the") as caught:
        make_firmware(project_of(), runner, "digest")

    assert "   1,000,000  net_" in caught.value.hint
    assert "net.ino" in files_of(runner.build.path / "arduino/net")


def test_other_c_sources_are_other_firmware(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What links the firmware depends on each C source that tinycnn brings."""
    project, copy = project_of(), tmp_path / "firmware"

    def key() -> str:
        return inputs.project_inputs(project, None, "digest", asked=project).key

    before = key()
    shutil.copytree(firmware_dir(), copy)
    monkeypatch.setattr("tinycnn.pipeline.inputs.firmware_dir", lambda: copy)
    assert key() == before
    with (copy / "ports/sim/nrf52840/backend.c").open("a") as port:
        port.write("/* changed */\n")
    assert key() != before
