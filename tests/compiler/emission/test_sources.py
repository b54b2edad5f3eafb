import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.compiler.models import reshape_model, residual_model
from tests.conftest import require_tool
from tests.zig import ZIG_CC
from tinycnn.compiler import compile_tflite
from tinycnn.firmware import make_self_test, write_library
from tinycnn.reference import load_reference
from tinycnn.runtime import kernel_sources, runtime_digest

STRICT = "-Wall -Wextra -Werror -Wconversion -Wshadow -Wdouble-promotion".split()
ZIG = ZIG_CC
MAIN = """
#include <stdio.h>
#include "m_model.h"
#ifdef M_INPUT_ROW_BYTES
static int take(void) {
    int8_t row[M_INPUT_ROW_BYTES];
    for (uint32_t offset = 0; offset < M_INPUT_BYTES; offset += sizeof row) {
        if (fread(row, 1, sizeof row, stdin) != sizeof row) {
            return 0;
        }
        m_feed(m_arena, row, offset, sizeof row);
    }
    return 1;
}
#else
static int take(void) {
    return fread(m_input(m_arena), 1, M_INPUT_BYTES, stdin) == M_INPUT_BYTES;
}
#endif
int main(void) {
    while (take()) {
        m_invoke(m_arena);
        fwrite(m_output(m_arena), 1, M_OUTPUT_BYTES, stdout);
    }
    return 0;
}
"""


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """The folder that `tinycnn compile` writes for a whole model."""
    model = tmp_path / "model.tflite"
    model.write_bytes(residual_model())
    compilation = compile_tflite(model.read_bytes(), name="m")
    self_test = make_self_test(compilation, load_reference(model))
    write_library(tmp_path / "m", compilation, self_test)
    return tmp_path / "m"


def run_library(library: Path, compiler: list[str], inputs: np.ndarray) -> bytes:
    """Raw outputs of the library as a program of this computer."""
    (library / "main.c").write_text(MAIN)
    sources = ["main.c", "m_model.c", "m_constants.c"]
    sources += sorted(f"tcnn/{path.name}" for path in library.glob("tcnn/*.c"))
    subprocess.run([*compiler, *sources, "-o", "program"], cwd=library, check=True)
    done = subprocess.run(
        [library / "program"], input=inputs.tobytes(), capture_output=True, check=True
    )
    return done.stdout


def expected(tmp_path: Path, inputs: np.ndarray) -> bytes:
    """The reference's outputs for the same inputs."""
    path = tmp_path / "model.tflite"
    path.write_bytes(residual_model())
    return load_reference(path).run(inputs).tobytes()


@pytest.mark.parametrize(
    "language",
    [
        "-std=c99 -O0",
        "-std=c11 -O2",
        "-std=c99 -Os",
        "-x c++ -std=c++20",
        "-x c++ -std=c++11 -Wno-c++20-designator",
    ],
)
def test_generated_c_equals_the_reference(
    library: Path, tmp_path: Path, language: str
) -> None:
    """The library alone, as C or C++, without tinycnn, gives the reference's bytes."""
    inputs = np.random.default_rng(0).uniform(0, 1, (20, 189)).astype(np.float32)

    assert expected(tmp_path, inputs) == run_library(
        library, [*ZIG, *STRICT, "-Wpedantic", *language.split()], inputs
    )


@pytest.mark.external
def test_generated_c_is_clean_under_gcc_and_sanitizers(
    library: Path, tmp_path: Path
) -> None:
    """No warning from gcc, no report from the address and undefined sanitizers."""
    require_tool("gcc")
    flags = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    extra = ["-std=c11", "-Wcast-align", "-Wstack-usage=512"]
    inputs = np.random.default_rng(1).uniform(0, 1, (20, 189)).astype(np.float32)

    assert expected(tmp_path, inputs) == run_library(
        library, ["gcc", *STRICT, *extra, *flags], inputs
    )


def test_a_model_without_kernel_calls_compiles(tmp_path: Path) -> None:
    """A RESHAPE is another view of its input: there is no step."""
    write_library(tmp_path / "m", compile_tflite(reshape_model(), name="m"), None)
    command = [*ZIG, *STRICT, "-std=c99", "-c", "m_model.c", "-o", "m.o"]
    subprocess.run(command, cwd=tmp_path / "m", check=True)


def test_same_model_gives_same_bytes() -> None:
    """Generating twice gives identical files."""
    first, second = (compile_tflite(residual_model(), name="m") for _ in range(2))

    assert first.sources == second.sources


def test_only_the_kernels_used_are_written(library: Path) -> None:
    """No other kernel comes with the library."""
    program = compile_tflite(residual_model(), name="m").program
    kernels = kernel_sources(program.kernels)

    assert {p.name for p in library.glob("tcnn/*")} == set(kernels)


def test_runtime_version_is_that_of_the_headers(library: Path) -> None:
    """The generated check compares with the number in the header beside it."""
    number = f"0x{runtime_digest()}"

    assert f"#if TCNN_RUNTIME_API != {number}\n" in (library / "m_model.c").read_text()
    header = (library / "tcnn/tcnn_version.h").read_text()
    assert f"#define TCNN_RUNTIME_API {number}\n" in header


def test_hostile_tensor_names_cannot_leave_their_comment() -> None:
    """A tensor's name is harmless text in C, whatever it contains."""
    model = residual_model().replace(b"tensor_3", b"*/ x??/\\")
    text = compile_tflite(model, name="m").sources["m_model.c"]

    assert "*/ x" not in text
    assert "??/" not in text
    assert "\\" not in text


def test_c_sources_are_formatted() -> None:
    """clang-format has nothing to change in the C runtime."""
    root = Path(__file__).parents[3]
    sources = [
        path
        for suffix in ("c", "h", "cpp")
        for path in sorted((root / "firmware").rglob(f"*.{suffix}"))
    ]
    program = Path(sys.executable).parent / "clang-format"
    subprocess.run([program, "--dry-run", "--Werror", *sources], check=True)
