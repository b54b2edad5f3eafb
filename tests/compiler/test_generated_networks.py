"""Random whole networks as generated C, in both numerics, plain and under tools."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.compiler.cases import draw_rows
from tests.compiler.emission.test_sources import STRICT, ZIG, run_library
from tests.compiler.random_networks import draw_network
from tests.conftest import require_module, require_tool
from tinycnn.compiler import compile_tflite
from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.firmware import write_library
from tinycnn.reference import load_reference


def write_network(
    folder: Path, seed: int, numerics: Numerics
) -> tuple[np.ndarray, bytes]:
    """Writes a random network's library; returns input rows and expected bytes."""
    rng = np.random.default_rng([seed, 3])
    path = folder.with_suffix(".tflite")
    path.write_bytes(draw_network(rng))
    reference = load_reference(path, numerics)
    compilation = compile_tflite(path.read_bytes(), name="m", numerics=numerics)
    write_library(folder, compilation, None)
    rows = draw_rows(rng, [b.tensor for b in compilation.program.inputs], 5)
    return rows, reference.run(rows).tobytes()


@pytest.mark.parametrize("numerics", ["litert", "tflm"])
@pytest.mark.parametrize("seed", range(3))
def test_random_networks_as_generated_c(
    tmp_path: Path, seed: int, numerics: Numerics
) -> None:
    """The library of a random network gives the reference's bytes."""
    if numerics == "tflm":
        require_module("tflite_micro")
    rows, expected = write_network(tmp_path / "m", seed, numerics)

    assert expected == run_library(tmp_path / "m", [*ZIG, *STRICT, "-std=c11"], rows)


@pytest.mark.external
@pytest.mark.parametrize("seed", range(3, 6))
def test_random_networks_under_sanitizers(tmp_path: Path, seed: int) -> None:
    """Neither the address nor the undefined-behaviour sanitizer finds anything."""
    require_tool("gcc")
    flags = ["-std=c11", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    rows, expected = write_network(tmp_path / "m", seed, "litert")

    assert expected == run_library(tmp_path / "m", ["gcc", *STRICT, *flags], rows)


@pytest.mark.external
def test_random_networks_under_valgrind(tmp_path: Path) -> None:
    """Valgrind sees no read of unset memory and no access outside what is there."""
    require_tool("gcc")
    valgrind, folder = require_tool("valgrind"), tmp_path / "m"
    rows, expected = write_network(folder, 6, "litert")
    run_library(folder, ["gcc", "-g", "-O1"], rows)
    command = [valgrind, "--quiet", "--error-exitcode=9", "./program"]
    done = subprocess.run(
        command, cwd=folder, input=rows.tobytes(), capture_output=True, check=False
    )

    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout == expected
