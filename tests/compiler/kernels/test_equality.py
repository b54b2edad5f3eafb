"""Every core's kernels on that core, emulated, and their plain twins: all are equal."""

from contextlib import suppress

import numpy as np
import pytest

from tests.compiler.cases import Draw
from tests.compiler.emulator import STACK_LIMIT
from tests.compiler.executor import Executor
from tests.compiler.kernels.cases import KERNEL_CASES, is_refused
from tests.compiler.kernels.conftest import Emulators
from tests.compiler.kernels.forced import assert_equal, family_of, force
from tests.compiler.random_chains import compare_chains
from tests.compiler.random_networks import draw_network
from tests.conftest import require_module
from tinycnn.choices import Family
from tinycnn.compiler import Objective, Optimize, compile_tflite
from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.errors import RefusedModelError
from tinycnn.runtime import kernel_functions

CASES_PER_KERNEL = 60
NETWORKS = 20
NUMERICS: tuple[Numerics, ...] = ("litert", "tflm")
FAMILIES: tuple[Family, ...] = ("dsp", "mul")


def test_every_kernel_has_cases() -> None:
    """None is there without being compared."""
    kernels = {name for name in kernel_functions() if name.endswith(("_dsp", "_mul"))}

    assert kernels == {function for function, *_ in KERNEL_CASES}


@pytest.mark.emulated
@pytest.mark.parametrize(
    ("function", "draw", "least", "numerics"),
    [
        (*case, numerics)
        for case in KERNEL_CASES
        for numerics in NUMERICS
        if not is_refused(case[1], numerics)
    ],
)
def test_kernels_equal_the_reference(
    function: str,
    draw: Draw,
    least: float,
    numerics: Numerics,
    executor: Executor,
    emulators: Emulators,
) -> None:
    """Random layers give the reference's bytes wherever the kernel is offered."""
    if numerics == "tflm":
        require_module("tflite_micro")
    runners, used = emulators[family_of(function)], 0
    for seed in range(CASES_PER_KERNEL):
        rng = np.random.default_rng([seed, *draw.__name__.encode()])
        model = draw(rng)
        program = force(model, function, numerics)
        # A few random models are none for TFLite Micro.
        with suppress(RefusedModelError):
            if program is not None:
                assert_equal(model, program, rng, [executor, *runners], numerics)
                used += 1
    assert used >= least * CASES_PER_KERNEL
    assert all(runner.stack_bytes <= STACK_LIMIT for runner in runners)


@pytest.mark.emulated
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("optimize", ["speed", "size", "ram"])
def test_whole_networks_equal_the_reference(
    optimize: Optimize, family: Family, executor: Executor, emulators: Emulators
) -> None:
    """Random networks with the kernels that the compiler chooses."""
    for seed in range(NETWORKS):
        rng = np.random.default_rng([seed, 5])
        model = draw_network(rng)
        objective = Objective(optimize, family=family)
        program = compile_tflite(model, name="m", objective=objective).program
        assert_equal(model, program, rng, [executor, *emulators[family]])


@pytest.mark.emulated
@pytest.mark.parametrize("arrives", [False, True])
@pytest.mark.parametrize("numerics", NUMERICS)
@pytest.mark.parametrize("family", FAMILIES)
def test_chains_equal_the_reference(
    family: Family, numerics: Numerics, arrives: bool, emulators: Emulators
) -> None:
    """The kernels of a core compute some rows as they do whole images."""
    if numerics == "tflm":
        require_module("tflite_micro")
    runners = emulators[family]
    links = compare_chains(range(NETWORKS), runners, numerics, family, arrives=arrives)

    assert links > NETWORKS
