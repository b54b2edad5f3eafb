"""Operators row by row give the bytes that they give layer by layer."""

from __future__ import annotations

import ctypes
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.compiler.cases import draw_rows
from tests.compiler.emission.test_sources import STRICT, ZIG, run_library
from tests.compiler.executor import FIRMWARE, Executor
from tests.compiler.kernels.forced import assert_equal
from tests.compiler.random_chains import draw_chains, draw_model
from tests.compiler.random_networks import draw_network
from tests.compiler.test_equality import NUMERICS, require_reference
from tests.zig import ZIG_CC
from tinycnn.compiler import Program
from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.errors import RefusedModelError
from tinycnn.firmware import write_library
from tinycnn.reference import LOADERS

NETWORKS = 60
DRIVER = FIRMWARE / "kernels/chain"
BUGS = {
    "a row leaves too early": ("? first : top;", "? first : top + 1;"),
    "a row is not moved": ("(band->made - oldest) *", "(band->made - oldest - 1) *"),
    "where a band starts": ("[0], step.start);", "[0], step.start + 1);"),
    "rows over others, too near": ("place -= shape->offset;", ""),
    "rows over others, a window off": (
        "stride - link->pad_top;\n        n",
        "stride;n",
    ),
    "padding at the top": ("step.pad_top = step.start - top;", "step.pad_top = 0;"),
    "rows behind the end": ("step.end - step.start;", "step.end - step.start + 1;"),
    "the second input": ("find_row(c, link->inputs[1]", "find_row(c, link->inputs[0]"),
    "a row is read too early": (
        "[0]].made >= step.end &&",
        "[0]].made >= step.end - 1 &&",
    ),
}


@cache
def draw(
    seed: int, numerics: Numerics = "litert", *, arrives: bool = False
) -> tuple[bytes, Program | None]:
    """A network, and its program with chains; None where it can have none."""
    model, rng = draw_model(seed)
    compilation = draw_chains(model, rng, numerics, arrives=arrives)
    return model, compilation.program if compilation else None


@pytest.mark.parametrize("arrives", [False, True])
@pytest.mark.parametrize("numerics", NUMERICS)
def test_chains_equal_the_reference(
    numerics: Numerics, arrives: bool, executor: Executor
) -> None:
    """Whatever is chained, by whatever kernels, however many rows at once."""
    require_reference(numerics)
    links: Counter[str] = Counter()
    for seed in range(NETWORKS):
        model, program = draw(seed, numerics, arrives=arrives)
        if program is None:
            continue
        try:
            rng = np.random.default_rng(seed)
            assert_equal(model, program, rng, [executor], numerics, count=4)
        except RefusedModelError:  # a few random models are none for TFLite Micro
            continue
        for link in (link for call in program.calls for link in call.links):
            band = link.fields["output"]
            links[link.call.op.kind] += 1
            links["over others"] += isinstance(band, dict) and band["kept"] == 0

    assert links.total() > 2 * NETWORKS
    assert links.keys() >= {"CONV_2D", "DEPTHWISE_CONV_2D", "ADD", "MAX_POOL_2D"}
    assert links["over others"] > NETWORKS // 2


@pytest.mark.parametrize("arrives", [False, True])
def test_chains_as_generated_c(tmp_path: Path, arrives: bool) -> None:
    """What is written for a chain compiles without a warning, and is right."""
    rng = np.random.default_rng([2, 17])
    model = draw_network(rng)
    compilation = draw_chains(model, rng, "litert", arrives=arrives)
    assert compilation is not None
    write_library(tmp_path / "m", compilation, None)
    rows = draw_rows(rng, [b.tensor for b in compilation.program.inputs], 5)
    expected = LOADERS["litert"](model)([row.tobytes() for row in rows])
    flags = [*ZIG, *STRICT, "-std=c11"]

    assert run_library(tmp_path / "m", flags, rows) == b"".join(expected)


FED_BUGS = {
    "a row is begun again": (
        "make_room(&chain, 0, 1)[filled]",
        "*make_room(&chain, 0, 1)",
    ),
    "a row counts before it is whole": ("filled == row_bytes", "filled > 1"),
    "a part is cut": ("rest -= part;", "rest -= part + 1;"),
    "a row is not counted": ("chain.bands[0].made++;", ";"),
    "too many rows leave": ("(oldest - band->first) *", "(oldest - band->first + 1) *"),
}


class WithDriver(Executor):
    """The kernels of one library, and the driver of chains of another."""

    def __init__(self, kernels: Executor, driver: Path) -> None:
        self.library: Any = _Libraries(kernels.library, ctypes.CDLL(str(driver)))


class _Libraries:
    def __init__(self, kernels: Any, driver: Any) -> None:
        self._kernels, self._driver = kernels, driver

    def __getitem__(self, name: str) -> Any:
        is_driver = name.startswith("tcnn_chain_")
        return (self._driver if is_driver else self._kernels)[name]


@pytest.mark.parametrize("bug", BUGS)
def test_planted_bugs_are_caught(bug: str, executor: Executor, tmp_path: Path) -> None:
    """A driver that is wrong in one place gives other bytes."""
    runner = WithDriver(executor, plant(*BUGS[bug], tmp_path))

    assert any(is_different(seed, runner) for seed in range(NETWORKS))


@pytest.mark.parametrize("bug", FED_BUGS)
def test_planted_bugs_of_what_is_fed_are_caught(
    bug: str, executor: Executor, tmp_path: Path
) -> None:
    """So does one that takes the parts of an input in a wrong way."""
    runner = WithDriver(executor, plant(*FED_BUGS[bug], tmp_path))

    assert any(is_different(seed, runner, arrives=True) for seed in range(NETWORKS))


def plant(old: str, new: str, tmp_path: Path) -> Path:
    """The driver as a library, with `new` in the place of `old`."""
    texts = {path.name: path.read_text("utf-8") for path in DRIVER.iterdir()}
    assert sum(text.count(old) for text in texts.values()) == 1
    for name, text in texts.items():
        (tmp_path / name).write_text(text.replace(old, new))
    command = [*ZIG_CC, "-shared", "-fPIC", "-O1", f"-I{FIRMWARE / 'include/tcnn'}"]
    command += [name for name in texts if name.endswith(".c")]
    subprocess.run([*command, "-o", "driver.so"], cwd=tmp_path, check=True)
    return tmp_path / "driver.so"


def is_different(seed: int, runner: Executor, *, arrives: bool = False) -> bool:
    """Whether a network's outputs differ, or something is written that must not be."""
    model, program = draw(seed, arrives=arrives)
    if program is None:
        return False
    try:
        assert_equal(model, program, np.random.default_rng(seed), [runner], count=4)
    except AssertionError:
        return True
    return False
