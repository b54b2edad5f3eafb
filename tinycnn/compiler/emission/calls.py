"""The kernel calls of a program as its C text has them: one line, a comment above.

The comment says which operator it is, the shapes and places in the arena of what it
reads and writes, and the name of the tensor that the file has for its output.
"""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.compiler.ir.program import Buffer, KernelCall, LinkCall, Param, Program
from tinycnn.rendering import comment

__all__ = ["CallText", "describe_calls"]

_FED = ", bytes, offset, size"  # of the function that takes a part of the input


@dataclass(frozen=True, slots=True, eq=False)
class LinkText:
    """The function of a chain's link.

    Attributes:
        call: With its params.
        title: Number and kind of its operator.
        changes: Fields of the params that it sets, and to what.
        statement: The line of C that calls the kernel.
        fields: Of its `tcnn_link_t`.
    """

    call: KernelCall
    title: str
    changes: tuple[tuple[str, str], ...]
    statement: str
    fields: dict[str, Param]


@dataclass(frozen=True, slots=True, eq=False)
class CallText:
    """A call with what is said of it.

    Attributes:
        call: With its params.
        title: Number and kind of its operator.
        text: The whole comment above it, two lines.
        statement: The line of C.
        links: Of a chain.
    """

    call: KernelCall
    title: str
    text: str
    statement: str
    links: tuple[LinkText, ...] = ()


def describe_calls(program: Program) -> tuple[CallText, ...]:
    """The calls of `program`, in order."""
    buffers = {buffer.name: buffer for buffer in program.buffers}
    return tuple(_describe(call, buffers) for call in program.calls)


def _describe(call: KernelCall, buffers: dict[str, Buffer]) -> CallText:
    *read, output = (buffers[name] for name in call.arguments if name in buffers)
    places = [_place(b) for b in read if b.tensor.id != call.op.scratch]
    places += [f"scratch at {b.offset}" for b in read if b.tensor.id == call.op.scratch]
    links = tuple(map(_describe_link, call.links))
    title = f"op {call.op.index} {call.op.kind}"
    if links:
        last = call.links[-1].call.op.index
        title = f"ops {call.op.index} to {last}, row by row"
        title += " as they arrive" if call.is_fed else ""
    text = f"{title}: {', '.join(places)} -> {_place(output)}"
    arguments = ", ".join((f"&{call.name}", *call.arguments))
    return CallText(
        call=call,
        title=title,
        text=f"{text}\n{comment(output.tensor.name)}",
        statement=f"{call.function}({arguments}{_FED if call.is_fed else ''});",
        links=links,
    )


def _describe_link(link: LinkCall) -> LinkText:
    call = link.call
    params = "params" if link.changes else call.name
    arguments = ", ".join((f"&{params}", *call.arguments))
    return LinkText(
        call=call,
        title=f"op {call.op.index} {call.op.kind}, some rows",
        changes=link.changes,
        statement=f"{call.function}({arguments});",
        fields=link.fields,
    )


def _place(buffer: Buffer) -> str:
    return f"{'x'.join(map(str, buffer.tensor.shape))} at {buffer.offset}"
