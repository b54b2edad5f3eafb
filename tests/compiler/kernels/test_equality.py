"""Every DSP kernel on an emulated Cortex-M4, and its plain twin, against references."""

from contextlib import suppress

import numpy as np
import pytest

from tests.compiler.cases import CASES, Draw
from tests.compiler.emulator import STACK_LIMIT, Emulator
from tests.compiler.equality import REFUSED
from tests.compiler.executor import Executor
from tests.compiler.kernels.cases import DSP_CASES
from tests.compiler.kernels.forced import assert_equal, force
from tests.compiler.random_chains import compare_chains
from tests.compiler.random_networks import draw_network
from tests.conftest import require_module
from tinycnn.compiler import Objective, Optimize, compile_tflite
from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.errors import RefusedModelError
from tinycnn.runtime import kernel_functions

CASES_PER_KERNEL = 60
NETWORKS = 20
NUMERICS: tuple[Numerics, ...] = ("litert", "tflm")


def test_every_kernel_has_cases() -> None:
    """None is there without being compared."""
    kernels = {name for name in kernel_functions() if name.endswith("_dsp")}

    assert kernels == {function for function, *_ in DSP_CASES}


@pytest.mark.emulated
@pytest.mark.parametrize(
    ("function", "draw", "least", "numerics"),
    [
        (*case, numerics)
        for case in DSP_CASES
        for numerics in NUMERICS
        if all(case[1] is not CASES.get(kind) for kind in REFUSED[numerics])
    ],
)
def test_kernels_equal_the_reference(
    function: str,
    draw: Draw,
    least: float,
    numerics: Numerics,
    executor: Executor,
    emulators: list[Emulator],
) -> None:
    """Random layers give the reference's bytes wherever the kernel is offered."""
    if numerics == "tflm":
        require_module("tflite_micro")
    used = 0
    for seed in range(CASES_PER_KERNEL):
        rng = np.random.default_rng([seed, *draw.__name__.encode()])
        model = draw(rng)
        program = force(model, function, numerics)
        # A few random models are none for TFLite Micro.
        with suppress(RefusedModelError):
            if program is not None:
                assert_equal(model, program, rng, [executor, *emulators], numerics)
                used += 1
    assert used >= least * CASES_PER_KERNEL
    assert all(emulator.stack_bytes <= STACK_LIMIT for emulator in emulators)


@pytest.mark.emulated
@pytest.mark.parametrize("optimize", ["speed", "size", "ram"])
def test_whole_networks_equal_the_reference(
    optimize: Optimize, executor: Executor, emulators: list[Emulator]
) -> None:
    """Random networks with the kernels that the compiler chooses."""
    for seed in range(NETWORKS):
        rng = np.random.default_rng([seed, 5])
        model = draw_network(rng)
        program = compile_tflite(model, name="m", objective=Objective(optimize)).program
        assert_equal(model, program, rng, [executor, *emulators])


@pytest.mark.emulated
def test_chains_equal_the_reference(emulators: list[Emulator]) -> None:
    """The kernels for DSP compute some rows as they do whole images."""
    assert compare_chains(range(NETWORKS), emulators, "litert") > NETWORKS
