"""Which kernels are chosen, and what they may cost."""

from typing import get_args

import numpy as np
import pytest

from tests.compiler.kernels.cases import conv_2d_3x3, fully_connected
from tests.compiler.models import add_conv, residual_model
from tests.compiler.random_networks import draw_network
from tests.compiler.tflite_builder import ModelBuilder
from tinycnn.analysis.fit import find_objective
from tinycnn.boards import load_board
from tinycnn.choices import Family
from tinycnn.compiler import (
    Compilation,
    Objective,
    compile_tflite,
    read_tflite,
    run_passes,
)
from tinycnn.compiler.choice.kernels import apply_kernels, find_offer
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.memory.planner import draft_plan

SEEDS = range(12)


def compile_model(model: bytes, objective: Objective | None) -> Compilation:
    """What is compiled for `objective`."""
    return compile_tflite(model, name="m", objective=objective)


def total(compilation: Compilation, what: str) -> int:
    """A cost of all kernels together."""
    return sum(getattr(kernel, what) for kernel in compilation.choice.kernels.values())


def test_without_a_target_every_kernel_is_portable() -> None:
    """A Cortex-M3 gets plain C."""
    compilation = compile_model(residual_model(), None)

    assert not any("dsp" in name for name in compilation.program.kernels)
    assert all(op.scratch is None for op in compilation.graph.ops)


@pytest.mark.parametrize(
    ("board", "family"), [("nano33ble", "dsp"), ("pico", "mul"), ("due", None)]
)
def test_the_core_of_a_board_decides_what_there_is(
    board: str, family: Family | None
) -> None:
    """Kernels for DSP, for a fast multiplication, or portable ones only."""
    objective = find_objective(load_board(board))

    assert (objective and objective.family) == family


def test_a_board_gets_the_kernels_of_its_family() -> None:
    """None for DSP where there is none, and the other way round."""
    model = residual_model()
    found = {
        family: compile_model(model, Objective(family=family)).program.kernels
        for family in get_args(Family)
    }

    assert any(name.endswith("_mul") for name in found["mul"])
    assert not any(name.endswith("_dsp") for name in found["mul"])
    assert not any(name.endswith("_mul") for name in found["dsp"])


@pytest.mark.parametrize("seed", SEEDS)
def test_speed_size_and_ram_keep_what_they_promise(seed: int) -> None:
    """Speed is fastest; size keeps tables small, ram the arena as it is."""
    model = draw_network(np.random.default_rng([seed, 5]))
    portable = compile_model(model, None)
    speed, size, ram = (
        compile_model(model, Objective(optimize))
        for optimize in ("speed", "size", "ram")
    )
    least = portable.plan.arena_bytes

    assert total(speed, "cost") <= min(total(k, "cost") for k in (size, ram))
    assert total(size, "constant_bytes") <= 1.5 * total(portable, "constant_bytes")
    assert ram.plan.arena_bytes == least
    highest = max(speed.plan.arena_bytes, size.plan.arena_bytes)
    assert highest <= max(least * 1.25, least + 2048)


def test_a_flash_limit_is_kept_by_slower_kernels() -> None:
    """Where faster kernels have larger tables, a limit takes them away."""
    model = fully_connected(np.random.default_rng(4))
    fast = compile_model(model, Objective())
    limit = total(fast, "constant_bytes") - 1
    small = compile_model(model, Objective(flash_bytes=limit))

    assert total(small, "constant_bytes") <= limit
    assert total(small, "cycles") > total(fast, "cycles")


def test_a_ram_limit_is_kept_by_slower_kernels() -> None:
    """Where a kernel's scratch exceeds the limit, another is taken."""
    drawn = (conv_2d_3x3(np.random.default_rng(seed)) for seed in SEEDS)
    model, fast = next(
        (model, fast)
        for model in drawn
        if (fast := compile_model(model, Objective())).plan.arena_bytes
        > compile_model(model, None).plan.arena_bytes
    )

    limited = compile_model(model, Objective(ram_bytes=fast.plan.arena_bytes - 1))

    assert limited.plan.arena_bytes < fast.plan.arena_bytes


def test_speed_takes_the_memory_that_is_left() -> None:
    """Where the board's memory is known, no share of the arena bounds it."""
    fewest, most = (
        [compile_model(conv_2d_3x3(np.random.default_rng(s)), o) for s in SEEDS]
        for o in (Objective(), Objective(ram_bytes=1 << 20))
    )

    for some, all_of_it in zip(fewest, most, strict=True):
        assert total(all_of_it, "cost") <= total(some, "cost")


def test_ram_gives_back_what_fits() -> None:
    """No single faster kernel fits beside those that were chosen."""
    for seed in SEEDS:
        model = draw_network(np.random.default_rng([seed, 5]))
        found = compile_model(model, Objective("ram"))
        least = found.plan.arena_bytes
        graph = run_passes(read_tflite(model))
        for op in graph.ops:
            kernel = found.choice.kernels.get(op.outputs[0])
            if kernel is None:
                continue
            for other in find_offer(Node(graph, op), "litert").kernels:
                if other.cost < kernel.cost:
                    trial = {**found.choice.kernels, op.outputs[0]: other}
                    plan = draft_plan(apply_kernels(graph, trial))
                    assert plan.arena_bytes > least


def test_the_choice_is_the_same_each_time() -> None:
    """Same file, same objective: same bytes."""
    first, second = (compile_model(residual_model(), Objective()) for _ in range(2))

    assert first.sources == second.sources


def test_code_that_saves_little_time_is_left_out() -> None:
    """A dense layer behind a long convolution has the kernel with the least code."""
    b = ModelBuilder()
    x = b.tensor((1, 24, 24, 16), scale=0.02)
    y = add_conv(b, x, (16, 3, 3, 16), (1, 24, 24, 16))
    z = b.tensor((1, 1, 1, 16), scale=0.02, zero_point=-128)
    b.op(
        "AVERAGE_POOL_2D",
        [y],
        [z],
        padding=1,
        filterHeight=24,
        filterWidth=24,
        strideH=24,
        strideW=24,
    )
    w = b.tensor((2, 16), scale=0.01, data=np.ones((2, 16), np.int8))
    scores = b.tensor((1, 2), scale=0.1)
    b.op("FULLY_CONNECTED", [z, w], [scores])
    model = b.build([x], [scores])

    found = compile_model(model, Objective("speed"))
    dense = next(op for op in found.graph.ops if op.kind == "FULLY_CONNECTED")
    kernel = found.choice.kernels[dense.outputs[0]]
    offered = found.choice.offers[dense.outputs[0]].kernels

    assert kernel.cost > min(other.cost for other in offered)
    assert kernel.code_bytes < max(other.code_bytes for other in offered)
