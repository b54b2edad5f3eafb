"""The files of a Zephyr application; test_zephyr_builds.py builds and runs them."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.firmware.conftest import KERNELS, MODEL
from tinycnn.boards import Board, load_board, load_boards
from tinycnn.errors import ProjectError
from tinycnn.firmware import FirmwareProject, firmware_dir, write_zephyr_project
from tinycnn.runtime import VERSION_HEADER

BOARDS = [board for board in load_boards() if board.zephyr_target]


def write(folder: Path, board: str = "nano33ble", **changes: Any) -> FirmwareProject:
    """The application of the counting model; keywords replace what it is made of."""
    values = {"name": "counting", "model_sources": MODEL, "kernels": KERNELS}
    return write_zephyr_project(
        folder, board=load_board(board), **{**values, **changes}
    )


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """Its folder."""
    return write(tmp_path).folder


def test_the_runtime_is_copied_byte_for_byte(app: Path) -> None:
    """The same harness and kernels as everywhere, and all of them."""
    runtime = {path.name: path for path in firmware_dir().rglob("*.[ch]")}
    kernels = {
        f"{path.parent.name}_{path.name}": path
        for path in firmware_dir().glob("kernels/*/*.c")
    }
    runtime |= kernels
    generated = {VERSION_HEADER, "tcnn_receive.h"}
    copied = {p.name for p in (app / "src/tcnn").iterdir()} - generated

    assert {"tcnn_harness.c", "tcnn_port.c", "softmax_portable.c"} <= copied
    assert "host_main.c" not in copied
    runtime["tcnn_port.c"] = firmware_dir() / "ports/zephyr/tcnn_port.c"
    for name in copied:
        assert (app / "src/tcnn" / name).read_bytes() == runtime[name].read_bytes()


def test_all_sources_are_compiled_once(tmp_path: Path) -> None:
    """By the module's CMakeLists.txt, the application's main.c by its own."""
    project = write(tmp_path)
    cmake = (project.folder / "zephyr/CMakeLists.txt").read_text()
    compiled = re.findall(r"^ +(?:\.\./src/)?((?:tcnn/)?\w+\.c)$", cmake, re.M)

    expected = [*sorted(f"src/{name}" for name in compiled), "src/main.c"]
    assert sorted(expected) == list(project.sources)
    assert "target_sources(app PRIVATE src/main.c)" in (
        project.folder / "CMakeLists.txt"
    ).read_text("utf-8")


def test_settings_are_of_symbols_that_exist(app: Path) -> None:
    """What prj.conf switches on of the model, the module's Kconfig defines."""
    defined = set(
        re.findall(r"^config (\w+)", (app / "zephyr/Kconfig").read_text(), re.M)
    )
    set_ = set(
        re.findall(r"^CONFIG_(TINYCNN\w+)=y", (app / "prj.conf").read_text(), re.M)
    )

    assert defined == set_ == {"TINYCNN_COUNTING", "TINYCNN_COUNTING_SERVE"}


def test_the_folder_is_a_zephyr_module(app: Path) -> None:
    """module.yml names folders and files that are there."""
    module = yaml.safe_load((app / "zephyr/module.yml").read_text())
    header = (app / "zephyr/include/tinycnn_counting.h").read_text()
    includes = re.findall(r'#include "(.*)"', header)

    assert module["name"] == "tinycnn_counting"
    assert (app / module["build"]["cmake"] / "CMakeLists.txt").is_file()
    assert (app / module["build"]["kconfig"]).is_file()
    assert all((app / "zephyr/include" / include).is_file() for include in includes)


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_west_gets_what_the_board_needs(tmp_path: Path, board: Board) -> None:
    """One pinned release of Zephyr, and the modules of the board's chip."""
    app = write(tmp_path, board.name).folder
    manifest = yaml.safe_load((app / "west.yml").read_text())["manifest"]
    (zephyr,) = manifest["projects"]

    assert re.fullmatch(r"v\d+\.\d+\.\d+", zephyr["revision"])
    assert zephyr["remote"] in {remote["name"] for remote in manifest["remotes"]}
    assert zephyr["import"]["name-allowlist"] == list(board.zephyr_modules) != []
    assert manifest["self"]["path"] == app.name


def test_tflite_micro_comes_by_its_revision(tmp_path: Path) -> None:
    """With the faster kernels, C++, and the model's C++ files among the sources."""
    sources = {"net_model.h": "", "net_model.cc": "", "net_constants.cc": ""}
    libraries = {"tflite-micro": "8d404de73acf7687831e16d88e86e4f73cfddf8e"}
    project = write(tmp_path, model_sources=sources, kernels=[], libraries=libraries)
    app = project.folder
    zephyr, tflm = yaml.safe_load((app / "west.yml").read_text())["manifest"][
        "projects"
    ]

    assert (tflm["name"], tflm["revision"]) == next(iter(libraries.items()))
    assert {"cmsis-nn", "cmsis-dsp"} <= set(zephyr["import"]["name-allowlist"])
    assert {"src/net_model.cc", "src/net_constants.cc"} <= set(project.sources)
    assert "    ../src/net_model.cc\n" in (app / "zephyr/CMakeLists.txt").read_text()
    assert "\tselect TENSORFLOW_LITE_MICRO\n" in (app / "zephyr/Kconfig").read_text()
    assert "CONFIG_STD_CPP17=y\n" in (app / "prj.conf").read_text()
    assert "LANGUAGES C CXX)" in (app / "CMakeLists.txt").read_text()


def test_twister_waits_for_what_the_application_prints(app: Path) -> None:
    """The regular expression matches main.c's text."""
    sample = yaml.safe_load((app / "sample.yaml").read_text())
    run = sample["tests"]["tinycnn.counting.run"]
    (text,) = re.findall(r'printk\("(.*)\\n"', (app / "src/main.c").read_text())

    assert run["harness"] == "console"
    assert "CONFIG_PRINTK=y" in run["extra_configs"]
    assert re.fullmatch(run["harness_config"]["regex"][0], text.replace("%u", "131"))
    assert "arduino_nano_33_ble/nrf52840/sense" in sample["common"]["platform_allow"]


@pytest.mark.parametrize("variant", ["nrf52840", "nrf52840_sense"])
def test_the_nanos_link_is_its_usb(app: Path, variant: str) -> None:
    """Its console would be two pins: trap for everybody who plugs the board in."""
    path = app / f"boards/arduino_nano_33_ble_{variant}"
    overlay = path.with_suffix(".overlay").read_text()
    settings = path.with_suffix(".conf").read_text()
    (chosen,) = re.findall(r"zephyr,console = &(\w+);", overlay)

    assert f'{chosen}: {chosen} {{\n\t\tcompatible = "zephyr,cdc-acm-uart";' in overlay
    assert "CONFIG_USB_DEVICE_STACK_NEXT=y" in settings
    assert "CONFIG_CDC_ACM_SERIAL_INITIALIZE_AT_BOOT=y" in settings


def test_nothing_prints_on_the_link(app: Path) -> None:
    """A banner or a message would break the protocol's frames."""
    settings = (app / "prj.conf").read_text()

    assert {"CONFIG_PRINTK=n", "CONFIG_BOOT_BANNER=n"} <= set(settings.splitlines())
    assert "CONFIG_PRINTK" not in "".join(p.read_text() for p in app.glob("boards/*"))


def test_a_board_that_zephyr_lacks_is_refused(tmp_path: Path) -> None:
    """With what to do."""
    with pytest.raises(ProjectError, match="Zephyr does not support it") as error:
        write(tmp_path, "nano_rp2040_connect")

    assert "arduino" in error.value.hint


@pytest.mark.parametrize("name", ["2x", "a-b", "../x"])
def test_a_name_that_cannot_be_in_c_is_refused(tmp_path: Path, name: str) -> None:
    """It is a folder, a CMake target and a prefix of symbols."""
    with pytest.raises(ProjectError, match="expected a letter"):
        write(tmp_path, name=name)


def test_the_same_model_gives_the_same_application(tmp_path: Path) -> None:
    """Twice the same bytes; what is left of an older one goes."""

    def files_of(app: Path) -> dict[Path, bytes]:
        return {p: p.read_bytes() for p in sorted(app.rglob("*")) if p.is_file()}

    app = write(tmp_path).folder
    first = files_of(app)
    (app / "src/old.c").write_text("int old;")
    write(tmp_path)

    assert files_of(app) == first


def test_files_of_others_are_not_replaced(tmp_path: Path) -> None:
    """A folder of that name that is not ours is left alone."""
    other = tmp_path / "counting/thesis.txt"
    other.parent.mkdir()
    other.write_text("years of work")

    with pytest.raises(ProjectError, match="got other files"):
        write(tmp_path)

    assert other.read_text() == "years of work"


def test_an_application_takes_raw_frames(tmp_path: Path) -> None:
    """Where an app's files are among the sources; compiled with the model."""
    app = {f"counting_frames.{end}": "" for end in "hc"}
    app["tcnn/tcnn_preprocess.c"] = ""
    folder = write(tmp_path, model_sources={**MODEL, **app}).folder
    main, header, cmake = (
        (folder / path).read_text()
        for path in (
            "src/main.c",
            "zephyr/include/tinycnn_counting.h",
            "zephyr/CMakeLists.txt",
        )
    )

    assert "    tcnn_harness_take_frames(&counting_preprocess);\n" in main
    assert '#include "../../src/counting_frames.h"\n' in header
    assert cmake.count("../src/counting_frames.c\n") == 1
    assert "frames" not in (write(tmp_path).folder / "src/main.c").read_text()
