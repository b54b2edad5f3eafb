"""Two models in one program: by a compiler's line, by CMake, in an Arduino sketch.

They share the kernels of one runtime; where the runtimes differ, each keeps to its own.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.compiler.models import conv_model, image_model
from tests.conftest import require_tool
from tests.firmware.qemu import run_in_qemu
from tests.firmware.test_arduino_builder import MACHINE
from tests.firmware.test_arduino_builder import build as build_by_arduino
from tests.zig import ZIG_CC
from tinycnn.boards import load_board
from tinycnn.compiler import Compilation, compile_tflite
from tinycnn.device import open_serial
from tinycnn.firmware import make_self_test, write_arduino_project, write_library
from tinycnn.reference import load_reference
from tinycnn.runtime import runtime_digest

STRICT = "-std=c99 -Wall -Wextra -Werror -Wconversion -Wshadow -Wpedantic".split()
ZIG = ZIG_CC
MODELS = {"one": conv_model(), "two": image_model(1)}
FILL = 3  # every byte of an input
# What broke one model that was named like it.
HARD_NAMES = ("test", "all", "install", "clean", "help", "string", "math")

MAIN = """\
#include <stdio.h>
#include <string.h>

#include "one_model.h"
#include "two_model.h"

int main(void) {
    memset(one_input(one_arena), 3, ONE_INPUT_BYTES);
    memset(two_input(two_arena), 3, TWO_INPUT_BYTES);
    one_invoke(one_arena);
    two_invoke(two_arena);
    fwrite(one_output(one_arena), 1, ONE_OUTPUT_BYTES, stdout);
    fwrite(two_output(two_arena), 1, TWO_OUTPUT_BYTES, stdout);
    return 0;
}
"""
CMAKE = """\
cmake_minimum_required(VERSION 3.13)
project(both LANGUAGES C)
add_subdirectory(one)
add_subdirectory(two)
add_executable(both main.c)
target_link_libraries(both PRIVATE tinycnn::one tinycnn::two)
"""
# Serves the second model if the first is right.
SKETCH = """\
#include <string.h>
{includes}

static const int8_t expected[] = {{{expected}}};

void setup() {{
    memset(one_input(one_arena), 3, ONE_INPUT_BYTES);
    one_invoke(one_arena);
    if (memcmp(one_output(one_arena), expected, sizeof expected) == 0) {{
        tcnn_harness_init(&two_model);
    }}
}}

void loop() {{
    tcnn_harness_poll();
}}
"""


def compile_named(name: str) -> Compilation:
    """One of the models."""
    return compile_tflite(MODELS[name], name=name)


def infer(folder: Path, name: str, inputs: NDArray[np.int8]) -> NDArray[np.int8]:
    """What the reference answers to each row."""
    path = folder / f"{name}.tflite"
    path.write_bytes(MODELS[name])
    return load_reference(path).run(inputs)


def expect(folder: Path, name: str) -> bytes:
    """What a model must answer to an input of equal bytes."""
    size = compile_named(name).program.inputs[0].tensor.size
    return infer(folder, name, np.full((1, size), FILL, np.int8)).tobytes()


@pytest.fixture
def libraries(tmp_path: Path) -> Path:
    """A folder with both libraries and a program for them."""
    for name in MODELS:
        write_library(tmp_path / name, compile_named(name), None)
    (tmp_path / "main.c").write_text(MAIN)
    (tmp_path / "CMakeLists.txt").write_text(CMAKE)
    return tmp_path


def change_runtime(library: Path, *, is_wrong: bool) -> None:
    """Make the runtime another one, whose arithmetic may be wrong."""
    header = library / "tcnn/fixed_point.h"
    text = header.read_text()
    if is_wrong:
        header.write_text(text.replace(">> 31);", ">> 30);", 1))
        assert header.read_text() != text
    for path in (*library.glob("*.c"), library / "tcnn/tcnn_version.h"):
        path.write_text(path.read_text().replace(runtime_digest(), "0123abcd"))


def run_both(libraries: Path, compiler: list[str], *, first: str) -> bytes:
    """Outputs of both models in one program."""
    names = sorted(MODELS, key=lambda name: name != first)
    files = [
        path
        for name in names
        for pattern in ("*_model.c", "*_constants.c", "tcnn/*.c")
        for path in sorted((libraries / name).glob(pattern))
    ]
    include = [f"-I{name}" for name in names]
    command = [*compiler, *STRICT, "-O2", *include, "-o", "both", "main.c"]
    subprocess.run([*command, *files], cwd=libraries, check=True)
    return subprocess.run([libraries / "both"], capture_output=True, check=True).stdout


@pytest.mark.parametrize("first", sorted(MODELS))
def test_a_compilers_line_takes_two_models(libraries: Path, first: str) -> None:
    """In any order; what both bring of the runtime is linked once."""
    expected = expect(libraries, "one") + expect(libraries, "two")

    assert run_both(libraries, ZIG, first=first) == expected


@pytest.mark.parametrize("is_wrong", [False, True])
@pytest.mark.parametrize("first", sorted(MODELS))
def test_models_of_two_versions_are_kept_apart(
    libraries: Path, first: str, is_wrong: bool
) -> None:
    """Both are right; where one's runtime is not, that one alone shows it."""
    one, two = expect(libraries, "one"), expect(libraries, "two")
    change_runtime(libraries / "two", is_wrong=is_wrong)
    got = run_both(libraries, ZIG, first=first)

    assert got[: len(one)] == one
    assert (got[len(one) :] == two) is not is_wrong


@pytest.mark.external
def test_gcc_takes_two_models(libraries: Path) -> None:
    """Without a warning, too."""
    require_tool("gcc")
    expected = expect(libraries, "one") + expect(libraries, "two")

    assert run_both(libraries, ["gcc"], first="one") == expected


def run_cmake(source: Path, build: Path) -> None:
    """Configure and build."""
    require_tool("cmake")
    for arguments in (("-S", source, "-B", build), ("--build", build)):
        subprocess.run(["cmake", *arguments], check=True, capture_output=True)


@pytest.mark.external
def test_one_cmake_project_takes_two_models(libraries: Path) -> None:
    """By add_subdirectory; neither brings its own programs then."""
    run_cmake(libraries, libraries / "build")
    done = subprocess.run([libraries / "build/both"], capture_output=True, check=True)

    assert done.stdout == expect(libraries, "one") + expect(libraries, "two")
    assert not list((libraries / "build").rglob("*example*"))


@pytest.mark.external
def test_any_name_of_a_model_is_a_name_for_cmake(tmp_path: Path) -> None:
    """CMake's own targets and C's own headers, all in one project, and on their own."""
    path = tmp_path / "model.tflite"
    path.write_bytes(conv_model())
    lines = [CMAKE.splitlines()[0], "project(names LANGUAGES C)"]
    for name in HARD_NAMES:
        compilation = compile_tflite(conv_model(), name=name)
        self_test = make_self_test(compilation, load_reference(path))
        write_library(tmp_path / name, compilation, self_test)
        lines.append(f"add_subdirectory({name})")
    (tmp_path / "CMakeLists.txt").write_text("\n".join(lines))
    run_cmake(tmp_path, tmp_path / "build")
    run_cmake(tmp_path / "test", tmp_path / "own")

    command = ["ctest", "--test-dir", str(tmp_path / "own"), "--no-tests=error"]
    subprocess.run(command, check=True)


def write_sketch(folder: Path, *, as_libraries: bool) -> tuple[Path, tuple[str, ...]]:
    """A sketch with both models, and the builder's options for it."""
    compilations = {name: compile_named(name) for name in MODELS}
    projects = {
        name: write_arduino_project(
            folder / "sketches",
            name=name,
            model_sources=compilation.sources,
            kernels=compilation.program.kernels,
            board=load_board("nano33ble"),
        )
        for name, compilation in compilations.items()
    }
    sketch = projects["two"].folder
    options: tuple[str, ...] = ()
    includes = ["src/one/one_model.h", "src/two_model.h", "src/tcnn/harness.h"]
    if as_libraries:
        shutil.rmtree(sketch / "src")
        includes = ["tinycnn_one.h", "tinycnn_two.h"]
        options = ("-libraries", str(folder / "sketches/libraries"))
    else:
        write_library(sketch / "src/one", compilations["one"], None)
    text = SKETCH.format(
        includes="\n".join(f'#include "{include}"' for include in includes),
        expected=", ".join(map(str, np.frombuffer(expect(folder, "one"), np.int8))),
    )
    (sketch / "two.ino").write_text(text)
    return sketch / "two.ino", options


@pytest.mark.external
@pytest.mark.parametrize("as_libraries", [False, True], ids=["src", "libraries"])
def test_one_arduino_sketch_takes_two_models(
    tmp_path: Path, as_libraries: bool
) -> None:
    """Below `src`, or as two libraries that both bring the harness."""
    ino, options = write_sketch(tmp_path, as_libraries=as_libraries)
    output, elf = build_by_arduino(ino, tmp_path, *options)
    inputs = np.random.default_rng(0).integers(-128, 128, (5, 24 * 32)).astype(np.int8)
    with run_in_qemu(MACHINE, elf) as port, open_serial(port) as device:
        info = device.info()
        got = np.stack([device.infer(row).output for row in inputs])

    assert info.model == "two"
    assert np.array_equal(got, infer(tmp_path, "two", inputs))
    assert "warning" not in output.lower()
