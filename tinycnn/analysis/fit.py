"""What a compiled model needs, operator by operator, and which boards have it.

In: a compilation. Out: costs, kernels, RAM over time, flash, as plain numbers and names
that a file can keep. Constants and the arena are exact; code is an estimate from
the sizes of the kernels on a Cortex-M4. The most that a board can give is what its
Arduino core leaves.
"""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.analysis.chains import ChainUse, list_chains, list_link_kernels
from tinycnn.analysis.cost import OpCost, count_costs
from tinycnn.analysis.losses import Loss, find_losses
from tinycnn.analysis.receive import LEAST_RECEIVE_BYTES
from tinycnn.boards import Board
from tinycnn.choices import Arrival, Family
from tinycnn.compiler import (
    Compilation,
    Objective,
    Optimize,
    compile_tflite,
    read_tflite,
)
from tinycnn.compiler.ir.graph import Graph, Op
from tinycnn.compiler.ir.kernel import TYPICAL_CODE_BYTES
from tinycnn.compiler.ir.program import Program
from tinycnn.compiler.memory import Lifetime, MemoryPlan
from tinycnn.errors import ProjectError

__all__ = ["HARNESS_RAM_BYTES", "Activation", "Analysis", "Call", "Fit"]
__all__ += ["analyze", "analyze_tflite", "check_fit", "find_objective"]

# Measured with zig -O2: calls, and the harness of a sketch around them. Code by
# arm-none-eabi-gcc -Os is 2 to 5 KB smaller; its RAM is the same within 16 bytes.
_MOST_CODE_BYTES = 15_000  # of kernels and calls, whatever the network
_CALL_BYTES = 140  # the constants of a call and the call
_HARNESS_BYTES = 9_900
HARNESS_RAM_BYTES = 3_714  # without the buffer for the next image
# Cores with a fast multiplication on which these kernels were measured to be faster.
_WITH_MUL = ("cortex-m0plus", "rv32imc", "rv32imac")
_ITEM_BYTES = {"int8_t": 1, "uint8_t": 1}


@dataclass(frozen=True, slots=True)
class Activation:
    """A tensor that lies in the arena, scratch memory of a kernel among them."""

    id: int
    name: str
    shape: tuple[int, ...]
    bytes: int


@dataclass(frozen=True, slots=True)
class Call:
    """One kernel call of the program.

    Attributes:
        step: The operator that it is a part of, by its place in execution order.
        function: The C function.
        predicted_cycles: Of its operator, at the operator's first call; None without an
            objective.
    """

    step: int
    function: str
    predicted_cycles: int | None


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a model needs.

    Attributes:
        costs: By operator, in execution order; what passes removed is gone.
        outputs: The name of each operator's first output.
        kernels: The C function that computes each.
        calls: The kernel calls, in execution order.
        cycles: What each takes, predicted; 0 without an objective.
        file_macs: Multiply-accumulates of the file as it is.
        live_bytes: Bytes of the arena that hold something, by operator.
        peak_step: The operator at which most of the arena is in use.
        activations: What the memory plan places.
        plan: The memory plan.
        constant_bytes: Weights, biases and other constants in flash.
        code_bytes: Kernels, calls and harness in flash; an estimate.
        ram_bytes: The arena, the harness and the smallest buffer for the next image.
        input_bytes: Of all inputs.
        chains: The operators that run row by row.
        unchained_bytes: The arena, if none of them did; 0 where that is so.
        losses: What each operator loses against the possible.
    """

    costs: tuple[OpCost, ...]
    outputs: tuple[str, ...]
    kernels: tuple[str, ...]
    calls: tuple[Call, ...]
    cycles: tuple[int, ...]
    file_macs: int
    live_bytes: tuple[int, ...]
    peak_step: int
    activations: tuple[Activation, ...]
    plan: MemoryPlan
    constant_bytes: int
    code_bytes: int
    ram_bytes: int
    input_bytes: int = 0
    chains: tuple[ChainUse, ...] = ()
    unchained_bytes: int = 0
    losses: tuple[Loss, ...] = ()

    @property
    def flash_bytes(self) -> int:
        """Constants and code."""
        return self.constant_bytes + self.code_bytes

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


def find_objective(
    board: Board,
    optimize: Optimize = "speed",
    *,
    arrival: Arrival = "whole",
    flash_bytes: int | None = None,
    ram_bytes: int | None = None,
) -> Objective | None:
    """What to choose kernels for on `board`; None where all are portable.

    Args:
        board: Its free memory is the limit of constants and arena.
        optimize: What to choose by.
        arrival: How the input comes.
        flash_bytes: The most that the firmware may take, if that is less.
        ram_bytes: Likewise of RAM.

    Raises:
        ProjectError: If the input is to arrive by rows, and all are portable.
    """
    family = _find_family(board)
    if family is None:
        if arrival == "rows":
            raise ProjectError(
                f"board '{board.name}': expected a core that kernels are chosen for, "
                f"as they are for rows that arrive, got {board.core}",
                hint="take the input whole",
            )
        return None
    flash = min(_free_flash(board), flash_bytes or _free_flash(board))
    ram = min(_free_ram(board), ram_bytes or _free_ram(board))
    code = _HARNESS_BYTES + _MOST_CODE_BYTES
    limits = flash - code, ram - HARNESS_RAM_BYTES - LEAST_RECEIVE_BYTES
    return Objective(
        optimize, *limits, board=board.name, family=family, arrival=arrival
    )


def analyze_tflite(data: bytes, objective: Objective | None = None) -> Analysis:
    """What the model in a `.tflite` file needs once it is compiled.

    Args:
        data: The file's bytes.
        objective: A processor to choose kernels for; portable kernels without.

    Raises:
        ModelError: If the file is broken or uses something unsupported.
    """
    return analyze(
        compile_tflite(data, name="model", objective=objective), file=read_tflite(data)
    )


def analyze(compilation: Compilation, *, file: Graph | None = None) -> Analysis:
    """What a compiled model needs.

    Args:
        compilation: The compiled model.
        file: The graph as the file has it, for its multiply-accumulates.
    """
    graph, plan, program = compilation.graph, compilation.plan, compilation.program
    kernels = [compilation.choice.kernels.get(op.outputs[0]) for op in graph.ops]
    costs = count_costs(graph)
    live = tuple(_count_live(graph, plan, step) for step in range(len(graph.ops)))
    return Analysis(
        costs=costs,
        outputs=tuple(graph.tensors[op.outputs[0]].name for op in graph.ops),
        kernels=tuple(kernel.function if kernel else "" for kernel in kernels),
        calls=_list_calls(graph, program),
        cycles=tuple(_predict(program, op) for op in graph.ops),
        file_macs=sum(cost.macs for cost in (count_costs(file) if file else costs)),
        live_bytes=live,
        peak_step=max(range(len(live)), key=live.__getitem__),
        activations=tuple(
            Activation(t.id, t.name, t.shape, t.bytes)
            for t in map(graph.tensors.__getitem__, sorted(plan.offsets))
        ),
        plan=plan,
        constant_bytes=sum(
            a.values.size * _ITEM_BYTES.get(a.ctype, 4) for a in program.arrays
        ),
        code_bytes=_estimate_code(compilation),
        ram_bytes=plan.arena_bytes + HARNESS_RAM_BYTES + LEAST_RECEIVE_BYTES,
        input_bytes=sum(buffer.tensor.bytes for buffer in program.inputs),
        chains=list_chains(graph),
        unchained_bytes=compilation.unchained_bytes,
        losses=tuple(find_losses(compilation)),
    )


def check_fit(analysis: Analysis, board: Board) -> Fit:
    """What is left on `board`, beside its Arduino core."""
    flash, ram = _free_flash(board), _free_ram(board)
    taken = analysis.ram_bytes + analysis.flash_bytes * board.runs_from_ram
    spare = flash - analysis.flash_bytes, ram - taken
    return Fit(board, flash, ram, *spare)


def _find_family(board: Board) -> Family | None:
    """Which kernels there are for its core; None: only portable ones."""
    if board.has_dsp:
        return "dsp"
    return "mul" if board.core in _WITH_MUL else None


def _free_flash(board: Board) -> int:
    return board.flash_bytes - board.core_flash_bytes


def _free_ram(board: Board) -> int:
    return board.ram_bytes - board.core_ram_bytes


def _list_calls(graph: Graph, program: Program) -> tuple[Call, ...]:
    steps = {id(op): step for step, op in enumerate(graph.ops)}
    return tuple(
        Call(steps[id(call.op)], call.function, call.predicted_cycles)
        for call in program.calls
    )


def _predict(program: Program, op: Op) -> int:
    """Cycles of all calls of an operator; 0 where nothing was predicted."""
    return sum(call.predicted_cycles or 0 for call in program.calls if call.op is op)


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


def _estimate_code(compilation: Compilation) -> int:
    """Each kernel once; what is portable is of the usual size."""
    program = compilation.program
    known = {k.function: k.code_bytes for k in compilation.choice.kernels.values()}
    known |= {k.function: k.code_bytes for k in list_link_kernels(compilation.graph)}
    calls = sum(1 + len(call.links) for call in program.calls)
    kernels = sum(known.get(k, TYPICAL_CODE_BYTES) for k in program.kernels)
    return kernels + _CALL_BYTES * calls + _HARNESS_BYTES
