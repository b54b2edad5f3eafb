"""The plain C library that `tinycnn compile` writes: its own programs and checks."""

import subprocess
import sys

import pytest

from tests.compiler.models import residual_model, two_sided_model
from tests.conftest import require_tool
from tinycnn.compiler import compile_tflite
from tinycnn.firmware import make_self_test, write_library
from tinycnn.reference import load_reference

STRICT = "-Wall -Wextra -Werror -Wconversion -Wshadow -Wpedantic".split()
ZIG = [sys.executable, "-m", "ziglang", "cc", *STRICT]


@pytest.fixture(params=[residual_model, two_sided_model])
def library(request, tmp_path):
    """The library of a model."""
    path = tmp_path / "model.tflite"
    path.write_bytes(request.param())
    compilation = compile_tflite(path.read_bytes(), name="net")
    self_test = make_self_test(compilation.program, load_reference(path))
    write_library(tmp_path / "net", compilation, self_test)
    return tmp_path / "net"


def run_program(library, name, *flags):
    """Builds and runs one of the library's programs; what it prints."""
    others = {"example.c", "self_test.c"} - {f"{name}.c"}
    sources = sorted(p.name for p in library.glob("*.c") if p.name not in others)
    subprocess.run([*ZIG, *flags, *sources, "-o", name], cwd=library, check=True)
    done = subprocess.run([library / name], capture_output=True, text=True)
    return done.returncode, done.stdout


@pytest.mark.parametrize("language", ["-std=c99", "-std=c11 -O2"])
def test_the_self_test_passes(library, language):
    """The library finds itself equal to the reference."""
    code, text = run_program(library, "self_test", *language.split())

    assert code == 0
    assert text.startswith("PASS: 0 of")


def test_the_self_test_notices_a_broken_kernel(library):
    """A wrong rounding is a failure with a count."""
    header = library / "fixed_point.h"
    text = header.read_text()
    header.write_text(text.replace("(INT64_C(1) << 30)", "(INT64_C(1) << 34)"))
    code, printed = run_program(library, "self_test")

    assert text != header.read_text()
    assert code == 1
    assert printed.startswith("FAIL: ")


def test_the_example_prints_the_outputs(library):
    """One value a line."""
    code, text = run_program(library, "example")

    assert code == 0
    assert len(text.splitlines()) in (4, 3200)


def test_without_a_reference_there_is_no_self_test(tmp_path):
    """A model that the reference refuses is still compiled."""
    write_library(tmp_path / "net", compile_tflite(residual_model(), name="net"), None)
    names = {path.name for path in (tmp_path / "net").iterdir()}

    assert "example.c" in names
    assert "self_test.c" not in names


@pytest.mark.external
def test_cmake_builds_and_tests_it(library, tmp_path):
    """The CMakeLists is complete: configure, build, ctest."""
    require_tool("cmake")
    require_tool("ctest")
    build = tmp_path / "build"
    subprocess.run(["cmake", "-S", library, "-B", build], check=True)
    subprocess.run(["cmake", "--build", build], check=True)
    subprocess.run(["ctest", "--test-dir", build, "--no-tests=error"], check=True)
