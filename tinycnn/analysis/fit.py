"""What a compiled model needs, operator by operator, and which boards have it.

In: the bytes of a `.tflite` file. Out: costs, RAM over time, flash. Weights, tables and
the arena are exact; code is an estimate from the sizes of the kernels on a Cortex-M4.
The most that a board can give is what its Arduino core leaves.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from tinycnn.analysis.cost import OpCost, count_costs
from tinycnn.boards import Board
from tinycnn.compiler import Optimize, Target, compile_tflite, read_tflite
from tinycnn.compiler.ir.graph import Graph
from tinycnn.compiler.ir.program import Program
from tinycnn.compiler.memory import Lifetime, MemoryPlan

__all__ = ["Analysis", "Fit", "analyze_tflite", "check_fit"]

# Measured with -O2: portable kernels of 150 to 1,100 bytes and those for DSP, the
# harness of a sketch around them.
_KERNEL_CODE_BYTES = 800
_CODE_BYTES = MappingProxyType(
    {
        "tcnn_conv_2d_s8_dsp": 3_000,
        "tcnn_conv_2d_winograd_s8_dsp": 6_200,
        "tcnn_depthwise_conv_2d_s8_dsp": 2_600,
        "tcnn_depthwise_conv_2d_stride_2_s8_dsp": 3_200,
        "tcnn_fully_connected_s8_dsp": 1_200,
    }
)
_MOST_CODE_BYTES = 15_000  # of kernels and calls, whatever the network
_CALL_BYTES = 140  # the constants of a call and the call
_HARNESS_BYTES = 7_000
_HARNESS_RAM_BYTES = 5_300
_ITEM_BYTES = {"int8_t": 1, "uint8_t": 1}


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """What a model needs.

    Attributes:
        costs: By operator, in execution order; what passes removed is gone.
        kernels: The C function that computes each.
        cycles: What each takes on a Cortex-M4, predicted; 0 without a target.
        file_macs: Multiply-accumulates of the file as it is.
        live_bytes: Bytes of the arena that hold something, by operator.
        peak_step: The operator at which most of the arena is in use.
        plan: The memory plan.
        table_bytes: Weights, biases and other tables in flash.
        code_bytes: Kernels, calls and harness in flash; an estimate.
        ram_bytes: The arena and the harness.
    """

    costs: tuple[OpCost, ...]
    kernels: tuple[str, ...]
    cycles: tuple[int, ...]
    file_macs: int
    live_bytes: tuple[int, ...]
    peak_step: int
    plan: MemoryPlan
    table_bytes: int
    code_bytes: int
    ram_bytes: int

    @property
    def flash_bytes(self) -> int:
        """Tables and code."""
        return self.table_bytes + self.code_bytes

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one inference."""
        return sum(cost.macs for cost in self.costs)

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return sum(cost.parameters for cost in self.costs)

    @property
    def heaviest(self) -> OpCost:
        """The operator with the most bytes of weights."""
        return max(self.costs, key=lambda cost: cost.constant_bytes)


@dataclass(frozen=True, slots=True)
class Fit:
    """A model on a board; what is spare is negative where it does not fit."""

    board: Board
    flash_free_bytes: int
    ram_free_bytes: int
    flash_spare_bytes: int
    ram_spare_bytes: int

    @property
    def fits(self) -> bool:
        """Whether both memories are large enough."""
        return self.flash_spare_bytes >= 0 and self.ram_spare_bytes >= 0


def find_target(
    board: Board,
    optimize: Optimize = "speed",
    *,
    flash_bytes: int | None = None,
    ram_bytes: int | None = None,
) -> Target | None:
    """What to choose kernels for on `board`; None where it has no DSP.

    Args:
        board: Its free memory is the limit of tables and arena.
        optimize: What to choose by.
        flash_bytes: The most that the firmware may take, if that is less.
        ram_bytes: Likewise of RAM.
    """
    if not board.has_dsp:
        return None
    flash = min(_free_flash(board), flash_bytes or _free_flash(board))
    ram = min(_free_ram(board), ram_bytes or _free_ram(board))
    code = _HARNESS_BYTES + _MOST_CODE_BYTES
    return Target(optimize, flash - code, ram - _HARNESS_RAM_BYTES)


def analyze_tflite(data: bytes, target: Target | None = None) -> Analysis:
    """What the model in a `.tflite` file needs once it is compiled.

    Args:
        data: The file's bytes.
        target: A processor to choose kernels for; portable kernels without.

    Raises:
        ModelError: If the file is broken or uses something unsupported.
    """
    compilation = compile_tflite(data, name="model", target=target)
    graph, plan, program = compilation.graph, compilation.plan, compilation.program
    kernels = [compilation.kernels.get(op.outputs[0]) for op in graph.ops]
    live = tuple(_count_live(graph, plan, step) for step in range(len(graph.ops)))
    return Analysis(
        costs=count_costs(graph),
        kernels=tuple(kernel.function if kernel else "" for kernel in kernels),
        cycles=tuple(kernel.cycles if kernel and target else 0 for kernel in kernels),
        file_macs=sum(cost.macs for cost in count_costs(read_tflite(data))),
        live_bytes=live,
        peak_step=max(range(len(live)), key=live.__getitem__),
        plan=plan,
        table_bytes=sum(
            a.values.size * _ITEM_BYTES.get(a.ctype, 4) for a in program.arrays
        ),
        code_bytes=_estimate_code(program),
        ram_bytes=plan.arena_bytes + _HARNESS_RAM_BYTES,
    )


def check_fit(analysis: Analysis, board: Board) -> Fit:
    """What is left on `board`, beside its Arduino core."""
    flash, ram = _free_flash(board), _free_ram(board)
    spare = flash - analysis.flash_bytes, ram - analysis.ram_bytes
    return Fit(board, flash, ram, *spare)


def _free_flash(board: Board) -> int:
    return board.flash_bytes - board.core_flash_bytes


def _free_ram(board: Board) -> int:
    return board.ram_bytes - board.core_ram_bytes


def _count_live(graph: Graph, plan: MemoryPlan, step: int) -> int:
    """Bytes under the tensors that live at `step`; they may overlap."""
    live, end = 0, 0
    places = sorted(
        (plan.offsets[t], plan.offsets[t] + graph.tensors[t].bytes)
        for t, lifetime in plan.lifetimes.items()
        if lifetime.overlaps(Lifetime(step, step))
    )
    for first, last in places:
        live += max(last - max(first, end), 0)
        end = max(end, last)
    return live


def _estimate_code(program: Program) -> int:
    kernels = sum(_CODE_BYTES.get(k, _KERNEL_CODE_BYTES) for k in program.kernels)
    return kernels + _CALL_BYTES * len(program.calls) + _HARNESS_BYTES
