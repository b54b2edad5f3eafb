"""What a page must know of a module to show it: tensors, constants, kernel calls.

In: a graph, where its tensors lie, and its program. Out: a dictionary for JSON. It has
no weights: those are read in the module's memory, at the address that it exports under
the array's name.

    schema, sha256    of this form; of the `.tflite` file
    reference         the interpreter that is equalled, and the word for its numerics
    arena             bytes
    inputs, outputs   names of tensors, in the file's order
    tensors           by name: id in the file, label, shape, dtype, offset in the arena,
                      bytes, scale and zero (null without), life (first and last
                      operator that needs it, by place in `operators`), step: after so
                      many calls it is whole, and later perhaps overwritten, and
                      omitted: the channels that no output needs: a board has none
    arrays            by name: ctype, shape, bytes
    calls             one a step: op (index in the file), kind, function, params
                      (numbers, names of arrays), args in call order, inputs, outputs
    operators         index, kind, inputs and outputs of all, those without a call too;
                      step and calls: the first one and how many; parameters and macs;
                      window: size, stride, dilation and padding (top, left, bottom,
                      right) of what slides over its input, null of others
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import numpy as np

from tinycnn.analysis.cost import count_costs
from tinycnn.compiler import Graph, MemoryPlan, Op, Program, Tensor
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.program import KernelCall, Param
from tinycnn.compiler.operators import OPERATORS
from tinycnn.compiler.passes.constant_channels import find_constant_channels
from tinycnn.compiler.passes.removable_channels import find_removable_channels
from tinycnn.reference import name_reference

__all__ = ["SCHEMA", "describe_program"]

SCHEMA = 1
_LONGEST_LABEL = 40


def describe_program(
    graph: Graph, plan: MemoryPlan, program: Program
) -> dict[str, Any]:
    """The document of a program that was lowered from `graph` as `plan` lays it out."""
    operators = _describe_operators(graph, plan, program)
    whole = _find_whole(graph, plan, operators)
    omitted = find_removable_channels(graph, find_constant_channels(graph))
    return {
        "schema": SCHEMA,
        "sha256": program.sha256,
        "reference": name_reference(program.numerics),
        "numerics": program.numerics,
        "arena": program.arena_bytes,
        "inputs": [_name(i) for i in graph.inputs],
        "outputs": [_name(i) for i in graph.outputs],
        "tensors": {
            _name(i): {
                **_describe_tensor(graph.tensors[i], plan, step),
                "omitted": np.flatnonzero(omitted[i]).tolist() if i in omitted else [],
            }
            for i, step in whole.items()
        },
        "arrays": {
            array.name: {
                "ctype": array.ctype,
                "shape": list(array.values.shape),
                "bytes": array.bytes,
            }
            for array in program.arrays
        },
        "calls": [_describe_call(call) for call in program.calls],
        "operators": operators,
    }


def _name(tensor: int) -> str:
    """As the generated C calls it."""
    return f"t{tensor}"


def _describe_operators(
    graph: Graph, plan: MemoryPlan, program: Program
) -> list[dict[str, Any]]:
    """All operators in execution order, with the calls that each became."""
    found, step = [], 0
    for op, cost in zip(graph.ops, count_costs(graph), strict=True):
        window = OPERATORS[op.kind].find_window(Node(graph, op))
        calls = sum(call.op.outputs == op.outputs for call in program.calls)
        found.append(
            {
                "index": op.index,
                "kind": op.kind,
                "inputs": _in_arena(plan, op.inputs),
                "outputs": _in_arena(plan, op.outputs),
                "step": step,
                "calls": calls,
                "parameters": cost.parameters,
                "macs": cost.macs,
                "window": window and _listed(asdict(window)),
            }
        )
        step += calls
    return found


def _find_whole(
    graph: Graph, plan: MemoryPlan, operators: list[dict[str, Any]]
) -> dict[int, int]:
    """After how many calls each activation is whole, by tensor id.

    What an operator without a call gives is its input by another name.
    """
    whole = dict.fromkeys(graph.inputs, 0)
    for op, said in zip(graph.ops, operators, strict=True):
        end = said["step"] + said["calls"]
        if not said["calls"]:
            end = max((whole[i] for i in op.inputs if i in whole), default=end)
        whole |= {i: end for i in op.outputs if i in plan.offsets}
    return whole


def _in_arena(plan: MemoryPlan, tensors: Iterable[int]) -> list[str]:
    return [_name(i) for i in tensors if i in plan.offsets]


def _describe_tensor(tensor: Tensor, plan: MemoryPlan, step: int) -> dict[str, Any]:
    quant, life = tensor.quant, plan.lifetimes[tensor.id]
    return {
        "id": tensor.id,
        "label": _shorten(tensor.name),
        "shape": list(tensor.shape),
        "dtype": tensor.dtype,
        "offset": plan.offsets[tensor.id],
        "bytes": tensor.bytes,
        "scale": quant.scale[0] if quant else None,
        "zero": quant.zero_point[0] if quant else None,
        "life": [life.first_time_used, life.last_time_used],
        "step": step,
    }


def _describe_call(call: KernelCall) -> dict[str, Any]:
    op, names = call.op, call.arguments
    return {
        "op": op.index,
        "kind": op.kind,
        "function": call.function,
        "params": _listed(call.params.fields),
        "args": list(names),
        "inputs": [name for name in names[:-1] if name in _activations(op)],
        "outputs": [names[-1]],
    }


def _listed(value: Param) -> Any:
    """The value as JSON gives it back: lists for tuples."""
    if isinstance(value, dict):
        return {name: _listed(inner) for name, inner in value.items()}
    return list(value) if isinstance(value, tuple) else value


def _activations(op: Op) -> set[str]:
    return set(map(_name, op.inputs))


def _shorten(name: str) -> str:
    """The last parts of the first of a tensor's names; these run to 200 characters.

    >>> _shorten("net_1/conv_1/BiasAdd;net_1/conv_1/Conv2D;fused")
    'conv_1/BiasAdd'
    """
    first = name.split(";")[0].rstrip("/")
    short = "/".join(first.split("/")[-2:])
    return short if len(short) <= _LONGEST_LABEL else f"…{short[1 - _LONGEST_LABEL :]}"
