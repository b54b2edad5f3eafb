"""The plain C library that `tinycnn compile` writes: its own programs and checks."""

import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from tests.compiler.models import (
    conv_model,
    image_model,
    one_sigmoid_model,
    residual_model,
    two_sided_model,
)
from tests.conftest import require_tool
from tests.zig import ZIG_CC
from tinycnn.compiler import Objective, compile_tflite
from tinycnn.errors import ProjectError
from tinycnn.firmware import make_self_test, write_library
from tinycnn.reference import load_reference

STRICT = "-Wall -Wextra -Werror -Wconversion -Wshadow -Wpedantic".split()
ZIG = [*ZIG_CC, *STRICT]


def write_net(model: bytes, tmp_path: Path, objective: Objective | None = None) -> Path:
    """The library of a model, with a self-test."""
    path = tmp_path / "model.tflite"
    path.write_bytes(model)
    compilation = compile_tflite(model, name="net", objective=objective)
    self_test = make_self_test(compilation, load_reference(path))
    write_library(tmp_path / "net", compilation, self_test)
    return tmp_path / "net"


@pytest.fixture(params=[residual_model, two_sided_model])
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The library of a model."""
    return write_net(request.param(), tmp_path)


def run_program(library: Path, name: str, *flags: str) -> tuple[int, str]:
    """Builds and runs one of the library's programs; what it prints."""
    sources = [f"net_{part}.c" for part in (name, "model", "constants")]
    sources += sorted(f"tcnn/{path.name}" for path in library.glob("tcnn/*.c"))
    subprocess.run([*ZIG, *flags, *sources, "-o", name], cwd=library, check=True)
    done = subprocess.run([library / name], capture_output=True, text=True)
    return done.returncode, done.stdout


@pytest.mark.parametrize("language", ["-std=c99", "-std=c11 -O2"])
def test_the_self_test_passes(library: Path, language: str) -> None:
    """The library finds itself equal to the reference."""
    code, text = run_program(library, "self_test", *language.split())

    assert code == 0
    assert text.startswith("PASS: 0 of")


def test_what_is_fed_passes_too(tmp_path: Path) -> None:
    """Self-test and example give an input that arrives row after row."""
    fed = Objective("ram", arrival="rows")
    library = write_net(conv_model(), tmp_path, fed)
    tested, shown = (run_program(library, name) for name in ("self_test", "example"))

    assert (tested[0], tested[1][:10]) == (0, "PASS: 0 of")
    assert shown[0] == 0


def test_the_self_test_notices_a_broken_kernel(library: Path) -> None:
    """A wrong rounding is a failure with a count."""
    header = library / "tcnn/fixed_point.h"
    text = header.read_text()
    header.write_text(text.replace("(INT64_C(1) << 30)", "(INT64_C(1) << 34)"))
    code, printed = run_program(library, "self_test")

    assert text != header.read_text()
    assert code == 1
    assert printed.startswith("FAIL: ")


def write_labelled(folder: Path, labels: Sequence[str]) -> np.ndarray:
    """The library of an image model and the reference's scores of a black image."""
    path = folder / "model.tflite"
    path.write_bytes(image_model(1))
    compilation = compile_tflite(path.read_bytes(), name="net", labels=labels)
    write_library(folder / "net", compilation, None)
    return load_reference(path).run(np.zeros((1, 24 * 32), np.int8))[0]


@pytest.mark.parametrize("labels", [(), ("ant", 'a"b', "??/", "M\u00fcll")])
def test_the_example_prints_the_best_class(
    tmp_path: Path, labels: tuple[str, str, str, str]
) -> None:
    """Its name, or else its number, and its score."""
    scores = write_labelled(tmp_path, labels)
    code, text = run_program(tmp_path / "net", "example")

    best = int(scores.argmax())
    title = labels[best] if labels else f"class {best}"
    assert code == 0
    assert text == f"{title}: {(int(scores[best]) + 128) / 256:g}\n"


@pytest.mark.parametrize(("bias", "name"), [(-9000, "ant"), (9000, "bee")])
def test_the_example_knows_a_threshold_of_two_classes(
    tmp_path: Path, bias: int, name: str
) -> None:
    """One value has two names: the second, if it is above a half."""
    path = tmp_path / "model.tflite"
    path.write_bytes(one_sigmoid_model(bias))
    compilation = compile_tflite(path.read_bytes(), name="net", labels=("ant", "bee"))
    write_library(tmp_path / "net", compilation, None)
    code, text = run_program(tmp_path / "net", "example")

    score = load_reference(path).run(np.zeros((1, 4), np.int8))[0, 0]
    second = (int(score) + 128) / 256
    assert code == 0
    assert text == f"{name}: {max(second, 1 - second):g}\n"
    header = compilation.sources["net_model.h"]
    assert "classes, the second that of values above a half. */" in header


def test_labels_are_safe_in_c() -> None:
    """Any text, in UTF-8, without what C or its preprocessor would read."""
    labels = ("ant", 'a"b', "??/", "M\u00fcll")
    sources = compile_tflite(image_model(1), name="net", labels=labels).sources

    assert "extern const char *const net_labels[4];" in sources["net_model.h"]
    for label in ('"ant"', r'"a\042b"', r'"\077\077/"', r'"M\303\274ll"'):
        assert f"    {label},\n" in sources["net_model.c"]


def test_labels_must_name_every_class() -> None:
    """One more or less is told before anything is written."""
    with pytest.raises(ProjectError, match="each of 4 output values, got 3"):
        compile_tflite(image_model(1), name="net", labels=("a", "b", "c"))


@pytest.mark.parametrize("model", [residual_model, conv_model, partial(image_model, 3)])
def test_most_expected_bytes_are_not_saturated(tmp_path: Path, model: bytes) -> None:
    """What wrong arithmetic would often give, too, is not what is compared."""
    path = tmp_path / "model.tflite"
    path.write_bytes(model())
    self_test = make_self_test(
        compile_tflite(path.read_bytes(), name="net"), load_reference(path)
    )

    assert len(self_test.patterns) == len(self_test.expected) == 4
    assert self_test.saturated < self_test.expected.size / 2


CPP_MAIN = """
#include "net_model.h"

int main() {
    float *input = net_input(net_arena);
    const float *output = net_output(net_arena);
    return input == nullptr || output == nullptr || NET_OUTPUT_SIZE != 4;
}
"""


@pytest.mark.parametrize("standard", ["c++11", "c++20"])
def test_the_manual_is_cpp_too(tmp_path: Path, standard: str) -> None:
    """A program in C++ includes it, without a warning."""
    write_library(tmp_path, compile_tflite(residual_model(), name="net"), None)
    (tmp_path / "main.cpp").write_text(CPP_MAIN)
    compiler = [sys.executable, "-m", "ziglang", "c++", *STRICT, f"-std={standard}"]
    command = [*compiler, "-c", "main.cpp", "-o", "main.o"]
    subprocess.run(command, cwd=tmp_path, check=True)


def test_without_a_reference_there_is_no_self_test(tmp_path: Path) -> None:
    """A model that the reference refuses is still compiled."""
    write_library(tmp_path / "net", compile_tflite(residual_model(), name="net"), None)
    names = {path.name for path in (tmp_path / "net").iterdir()}

    assert "net_example.c" in names
    assert "net_self_test.c" not in names


@pytest.mark.external
def test_cmake_builds_and_tests_it(library: Path, tmp_path: Path) -> None:
    """The CMakeLists is complete: configure, build, ctest."""
    require_tool("cmake")
    require_tool("ctest")
    build = tmp_path / "build"
    subprocess.run(["cmake", "-S", library, "-B", build], check=True)
    subprocess.run(["cmake", "--build", build], check=True)
    subprocess.run(["ctest", "--test-dir", build, "--no-tests=error"], check=True)


_FIRMWARE = """\
cmake_minimum_required(VERSION 3.14)
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_C_COMPILER arm-none-eabi-gcc)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
project(firmware C)
include(FetchContent)
FetchContent_Declare(net SOURCE_DIR "{library}")
FetchContent_MakeAvailable(net)
add_library(firmware OBJECT main.c)
target_compile_options(tinycnn_net PUBLIC -mcpu=cortex-m4 -mthumb)
target_link_libraries(firmware PRIVATE tinycnn::net)
"""


@pytest.mark.external
def test_cmake_fetches_it_into_a_firmware(library: Path, tmp_path: Path) -> None:
    """As a project of STM32Cube would, by a cross compiler and no file of its own."""
    require_tool("cmake")
    require_tool("arm-none-eabi-gcc")
    source = tmp_path / "firmware"
    source.mkdir()
    text = _FIRMWARE.replace("{library}", library.as_posix())
    (source / "CMakeLists.txt").write_text(text)
    (source / "main.c").write_text('#include "net_model.h"\n')
    build = tmp_path / "build"

    subprocess.run(["cmake", "-S", source, "-B", build], check=True)
    subprocess.run(["cmake", "--build", build], check=True)

    assert (build / "_deps/net-build/libtinycnn_net.a").is_file()
