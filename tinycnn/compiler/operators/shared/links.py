"""A link of a chain as C: its kernel's call, and what of the params counts rows.

A kernel computes any rows of its operator by the same constants; of its params only
those differ that count rows. Each view that occurs is lowered by the operator's own
rules; what differs between them is what the link's C function has to set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from tinycnn.compiler.arithmetic.numerics import Numerics
from tinycnn.compiler.ir.chain import RowView
from tinycnn.compiler.ir.kernel import Kernel
from tinycnn.compiler.ir.lowering import Lowering
from tinycnn.compiler.ir.node import Node
from tinycnn.compiler.ir.program import (
    Buffer,
    ConstantArray,
    KernelCall,
    LinkCall,
    Param,
)

__all__ = ["LoweredLink", "lower_link"]

Views = Mapping[RowView, tuple[Node, Kernel]]


@dataclass(frozen=True, slots=True, eq=False)
class LoweredLink:
    """The call of a link, and its constants."""

    call: KernelCall
    changes: tuple[tuple[str, str], ...]
    arrays: tuple[ConstantArray, ...]

    def in_chain(self, fields: dict[str, Param]) -> LinkCall:
        """The call with the fields of its `tcnn_link_t`."""
        fields = {"compute": f"{self.call.name}_rows", **fields}
        return LinkCall(self.call, self.changes, fields)


def lower_link(views: Views, name: str, numerics: Numerics) -> LoweredLink | None:
    """The call that computes all views; None where there is no such call.

    Args:
        views: As nodes, with the kernel of each.
        name: Prefix of all C names.
        numerics: The reference to equal.
    """
    lowered = {view: _lower(*pair, name, numerics) for view, pair in views.items()}
    first = next(iter(lowered.values()))
    for each in lowered.values():
        if len(each.calls) != 1 or not _are_alike(first, each):
            return None
    (call,) = first.calls
    params = {
        view: dict(_flatten(x.calls[0].params.fields)) for view, x in lowered.items()
    }
    changes = _find_changes(params)
    if changes is None:
        return None
    return LoweredLink(call, tuple(changes), tuple(first.arrays))


def _lower(node: Node, kernel: Kernel, name: str, numerics: Numerics) -> Lowering:
    buffers = {node.op.outputs[0]: "rows->output"}
    activations = [
        i for i in node.op.inputs if i >= 0 and node.graph.tensors[i].data is None
    ]
    buffers |= {
        tensor: f"rows->inputs[{number}]"
        for number, tensor in reversed(list(enumerate(activations)))
    }
    if node.op.scratch is not None:
        buffers[node.op.scratch] = "rows->scratch"
    places = {t: Buffer(c, 0, node.graph.tensors[t]) for t, c in buffers.items()}
    lowering = Lowering(name, places, numerics)
    kernel.lower(lowering, node)
    return lowering


def _are_alike(a: Lowering, b: Lowering) -> bool:
    """Whether two views differ in nothing but params."""
    pairs = zip(a.arrays, b.arrays, strict=False)
    return (
        a.calls[0].function == b.calls[0].function
        and a.calls[0].arguments == b.calls[0].arguments
        and len(a.arrays) == len(b.arrays)
        and all(
            x.name == y.name and np.array_equal(x.values, y.values) for x, y in pairs
        )
    )


def _flatten(fields: dict[str, Param], prefix: str = "") -> Iterator[tuple[str, Param]]:
    """Fields with those of structs inside, named as C does."""
    for field, value in fields.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{field}.")
        else:
            yield prefix + field, value


def _find_changes(
    params: Mapping[RowView, dict[str, Param]],
) -> list[tuple[str, str]] | None:
    """What to set; None where something differs that does not count rows."""
    changes = []
    for field in next(iter(params.values())):
        values = {view: fields[field] for view, fields in params.items()}
        if len(set(values.values())) == 1:
            continue
        text = _express(field.rpartition(".")[2], values)
        if text is None:
            return None
        changes.append((field, text))
    return changes


def _express(field: str, values: Mapping[RowView, Param]) -> str | None:
    """A field of that name in C, if it is the same in all views."""
    view, value = next(iter(values.items()))
    each = value // view.output_rows if isinstance(value, int) else 0
    known: dict[str, tuple[str, Callable[[RowView], int]]] = {
        "input_height": ("rows->input_rows", lambda v: v.input_rows),
        "pad_top": ("rows->pad_top", lambda v: v.pad_top),
        "output_height": ("rows->output_rows", lambda v: v.output_rows),
        "size": (f"rows->output_rows * {each}", lambda v: v.output_rows * each),
    }
    if field not in known:
        return None
    text, count = known[field]
    return text if all(count(v) == value for v, value in values.items()) else None
