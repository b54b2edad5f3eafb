"""Where the windows of a depthwise convolution lie in planes of its channels.

The kernel, `tcnn_depthwise_conv_2d_planes_s8_dsp`, is told by tables: of blocks of
outputs, of spans of the input that go to the planes, of runs of outputs that are
computed from them. depthwise_conv_2d.h explains their fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from itertools import product

from tinycnn.compiler.operators.shared.windows import WindowShape

__all__ = ["Blocks", "PlaneLine", "lay_out_blocks"]

_OUTPUTS = 4  # that are computed together
_BLOCK_WORDS = 8
_SPARSE_2 = 6  # the first kind of line for strides of 2 and more
_LOOPS = (5, 9)  # kinds whose words are counted
# Of each kind: lines that the assembly has written out, one after the other.
_WRITTEN_OUT = (1, 3, 5, 1, 1, 1, 1, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class PlaneLine:
    """A line of a window, as the kernel's loop takes it.

    Attributes:
        is_dense: Whether windows are a column apart, so that two weights meet a word.
        words: That it fills, of two columns each.
        weights: Words of its weights when they are expanded.
        lines: Of a row.
        kind: Of the loop.
    """

    is_dense: bool
    words: int
    weights: int
    lines: int
    kind: int

    @classmethod
    def of(cls, p: WindowShape) -> PlaneLine:
        """That of a convolution."""
        taps = -(-p.kernel_width // p.stride_width)
        if p.stride_width == 1:
            words = taps // 2 + 1
            words += words % 2 if words > _LOOPS[0] else 0  # a loop of two
            return cls(True, words, 2 * words, 1, min(words - 1, _LOOPS[0]))
        words = max(taps, 2) if taps <= 4 else -(-taps // 4) * 4  # a loop of four
        lines = -(-min(p.stride_width, p.kernel_width) // 2)
        kind = min(_SPARSE_2 + words - 2, _LOOPS[1])
        return cls(False, words, words, lines, kind)

    @property
    def advance(self) -> int:
        """Words from a window to the one four outputs further."""
        return 2 if self.is_dense else 4

    @property
    def code_bytes(self) -> int:
        """Of the instructions of a line."""
        return 8 + 28 * self.words if self.is_dense else 16 + 24 * self.words

    @property
    def cycles(self) -> int:
        """Of a line and four outputs."""
        cycles = 2 + 8 * self.words if self.is_dense else 5 + 7 * self.words
        if self.kind in _LOOPS:
            return cycles + 12 + 2 * self.words
        return cycles + round(4 / _WRITTEN_OUT[self.kind])


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows of a block whose numbers leave the same remainder by the dilation.

    Attributes:
        rows: Of outputs.
        top: Row of the image that the first window begins with; may be outside.
        first: Place of the first row inside the image, in steps of the dilation.
        end: Place behind the last.
    """

    rows: int
    top: int
    first: int
    end: int

    def find_taps(self, p: WindowShape, y: int) -> tuple[int, int]:
        """Rows of a window that are inside: the first, and behind the last."""
        origin = y * p.stride_height
        return max(self.first - origin, 0), min(self.end - origin, p.kernel_height)

    def has_outside(self, p: WindowShape) -> bool:
        """Whether there is a window all outside; a row of zeros stands for it."""
        taps = (self.find_taps(p, y) for y in range(self.rows))
        return any(top >= bottom for top, bottom in taps)


@dataclass(frozen=True, slots=True)
class _Span:
    input: int
    to: int
    rows: int
    is_cut: int
    twos: int
    is_one: int


@dataclass(frozen=True, slots=True)
class _Run:
    rows: int
    plane: int
    weights: int
    weights_end: int
    back: int
    left_out: int
    row: int
    column: int
    row_bytes: int


@dataclass(frozen=True, slots=True)
class _Block:
    """What is computed at once: rows and columns of outputs from a place on."""

    y: int
    x: int
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Blocks:
    """All blocks of a convolution.

    Attributes:
        table: Of blocks, spans and runs, as words.
        count: Of blocks.
        plane: Words of a channel's plane.
        pitch: Words from line to line.
        largest: Bytes of outputs of the largest block.
        line: Of windows.
        output_step: Bytes from output to output of a part.
        spans: Of each block.
        runs: Of each block.
    """

    table: tuple[int, ...]
    count: int
    plane: int
    pitch: int
    largest: int
    line: PlaneLine
    output_step: int
    spans: tuple[tuple[_Span, ...], ...]
    runs: tuple[tuple[_Run, ...], ...]

    def count_cycles(self) -> tuple[float, float]:
        """Of gathering a channel, and of the runs of a filter, in all blocks."""
        gather = sum(
            20 + span.rows * (12 + 6.5 * span.twos)
            for each in self.spans
            for span in each
        )
        runs = sum(60 + self._count_run(run) for each in self.runs for run in each)
        return gather, runs

    def _count_run(self, run: _Run) -> float:
        outputs = run.row_bytes // self.output_step
        lines = (run.weights_end - run.weights) / (4 * self.line.weights)
        four = 60 + lines * self.line.cycles
        return run.rows * (35 + -(-outputs // _OUTPUTS) * four)


def lay_out_blocks(p: WindowShape, rows: int, columns: int) -> Blocks:
    """Blocks of so many rows and columns of outputs; several rows are whole ones."""
    line = PlaneLine.of(p)
    outputs = -(-columns // p.dilation_width)
    pitch = -(-outputs // _OUTPUTS) * line.advance + line.words - 1
    starts = product(range(0, p.output_height, rows), range(0, p.output_width, columns))
    blocks = [
        _Block(y, x, min(p.output_height - y, rows), min(p.output_width - x, columns))
        for y, x in starts
    ]
    parts = [[_find_part(p, b, i) for i in range(_count_down(p, b))] for b in blocks]
    height = max(part.end - part.first for each in parts for part in each)
    height = max(height, 0) + any(
        part.has_outside(p) for each in parts for part in each
    )
    part = height * line.lines * pitch
    across = min(p.dilation_width, columns)
    plane = part * across * max(map(len, parts))
    spans = [tuple(_list_spans(p, b, part, pitch)) for b in blocks]
    runs = [tuple(_list_runs(p, b, part, pitch)) for b in blocks]
    return Blocks(
        _join(p, blocks, spans, runs),
        len(blocks),
        plane,
        pitch,
        max(b.rows * b.columns for b in blocks) * p.output_channels,
        line,
        p.dilation_width * p.output_channels,
        tuple(spans),
        tuple(runs),
    )


def _join(
    p: WindowShape,
    blocks: list[_Block],
    spans: list[tuple[_Span, ...]],
    runs: list[tuple[_Run, ...]],
) -> tuple[int, ...]:
    """One table; spans and runs of blocks that are alike are there once."""
    words: list[int] = []
    places: dict[tuple[_Span, ...] | tuple[_Run, ...], int] = {}
    tables: list[tuple[_Span, ...] | tuple[_Run, ...]] = [*spans, *runs]
    for each in tables:
        if each not in places:
            places[each] = _BLOCK_WORDS * len(blocks) + len(words)
            words.extend(word for item in each for word in astuple(item))
    heads = (
        (
            _find_input(p, block),
            (block.y * p.output_width + block.x) * p.output_channels,
            block.rows,
            block.columns * p.output_channels,
            places[own_spans],
            len(own_spans),
            places[own_runs],
            len(own_runs),
        )
        for block, own_spans, own_runs in zip(blocks, spans, runs, strict=True)
    )
    return (*(word for head in heads for word in head), *words)


def _find_input(p: WindowShape, b: _Block) -> int:
    """Bytes to where places of a block's spans are counted from."""
    row, column = b.y * p.stride_height, b.x * p.stride_width
    return (row * p.input_width + column) * p.input_channels


def _count_down(p: WindowShape, b: _Block) -> int:
    return min(p.dilation_height, b.rows)


def _find_part(p: WindowShape, b: _Block, number: int) -> _Part:
    dilation = p.dilation_height
    rows = -(-(b.rows - number) // dilation)
    top = (b.y + number) * p.stride_height - p.pad_top
    inside = -(-(p.input_height - top) // dilation)
    end = min(inside, (rows - 1) * p.stride_height + p.kernel_height)
    return _Part(rows, top, max(-(top // dilation), 0), end)


def _list_spans(p: WindowShape, b: _Block, part: int, pitch: int) -> Iterator[_Span]:
    """Of all parts and lines of a block."""
    line, step = PlaneLine.of(p), p.dilation_width
    word_step = step * (2 if line.is_dense else p.stride_width)
    across = min(step, b.columns)

    def count_below(end: int, first: int) -> int:
        """How many words that begin at `first`, and so on, begin before `end`."""
        return max(-(-(end - first) // word_step), 0)

    for i, j in product(range(_count_down(p, b)), range(across)):
        found = _find_part(p, b, i)
        row = found.top + found.first * p.dilation_height
        for k in range(line.lines):
            column = (b.x + j) * p.stride_width - p.pad_left + 2 * step * k
            # Words before the first that has a number inside the image, and so on.
            cut, first = count_below(0, column + step), count_below(0, column)
            end = min(count_below(p.input_width, column + step), pitch)
            last = min(count_below(p.input_width, column), pitch)
            is_cut, is_one = cut < min(first, end), max(end, first) < last
            place = row * p.input_width + column + first * word_step
            if found.first < found.end and (is_cut or is_one or first < end):
                yield _Span(
                    place * p.input_channels - _find_input(p, b),
                    (i * across + j) * part + k * pitch + (cut if is_cut else first),
                    found.end - found.first,
                    int(is_cut),
                    max(end - first, 0),
                    int(is_one),
                )


def _list_runs(p: WindowShape, b: _Block, part: int, pitch: int) -> Iterator[_Run]:
    """Of all parts of a block, row by row."""
    line, step = PlaneLine.of(p), p.dilation_width
    across = min(step, b.columns)
    for i, j in product(range(_count_down(p, b)), range(across)):
        found, y = _find_part(p, b, i), 0
        outputs = -(-(b.columns - j) // step)
        while y < found.rows:
            top, bottom = found.find_taps(p, y)
            place, rows = y * p.stride_height + top - found.first, 1
            if bottom - top == p.kernel_height:
                rows += (found.end - p.kernel_height) // p.stride_height - y
            if top >= bottom:
                top, bottom, place = 0, 1, part // (line.lines * pitch) - 1
            lines = (bottom - top) * line.lines
            place *= line.lines * pitch
            yield _Run(
                rows,
                4 * ((i * across + j) * part + place),
                4 * top * line.lines * line.weights,
                4 * bottom * line.lines * line.weights,
                4 * (lines * pitch - line.advance),
                -lines % _WRITTEN_OUT[line.kind] * line.code_bytes,
                i + y * p.dilation_height,
                j * p.output_channels,
                outputs * step * p.output_channels,
            )
            y += rows
