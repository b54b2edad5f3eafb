"""The kernel calls of a program as its C text has them: one line, a comment above.

The comment says which operator it is, the shapes and places in the arena of what it
reads and writes, and the name of the tensor that the file has for its output.
"""

from __future__ import annotations

from dataclasses import dataclass

from tinycnn.compiler.ir.program import Buffer, KernelCall, Program
from tinycnn.rendering import comment

__all__ = ["CallText", "describe_calls"]


@dataclass(frozen=True, slots=True, eq=False)
class CallText:
    """A call with what is said of it.

    Attributes:
        call: With its params.
        title: Number and kind of its operator.
        text: The whole comment above it, two lines.
        statement: The line of C.
    """

    call: KernelCall
    title: str
    text: str
    statement: str


def describe_calls(program: Program) -> tuple[CallText, ...]:
    """The calls of `program`, in order."""
    buffers = {buffer.name: buffer for buffer in program.buffers}
    return tuple(_describe(call, buffers) for call in program.calls)


def _describe(call: KernelCall, buffers: dict[str, Buffer]) -> CallText:
    *read, output = (buffers[name] for name in call.arguments if name in buffers)
    places = [_place(b) for b in read if b.tensor.id != call.op.scratch]
    places += [f"scratch at {b.offset}" for b in read if b.tensor.id == call.op.scratch]
    title = f"op {call.op.index} {call.op.kind}"
    text = f"{title}: {', '.join(places)} -> {_place(output)}"
    arguments = ", ".join((f"&{call.name}", *call.arguments))
    return CallText(
        call=call,
        title=title,
        text=f"{text}\n{comment(output.tensor.name)}",
        statement=f"{call.function}({arguments});",
    )


def _place(buffer: Buffer) -> str:
    return f"{'x'.join(map(str, buffer.tensor.shape))} at {buffer.offset}"
