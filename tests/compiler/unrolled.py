"""Programs without chains: each step of a chain as a kernel call of its own.

For machines on which kernels are called one by one, where nothing calls back: what a
chain's driver finds out as it runs is written down before, moves of rows among it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tinycnn.compiler import Program
from tinycnn.compiler.ir.chain import Chain, Step, list_steps, list_tops
from tinycnn.compiler.ir.graph import Tensor
from tinycnn.compiler.ir.params import Params
from tinycnn.compiler.ir.program import Buffer, KernelCall
from tinycnn.compiler.operators.move import MoveParams
from tinycnn.compiler.operators.shared.links import lower_link

__all__ = ["unroll"]


def unroll(program: Program) -> Program:
    """The same computation by calls of kernels that know nothing of chains."""
    places = {buffer.name: buffer.offset for buffer in program.buffers}
    buffers = {buffer.name: buffer for buffer in program.buffers}
    calls: list[KernelCall] = []
    for call in program.calls:
        if not call.links:
            calls.append(call)
            continue
        for each, at in _Unrolling(program, call, places).list_calls():
            calls.append(each)
            buffers |= {name: _buffer(name, offset) for name, offset in at.items()}
    return replace(program, calls=tuple(calls), buffers=tuple(buffers.values()))


def _buffer(name: str, offset: int) -> Buffer:
    return Buffer(name, offset, Tensor(-1, name, (1,), "int8"))


class _Unrolling:
    """One chain: where its rows lie as it goes on."""

    def __init__(
        self, program: Program, call: KernelCall, places: dict[str, int]
    ) -> None:
        assert isinstance(call.op.attrs, Chain)
        self._program, self._call, self._chain = program, call, call.op.attrs
        source, scratch, output = (places[name] for name in call.arguments)
        bands = self._chain.bands
        inner = [scratch + band.offset for band in bands[1:-1]]
        self._starts = [source, *inner, output]
        self._scratch = scratch + self._chain.kernel_scratch
        self._rows = [link.rows for link in self._chain.links]
        over = [n for n, band in enumerate(bands[1:]) if band.rows == 0]
        self._first, self._made = list_tops(self._rows, over), [0] * len(bands)

    def list_calls(self) -> Iterator[tuple[KernelCall, dict[str, int]]]:
        """Calls, and the arguments of each as places in the arena."""
        steps = list(list_steps(self._chain.bands[0].tensor.shape[1], self._rows))
        for number, step in enumerate(steps):
            yield from self._make_room(step, steps[number:])
            yield self._compute(step)
            self._made[step.link + 1] += step.view.output_rows

    def _make_room(
        self, step: Step, rest: list[Step]
    ) -> Iterator[tuple[KernelCall, dict[str, int]]]:
        number = step.link + 1
        band, made = self._chain.bands[number], self._made[number]
        if band.rows == 0:  # over the rows that it is computed from
            top = step.start - step.view.pad_top
            place = self._row(self._rows[step.link].inputs[0], top)
            self._starts[number], self._first[number] = place - band.offset, made
            return
        if made - self._first[number] + step.view.output_rows <= band.rows:
            return
        needs = (
            max(other.start - other.view.pad_top, self._first[number])
            for other in rest
            if number in self._chain.links[other.link].rows.inputs
        )
        oldest = min(min(needs), made)
        source, target = self._row(number, oldest), self._starts[number]
        size = (made - oldest) * band.row_bytes
        self._first[number] = oldest
        if size:
            params, places = MoveParams(size), {"from": source, "to": target}
            yield self._call_of("tcnn_move_s8", params, ("from", "to"), places)

    def _compute(self, step: Step) -> tuple[KernelCall, dict[str, int]]:
        link = self._chain.links[step.link]
        views = {step.view: link.views[step.view]}
        lowered = lower_link(views, self._program.name, self._program.numerics)
        assert lowered is not None
        places = {
            "rows->inputs[0]": self._row(link.rows.inputs[0], step.start),
            "rows->inputs[1]": self._row(link.rows.inputs[1], step.start),
            "rows->output": self._row(step.link + 1, step.first),
            "rows->scratch": self._scratch,
        }
        call = lowered.call
        return self._call_of(call.function, call.params, call.arguments, places)

    def _row(self, band: int, row: int) -> int:
        rows = row - self._first[band]
        return self._starts[band] + rows * self._chain.bands[band].row_bytes

    def _call_of(
        self,
        function: str,
        params: Params,
        arguments: tuple[str, ...],
        places: dict[str, int],
    ) -> tuple[KernelCall, dict[str, int]]:
        names = {name: f"at{offset}" for name, offset in places.items()}
        call = replace(
            self._call,
            function=function,
            params=params,
            arguments=tuple(names.get(name, name) for name in arguments),
            links=(),
        )
        return call, {f"at{offset}": offset for offset in places.values()}
