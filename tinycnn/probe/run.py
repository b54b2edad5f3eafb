"""Runs the probe on a device: each loop at two lengths, each for few and many turns.

What all four have in common cancels out: the call, the loop's own branch, caches that
were cold.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from tinycnn.about import __version__
from tinycnn.boards import Board
from tinycnn.boards.ledger import Cycles, ProbeRun, Row
from tinycnn.device import Device, DeviceInfo, StepRun, open_simulated
from tinycnn.errors import DeviceError
from tinycnn.files import scratch_folder
from tinycnn.firmware import build_image
from tinycnn.probe.program import LINK_BYTES, loop_rows, probe_digest, write_probe

__all__ = ["REPEATS", "is_simulated", "probe_device", "probe_simulated"]

REPEATS = 5
_FEW, _MANY = 8, 24  # turns
_USUAL, _UNCACHED, _IN_RAM = 1, 2, 3
_ROUND_TRIPS = 20
_PARTS = {
    0xC23: "cortex-m3",
    0xC24: "cortex-m4",
    0xC27: "cortex-m7",
    0xD21: "cortex-m33",
    0xD22: "cortex-m55",
    0xD23: "cortex-m85",
}

_Progress = Callable[[int, int], None]


def _ignore(done: int, total: int) -> None:
    """Tell nobody."""


def probe_simulated(
    board: Board,
    *,
    repeats: int = 1,
    timings: Mapping[str, int] | None = None,
    on_progress: _Progress = _ignore,
) -> ProbeRun:
    """What the probe finds on the simulated `board`.

    Args:
        board: A board with a Cortex-M4, whose cycles are modelled.
        repeats: Runs of each loop; they take the same every time.
        timings: Cycles by rule, in the place of the model's own.
        on_progress: Told how many runs are done, of how many.

    Raises:
        ToolchainError: If its firmware cannot be built.
        DeviceError: If it fails.
    """
    with scratch_folder() as folder:
        project = write_probe(folder, board)
        image = build_image(project, board, output=folder / "probe.elf")
        with open_simulated(image.elf, board.name, timings=timings) as device:
            return probe_device(device, board, repeats=repeats, on_progress=on_progress)


def probe_device(
    device: Device,
    board: Board,
    *,
    repeats: int = REPEATS,
    on_progress: _Progress = _ignore,
) -> ProbeRun:
    """What the probe finds on a device that runs it.

    Args:
        device: An open device.
        board: Which kind of board it is.
        repeats: Runs of each loop, of which the fastest counts: interrupts only add.
        on_progress: Told how many runs are done, of how many.

    Raises:
        DeviceError: If it runs something else, counts no cycles, or fails.
    """
    info = device.info()
    _check_probe(device.name, info)
    facts = device.infer(_request(0)).output.view(np.uint8)
    rows = loop_rows()
    core = _name_core(facts[len(rows) + 1 :][:4].tobytes())
    _check_core(device.name, board, core)
    present = [bool(fact) for fact in facts[: len(rows)]]
    has_cache = bool(facts[len(rows)])
    runs = _Runs(device, rows, present, repeats, on_progress)
    modes = 2 if has_cache else 1
    runs.expect(modes)
    usual = runs.measure(_USUAL)
    uncached = runs.measure(_UNCACHED) if has_cache else {}
    figures = {"clock": runs.clock_mhz(), **_measure_link(device)}
    notes = [
        f"{row.id}: this core has no {row.probe.needs}"
        for row, there in zip(rows, present, strict=True)
        if row.probe and row.probe.needs and not there
    ]
    in_ram, why = _measure_in_ram(runs, rows, present)
    return ProbeRun(
        tinycnn=__version__,
        program=probe_digest(),
        kind_of_board=board.name,
        board=info.board,
        board_id=info.board_id,
        core=core,
        clock_hz=info.clock_hz,
        cache_on=info.cache_on,
        is_simulated=is_simulated(info),
        repeats=repeats,
        cycles={
            name: Cycles(usual=cycles, uncached=uncached.get(name))
            for name, cycles in {**usual, **in_ram}.items()
        },
        figures={name: value for name, value in figures.items() if value is not None},
        notes=(*notes, *why),
    )


def is_simulated(info: DeviceInfo) -> bool:
    """Whether a device is the simulated board, by what it calls itself."""
    return info.board.startswith("simulated ")


def _check_probe(name: str, info: DeviceInfo) -> None:
    if info.model_sha256 != probe_digest():
        text = f"{name}: expected this version's probe, got {info.model}"
        found = f"{text} by {info.generator}"
        raise DeviceError(found, hint="flash the sketch of tinycnn probe --sketch")
    if not info.counts_cycles:
        text = f"{name}: expected a counter of processor cycles, got none"
        raise DeviceError(text, hint="of the simulated boards the Cortex-M4s have one")


def _check_core(name: str, board: Board, core: str) -> None:
    expected, got = board.core.removesuffix("f"), core.split()[0]
    if got != expected:
        text = f"{name}: expected the {expected} of a {board.name}, got a {got}"
        raise DeviceError(text, hint="--board names what it is: tinycnn boards")


def _request(mode: int, turns: int = 0, *, is_long: bool = False) -> bytes:
    """An input of the probe: what its steps are to do."""
    return bytes((mode, turns, is_long)).ljust(LINK_BYTES, b"\0")


class _Runs:
    """Runs of all loops on one device."""

    def __init__(
        self,
        device: Device,
        rows: Sequence[Row],
        present: Sequence[bool],
        repeats: int,
        on_progress: _Progress,
    ) -> None:
        self._device, self._rows, self._repeats = device, rows, repeats
        self._present = present
        self._on_progress = on_progress
        self._done = self._total = 0
        self._sums: dict[bool, tuple[int, int]] = {}

    def expect(self, modes: int) -> None:
        """So many modes will be measured."""
        self._total = modes * 4 * self._repeats

    def measure(self, mode: int) -> dict[str, float]:
        """Cycles of one repetition of each row's body, by row."""
        found = {}
        fastest = {
            (turns, is_long): self._fastest(mode, turns, is_long=is_long)
            for turns in (_FEW, _MANY)
            for is_long in (False, True)
        }
        for index, row in enumerate(self._rows):
            loop = row.probe
            if loop is None or not self._present[index]:
                continue
            if (loop.where == "ram") != (mode == _IN_RAM):
                continue
            more = {
                is_long: fastest[_MANY, is_long][index] - fastest[_FEW, is_long][index]
                for is_long in (False, True)
            }
            repetitions = (_MANY - _FEW) * loop.repeat
            found[row.id] = round((more[True] - more[False]) / repetitions, 4)
        return found

    def _fastest(self, mode: int, turns: int, *, is_long: bool) -> list[int]:
        """The fewest cycles of each loop."""
        runs = [
            self._run(_request(mode, turns, is_long=is_long))
            for _ in range(self._repeats)
        ]
        if mode == _USUAL:
            sums = [(sum(s.cycles for s in r), sum(s.micros for s in r)) for r in runs]
            self._sums[is_long and turns == _MANY] = min(sums)
        cycles = [[step.cycles for step in steps] for steps in runs]
        return [min(steps) for steps in zip(*cycles, strict=True)]

    def _run(self, request: bytes) -> Sequence[StepRun]:
        steps = self._device.profile(request)
        if len(steps) != len(self._rows):
            text = f"{self._device.name}: expected {len(self._rows)} loops"
            raise DeviceError(f"{text}, got {len(steps)}", hint="flash the probe again")
        self._done += 1
        self._on_progress(min(self._done, self._total), self._total)
        return steps

    def clock_mhz(self) -> float | None:
        """Cycles a microsecond, by the device's own clock: between two runs of all."""
        if not self._sums:
            return None
        (cycles, micros), (more_cycles, more_micros) = (
            self._sums[False],
            self._sums[True],
        )
        if more_micros <= micros:
            return None
        return round((more_cycles - cycles) / (more_micros - micros), 2)


def _measure_in_ram(
    runs: _Runs, rows: Sequence[Row], present: Sequence[bool]
) -> tuple[dict[str, float], tuple[str, ...]]:
    """Loops in RAM, last: a board whose memory protection forbids them may not live."""
    names = [row.id for row in rows if row.probe and row.probe.where == "ram"]
    there = [row.id for row, has in zip(rows, present, strict=True) if has]
    if not set(names) & set(there):
        return {}, (f"{', '.join(names)}: no code in RAM here",)
    try:
        return runs.measure(_IN_RAM), ()
    except DeviceError as error:
        return {}, (f"{', '.join(names)}: {error}",)


def _measure_link(device: Device) -> dict[str, float]:
    """Bytes a second each way, and the time of a request that asks for little."""
    nothing = _request(0)
    device.profile(nothing)  # the first one finds buffers cold
    start = time.perf_counter()
    device.profile(nothing)
    up_s = time.perf_counter() - start
    start = time.perf_counter()
    device.infer(nothing)
    both_s = time.perf_counter() - start
    start = time.perf_counter()
    for _ in range(_ROUND_TRIPS):
        device.info()
    trip_s = (time.perf_counter() - start) / _ROUND_TRIPS
    found = {"upload": _speed(up_s), "round_trip": round(1e3 * trip_s, 3)}
    if both_s > up_s:
        found["download"] = _speed(both_s - up_s)
    return found


def _speed(seconds: float) -> float:
    """Of LINK_BYTES in so many seconds, in kB/s."""
    return round(LINK_BYTES / 1e3 / seconds, 1)


def _name_core(cpuid: bytes) -> str:
    """The core's name with its revision, from its CPUID, lowest byte first."""
    value = int.from_bytes(cpuid, "little")
    part = _PARTS.get(value >> 4 & 0xFFF, f"part {value >> 4 & 0xFFF:#05x}")
    return f"{part} r{value >> 20 & 0xF}p{value & 0xF}"
