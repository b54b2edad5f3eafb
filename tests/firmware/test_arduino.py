import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.firmware.conftest import KERNELS, MODEL
from tinycnn.errors import ProjectError
from tinycnn.firmware import FirmwareProject
from tinycnn.runtime import kernel_sources


def files_of(folder: Path) -> dict[str, bytes]:
    """Contents of all files below `folder` by relative path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_sketch_follows_arduinos_rules(project: FirmwareProject) -> None:
    """Folder and .ino share a name; all else to compile is in src; no other folder."""
    names = set(files_of(project.folder))

    assert project.folder.name == "counting"
    beside = {"sketch.yaml", "README.md", "LICENSE", "sbom.cdx.json"}
    assert {"counting.ino", *beside} == {n for n in names if "/" not in n}
    assert all(n.startswith("src/") for n in names if "/" in n)
    assert {n for n in names if n.startswith("src/") and n.count("/") == 1} == {
        f"src/{n}" for n in MODEL
    }
    assert {f"src/tcnn/{n}" for n in kernel_sources(KERNELS)} <= names


def test_the_sketch_has_one_statement_a_line(project: FirmwareProject) -> None:
    """Arduino's parser of prototypes gets one-line functions wrong."""
    text = (project.folder / "counting.ino").read_text()

    assert re.findall(r"^\w.*\{$", text, re.M) == ["void setup() {", "void loop() {"]
    assert all(line.count(";") <= 1 for line in text.splitlines() if "*" not in line)
    assert "tcnn_harness_init(&counting_model);" in text


def test_sketch_yaml_pins_board_and_core(project: FirmwareProject) -> None:
    """Then arduino-cli needs no arguments and its build can be repeated."""
    text = (project.folder / "sketch.yaml").read_text()

    assert "fqbn: arduino:mbed_nano:nano33ble\n" in text
    assert "- platform: arduino:mbed_nano (4.6.0)\n" in text


def test_sketch_yaml_pins_the_libraries_that_are_needed(
    write_project: Callable[..., FirmwareProject],
) -> None:
    """In the sketch's profile and, for the library form, in library.properties."""
    project = write_project(libraries={"Some_Library": "2.0.0"})
    library = project.folder.parent / "libraries/tinycnn_counting"

    text = (project.folder / "sketch.yaml").read_text()
    assert "    libraries:\n      - Some_Library (2.0.0)\n" in text
    assert (
        "depends=Some_Library (=2.0.0)\n"
        in (library / "library.properties").read_text()
    )


def test_the_library_holds_the_same_sources(project: FirmwareProject) -> None:
    """Model, kernels, harness and port, byte for byte; its example is the sketch."""
    sketch, library = (
        files_of(folder)
        for folder in (
            project.folder,
            project.folder.parent / "libraries/tinycnn_counting",
        )
    )

    del library["src/tinycnn_counting.h"]
    assert {n: t for n, t in library.items() if n.startswith("src/")} == {
        n: t for n, t in sketch.items() if n.startswith("src/")
    }
    includes = re.compile(rb"(#include .*\n)+")
    examples = (sketch["counting.ino"], library["examples/serve/serve.ino"])
    assert len({includes.sub(b"", text) for text in examples}) == 1
    assert b"#include <tinycnn_counting.h>\n" in library["examples/serve/serve.ino"]


def test_sources_are_what_gets_compiled(project: FirmwareProject) -> None:
    """Headers and sketch.yaml are not among them."""
    assert "counting.ino" in project.sources
    assert "src/tcnn/tcnn_port.cpp" in project.sources
    assert not [name for name in project.sources if name.endswith((".h", ".yaml"))]


def test_the_same_model_gives_the_same_sketch(
    write_project: Callable[..., FirmwareProject],
) -> None:
    """Twice the same bytes."""
    first = files_of(write_project().folder)

    assert files_of(write_project().folder) == first


def test_a_new_sketch_replaces_the_old_one_whole(
    write_project: Callable[..., FirmwareProject],
) -> None:
    """Nothing of the earlier sketch stays behind, and nothing else appears."""
    project = write_project()
    (project.folder / "src/tcnn/old_kernel.c").write_text("int old;")

    again = write_project(kernels=["tcnn_pad_s8"])

    names = set(files_of(again.folder))
    assert "src/tcnn/pad_portable.c" in names
    assert not names & {"src/tcnn/old_kernel.c", "src/tcnn/conv_2d_portable.c"}
    assert {p.name for p in again.folder.parent.iterdir()} == {"counting", "libraries"}


def test_files_of_others_are_not_replaced(
    tmp_path: Path, write_project: Callable[..., FirmwareProject]
) -> None:
    """A folder of that name that is no sketch is left alone."""
    other = tmp_path / "sketches/counting/thesis.txt"
    other.parent.mkdir(parents=True)
    other.write_text("years of work")

    with pytest.raises(ProjectError, match=r"expected a folder with counting\.ino"):
        write_project()

    assert other.read_text() == "years of work"


@pytest.mark.parametrize("name", ["", "2x", "a-b", "a b", "../x", "x" * 64, "ünder"])
def test_a_name_that_cannot_name_a_sketch_is_refused(
    write_project: Callable[..., FirmwareProject], name: str
) -> None:
    """Arduino, C and the file system must all accept it."""
    with pytest.raises(ProjectError, match="expected a letter, then at most 62"):
        write_project(name=name)


@pytest.mark.parametrize("name", ["con", "Lpt1"])
def test_a_name_that_windows_reserves_is_refused(
    write_project: Callable[..., FirmwareProject], name: str
) -> None:
    """Before anything is written."""
    with pytest.raises(ProjectError, match=f"'{name}': Windows reserves the name"):
        write_project(name=name)
