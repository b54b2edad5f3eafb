"""Every kernel as WebAssembly against the reference interpreters, byte for byte."""

from collections import Counter
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from tests.compiler.cases import CASES
from tests.compiler.equality import (
    DIFFERENT,
    EQUAL,
    REFUSED,
    compare_case,
    compare_model,
)
from tests.compiler.kernels.cases import KERNEL_CASES
from tests.compiler.kernels.forced import assert_equal, force
from tests.compiler.random_chains import compare_chains
from tests.compiler.random_networks import draw_network
from tests.compiler.test_equality import NUMERICS, require_reference
from tests.compiler.wasm_executor import WasmExecutor, build_wasm_executor
from tests.conftest import require_module
from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.errors import RefusedModelError

CASES_PER_OPERATOR = 4  # python -m tools.fuzz_operators --wasm simd tries more
CASES_PER_KERNEL = 3
NETWORKS = 4


@pytest.fixture(scope="session", params=["simd", "mvp"])
def wasm(
    request: pytest.FixtureRequest,
    pytestconfig: pytest.Config,
    tmp_path_factory: pytest.TempPathFactory,
) -> WasmExecutor:
    """All kernels as a module, compiled once until one of them changes."""
    require_module("wasmtime")
    cache = getattr(pytestconfig, "cache", None)  # absent with -p no:cacheprovider
    folder = cache.mkdir("wasm") if cache else tmp_path_factory.mktemp("wasm")
    return build_wasm_executor(Path(folder), request.param)


@pytest.mark.parametrize("numerics", NUMERICS)
def test_portable_kernels_equal_the_reference(
    numerics: Numerics, wasm: WasmExecutor
) -> None:
    """Random models of each operator give the reference's bytes for each input."""
    require_reference(numerics)
    outcomes: Counter[str] = Counter()
    for kind in sorted(set(CASES) - REFUSED[numerics]):
        for seed in range(CASES_PER_OPERATOR):
            outcome = compare_case(kind, seed, wasm, numerics)
            outcomes[outcome] += 1

            assert outcome != DIFFERENT, f"{kind} seed {seed}"
    assert outcomes[EQUAL] == outcomes.total() or numerics == "tflm"
    assert outcomes[EQUAL] > outcomes.total() / 2


@pytest.mark.parametrize("numerics", NUMERICS)
def test_kernels_for_boards_equal_the_reference(
    numerics: Numerics, wasm: WasmExecutor
) -> None:
    """Those for cores of boards, whose portable halves run elsewhere."""
    require_reference(numerics)
    equal = 0
    refused = [CASES.get(kind) for kind in REFUSED[numerics]]
    for function, draw, _ in KERNEL_CASES:
        if draw in refused:
            continue
        for seed in range(CASES_PER_KERNEL):
            rng = np.random.default_rng([seed, 11])
            model = draw(rng)
            program = force(model, function, numerics)
            # A few random models are none for TFLite Micro.
            with suppress(RefusedModelError):
                if program is not None:
                    assert_equal(model, program, rng, [wasm], numerics)
                    equal += 1
    assert equal > len(KERNEL_CASES)


@pytest.mark.parametrize("numerics", NUMERICS)
def test_whole_networks_equal_the_reference(
    numerics: Numerics, wasm: WasmExecutor
) -> None:
    """Random networks of 3 to 20 operators give the reference's bytes."""
    require_reference(numerics)
    for seed in range(NETWORKS):
        rng = np.random.default_rng([seed, 3])
        outcome = compare_model(draw_network(rng), rng, wasm, numerics)

        assert outcome == EQUAL, f"seed {seed}"


@pytest.mark.parametrize("numerics", NUMERICS)
def test_chains_equal_the_reference(numerics: Numerics, wasm: WasmExecutor) -> None:
    """Networks of which some operators run row by row."""
    require_reference(numerics)
    assert compare_chains(range(NETWORKS), [wasm], numerics) > NETWORKS
