"""A network -> what it takes when each of several compilers builds it."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from tinycnn.analysis.cost import count_costs
from tinycnn.analysis.fit import analyze, find_objective
from tinycnn.boards import load_board
from tinycnn.compiler import Compilation, compile_tflite, read_tflite
from tinycnn.errors import TinycnnError
from tinycnn.firmware import Pattern, make_input
from tinycnn.harness import Profile, profile_operators
from tinycnn.reference import load_isolated_reference
from tools.bench.image import NAME, Compiler, build_bare_image
from tools.bench.meters import BOARD, run_meter, simulate
from tools.bench.record import CLOCK_HZ, Network

__all__ = ["MODES", "Measurement", "OutputError", "Result"]
__all__ += ["measure_build", "measure_network", "run_reference"]

# What kernels are chosen by; `portable` takes those without DSP.
Mode = Literal["speed", "size", "ram", "portable"]
MODES: tuple[Mode, ...] = get_args(Mode)
_LEAST: Mode = "ram"

_METER = "independent meter, with stalls, no wait states"
_SIMULATOR = "simulated board, without stalls or wait states"

_log = logging.getLogger(__name__)


class OutputError(TinycnnError):
    """What was measured does not compute what the reference does."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a network takes when it is built by one compiler.

    Attributes:
        profile: Its cycles, without wait states.
        waiting_cycles: Of an inference where flash waits `FLASH_WAIT` cycles.
        stack_bytes: Of an inference.
        code_bytes: All of a bare image but the tables.
        table_bytes: Weights, biases and other tables.
    """

    profile: Profile
    waiting_cycles: int
    stack_bytes: int
    code_bytes: int
    table_bytes: int

    @property
    def mcycles(self) -> float:
        """Millions of cycles of an inference."""
        return self.profile.inference_cycles / 1e6

    @property
    def waiting_mcycles(self) -> float:
        """The same where flash waits."""
        return self.waiting_cycles / 1e6


@dataclass(frozen=True, slots=True)
class Result:
    """A network, compiled and measured.

    Attributes:
        network: What is recorded of it.
        optimize: What its kernels were chosen by.
        file_macs: Multiply-accumulates of the file as it is.
        macs: Those that are left to compute.
        arena_bytes: Size of the arena.
        least_arena_bytes: Likewise, when optimized for RAM.
        builds: One a compiler.
    """

    network: Network
    optimize: str
    file_macs: int
    macs: int
    arena_bytes: int
    least_arena_bytes: int
    builds: tuple[Measurement, ...]


def measure_network(
    network: Network,
    content: bytes,
    compilers: Sequence[Compiler],
    *,
    optimize: Mode = "speed",
    meter: Path | None = None,
) -> Result:
    """What the network in a `.tflite` file takes, its output checked.

    Kernels are those that a user's project gets for the board: weights that are read
    again lie in its RAM, which does not wait.

    Args:
        network: What is recorded of it.
        content: The bytes of the file.
        compilers: What builds it.
        optimize: One of MODES.
        meter: The program to count cycles; the simulated board without.

    Raises:
        OutputError: If an output is not the reference's.
        ModelError: If the file is broken or unsupported.
        ToolchainError: If a compiler or the meter fails.
        DeviceError: If the simulated board does.
    """
    board = load_board(BOARD)
    compiled = {
        mode: compile_tflite(
            content,
            name=NAME,
            numerics=network.numerics,
            objective=None if mode == "portable" else find_objective(board, mode),
        )
        for mode in dict.fromkeys([optimize, _LEAST])
    }
    compilation = compiled[optimize]
    inputs = make_input(compilation.program, Pattern(0))
    expected = run_reference(content, network, inputs)
    builds = []
    for compiler in compilers:
        builds.append(measure_build(compilation, compiler, inputs, expected, meter))
        _log.info("%s, %s: %.3f Mcycles", network.name, compiler, builds[-1].mcycles)
    return Result(
        network=network,
        optimize=optimize,
        file_macs=sum(cost.macs for cost in count_costs(read_tflite(content))),
        macs=sum(cost.macs for cost in count_costs(compilation.graph)),
        arena_bytes=compilation.plan.arena_bytes,
        least_arena_bytes=compiled[_LEAST].plan.arena_bytes,
        builds=tuple(builds),
    )


def run_reference(content: bytes, network: Network, inputs: NDArray[np.int8]) -> bytes:
    """The output's bytes of the interpreter that the network is to equal."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "model.tflite"
        path.write_bytes(content)
        reference = load_isolated_reference(path, network.numerics)
        return reference.run(inputs[np.newaxis]).tobytes()


def measure_build(
    compilation: Compilation,
    compiler: Compiler,
    inputs: NDArray[np.int8],
    expected: bytes,
    meter: Path | None = None,
) -> Measurement:
    """What one inference on `inputs` takes, if its output is as `expected`.

    Raises:
        OutputError: If it is not.
        ToolchainError: If the compiler or the meter fails.
        DeviceError: If the simulated board does.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        image = build_bare_image(compilation, compiler, inputs, folder)
        if meter is None:
            run = simulate(compilation, compiler, inputs, folder / "sketch")
        else:
            run = run_meter(meter, image, len(compilation.program.calls))
    if run.output != expected:
        raise OutputError(
            f"{compiler}: expected the reference's output {expected[:16].hex()}..., "
            f"got {run.output[:16].hex()}...",
            hint="a kernel is wrong: python -m tools.compare_models says more",
        )
    profile = Profile(
        model_sha256=compilation.graph.sha256,
        device=str(compiler),
        method=f"estimated ({_METER if meter else _SIMULATOR})",
        clock_hz=CLOCK_HZ,
        cache_on=None,
        operators=profile_operators(analyze(compilation), run.steps),
        inference_cycles=run.cycles,
    )
    return Measurement(
        profile,
        run.waiting_cycles,
        run.stack_bytes,
        image.code_bytes,
        image.table_bytes,
    )
