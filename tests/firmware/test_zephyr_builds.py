"""The Zephyr application with the real Zephyr: built, run and compared.

Wants ZEPHYR_BASE, west, the modules cmsis_6 and hal_nordic, compilers for the host and
for Arm, and QEMU.
"""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from tests.compiler.models import residual_model, two_sided_model
from tests.firmware.test_apps import App
from tinycnn.boards import load_board, load_boards
from tinycnn.compiler import compile_tflite
from tinycnn.device import open_serial
from tinycnn.firmware import write_zephyr_project
from tinycnn.frames import FrameFormat
from tinycnn.reference import load_reference

pytestmark = [
    pytest.mark.zephyr,
    pytest.mark.skipif(
        "ZEPHYR_BASE" not in os.environ, reason="ZEPHYR_BASE names no Zephyr"
    ),
]

NATIVE = "native_sim/native/64"
QEMU = "mps2/an386"
NANO = "arduino_nano_33_ble/nrf52840/sense"
MODELS = {"net": residual_model, "two": two_sided_model}

# An application of somebody else's, with both models in it.
FOREIGN_CMAKE = """\
cmake_minimum_required(VERSION 3.20)
list(APPEND EXTRA_ZEPHYR_MODULES ${CMAKE_SOURCE_DIR}/../net ${CMAKE_SOURCE_DIR}/../two)
find_package(Zephyr REQUIRED HINTS $ENV{ZEPHYR_BASE})
project(foreign LANGUAGES C)
target_sources(app PRIVATE main.c)
"""
FOREIGN_MAIN = r"""
#include <zephyr/kernel.h>
#include "tinycnn_net.h"
#include "tinycnn_two.h"

int main(void) {
    net_invoke(net_arena);
    two_invoke(two_arena);
    printk("both ran, net's first output is %08x\n",
           *(uint32_t *)(void *)&net_arena[NET_OUTPUT_OFFSET]);
    return 0;
}
"""


def run_west(*arguments: object, folder: Path) -> str:
    """Output of west, which must succeed."""
    command = ["west", *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="session")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the application of each model."""
    folder = tmp_path_factory.mktemp("zephyr")
    for name, model in MODELS.items():
        compilation = compile_tflite(model(), name=name)
        write_zephyr_project(
            folder,
            name=name,
            model_sources=compilation.sources,
            kernels=compilation.program.kernels,
            board=load_board("nano33ble"),
        )
    return folder


@pytest.fixture(scope="session")
def build(apps: Path) -> Callable[..., tuple[str, Path]]:
    """Builds an application once for a target: output of west, and its folder."""
    built: dict[tuple[str, ...], tuple[str, Path]] = {}

    def run(name: str, target: str, *settings: str) -> tuple[str, Path]:
        key = (name, target, *settings)
        if key not in built:
            output = apps / f"build{len(built)}"
            more = ("--", *settings) if settings else ()
            command = ("build", "-p", "always", "-b", target, "-d", output, name, *more)
            built[key] = run_west(*command, folder=apps), output / "zephyr"
        return built[key]

    return run


@contextmanager
def running(command: list[str | Path]) -> Iterator[str]:
    """A process that says first which pseudo terminal is its link."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, text=True) as process:
        try:
            yield re.findall(r"/dev/\S+", process.stdout.readline())[0]
        finally:
            process.kill()


def command_of(target: str, output: Path) -> list[str | Path]:
    """What runs the program of a build."""
    if target == NATIVE:
        return [output / "zephyr.exe"]
    qemu = (
        "qemu-system-arm -M mps2-an386 -display none -monitor none -serial pty -kernel"
    )
    return [*qemu.split(), output / "zephyr.elf"]


@pytest.mark.parametrize(
    ("name", "target", "settings"),
    [
        ("net", NATIVE, ()),
        ("two", NATIVE, ("-DCONFIG_UART_INTERRUPT_DRIVEN=n",)),
        ("net", QEMU, ()),
        ("two", QEMU, ()),
    ],
    ids=["native", "native-polled", "qemu", "qemu-large"],
)
def test_it_computes_what_the_reference_does(
    build: Callable[..., tuple[str, Path]],
    tmp_path: Path,
    name: str,
    target: str,
    settings: tuple[str, ...],
) -> None:
    """Every byte, over its serial port, by the client that boards get."""
    output, folder = build(name, target, *settings)
    path = tmp_path / "model.tflite"
    path.write_bytes(MODELS[name]())
    reference = load_reference(path)

    with running(command_of(target, folder)) as port, open_serial(port) as device:
        info = device.info()
        size = sum(tensor.bytes for tensor in info.inputs)
        floats = np.random.default_rng(0).random((10, size // 4), np.float32)
        inputs = floats.view(np.int8)
        got = np.stack([device.infer(row).output for row in inputs])

    assert (info.model, info.board) == (name, target)
    assert np.array_equal(got, reference.run(inputs))
    assert "warning:" not in output


@pytest.mark.parametrize("target", [NATIVE, QEMU])
def test_it_takes_raw_frames(tmp_path: Path, target: str) -> None:
    """Preprocessed on the device, as a host that has the data set would."""
    frame = FrameFormat(width=48, height=40, pixels="rgb565")
    app = App(tmp_path, "serial", 3, frame=frame, write=write_zephyr_project)
    folder = app.project.folder
    output = run_west("build", "-b", target, folder, folder=folder.parent)

    command = command_of(target, folder.parent / "build/zephyr")
    with running(command) as port, open_serial(port) as device:
        app.check(device)

    assert "warning:" not in output


def test_it_links_for_the_nano(build: Callable[..., tuple[str, Path]]) -> None:
    """Behind the bootloader, which a touch starts; floats in hardware; over USB."""
    output, folder = build("net", NANO)
    settings = (folder / ".config").read_text().splitlines()
    tree = (folder / "zephyr.dts").read_text()
    image = (folder / "zephyr.bin").read_bytes()
    stack, entry = np.frombuffer(image[:8], "<u4")

    assert "warning:" not in output
    assert b"untouched_ms" in (folder / "zephyr.elf").read_bytes()  # of obey_touch()
    assert 0x20000000 < stack <= 0x20040000
    assert 0x10000 < entry < 0x10000 + len(image)
    assert len(image) < 0xE8000
    assert "CONFIG_FPU=y" in settings
    assert "CONFIG_CDC_ACM_SERIAL_INITIALIZE_AT_BOOT=y" in settings
    assert "zephyr,console = &tinycnn_usb;" in tree


def test_another_application_uses_the_models_as_libraries(apps: Path) -> None:
    """Two of them in one image, without the harness."""
    app = apps / "foreign"
    app.mkdir()
    (app / "CMakeLists.txt").write_text(FOREIGN_CMAKE)
    (app / "main.c").write_text(FOREIGN_MAIN)
    (app / "prj.conf").write_text(
        "".join(f"CONFIG_TINYCNN_{n}=y\n" for n in ("NET", "TWO"))
    )
    run_west("build", "-b", NATIVE, "-d", app / "build", app, folder=apps)
    command = [str(app / "build/zephyr/zephyr.exe"), "-stop_at=1"]
    done = subprocess.run(command, capture_output=True, text=True)

    assert re.search(r"^both ran, net's first output is 3[ef]\w{6}$", done.stdout, re.M)
    assert "tcnn_harness" not in (app / "build/zephyr/zephyr.map").read_text()


def test_twister_runs_the_sample(apps: Path) -> None:
    """Zephyr's own test runner finds it, builds it and sees it run."""
    arguments = ("-T", "net", "-p", NATIVE, "--outdir", "twister", "--inline-logs")
    output = run_west("twister", *arguments, folder=apps)

    assert re.search(r"1 of \d executed test configurations passed", output)
    assert re.search(r"\b0 failed, 0 errored, with no warnings", output)


def test_zephyr_knows_the_table_of_boards(apps: Path) -> None:
    """Every board that says so exists, by that name."""
    lines = run_west("boards", "-f", "{name} {qualifiers}", folder=apps).splitlines()
    known = {
        f"{name}/{qualifier}"
        for name, _, qualifiers in (line.partition(" ") for line in lines)
        for qualifier in qualifiers.split(",")
    }
    targets = [b.zephyr_target for b in load_boards() if b.zephyr_target]
    unknown = [t for t in targets if not is_known(re.sub(r"@[^/]+", "", t), known)]

    assert unknown == []


def is_known(target: str, known: set[str]) -> bool:
    """As Zephyr reads it: a board of a single chip needs no more than its name."""
    return target in known or (
        "/" not in target and any(k.startswith(f"{target}/") for k in known)
    )
