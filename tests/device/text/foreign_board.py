r"""A board of somebody else's, written from the public API of the MLPerf Tiny runner.

It knows the public commands alone and has what made firmware of that kind special: a
buffer of 80 characters whose last place is overwritten by what is too long, an empty
command that kills it, ten warm-ups where none are said, a message without "m-" or "\r".
Nothing of the code under test is used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

MOST = 80
SIZE = 27_648


@dataclass
class ForeignBoard:
    """The firmware; `run` is its model.

    Attributes:
        run: From the bytes of its buffer to real numbers.
        write: How it writes one of them.
        model: How it calls its model.
        is_energy: Built for energy mode: laps are a pin's.
        end: How it ends a line.
        lap_us: What an inference takes.
    """

    run: Callable[[bytes], Sequence[float]]
    write: Callable[[float], str] = "{:.3f}".format
    model: str = "ic01"
    is_energy: bool = False
    end: str = "\r\n"
    lap_us: int = 1_500
    clock_us: int = (1 << 32) - 2_000
    commands: list[str] = field(default_factory=list)
    runs: int = 0

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Lose everything, as after pressing the button."""
        self.command = [""] * (MOST + 1)
        self.place = 0
        self.buffer = bytearray(SIZE)
        self.size = self.filled = 0
        self.numbers: Sequence[float] = (0.0,)
        self.is_dead = False

    def banner(self) -> bytes:
        """What it says after a start."""
        mode = "energy" if self.is_energy else "performance"
        lines = [f"m-timestamp-mode-{mode}", *self.lap(), "m-init-done", "m-ready"]
        return self.text(lines)

    def text(self, lines: Sequence[str]) -> bytes:
        """Lines as bytes."""
        return "".join(line + self.end for line in lines).encode()

    def receive(self, data: bytes) -> Iterator[bytes]:
        """The answers to what `data` completes."""
        for char in data.decode("latin-1"):
            if self.is_dead:
                return
            if char != "%":
                self.command[self.place] = char
                self.place = min(self.place + 1, MOST)
                continue
            command, self.place = "".join(self.command[: self.place]), 0
            self.commands.append(command)
            if not command.strip(" "):
                self.is_dead = True  # strtok gives NULL, and that is compared
                return
            yield self.text([*self.answer(command.split()), "m-ready"])

    def answer(self, words: list[str]) -> Iterator[str]:
        """The lines that answer a command."""
        name, rest = words[0], words[1:]
        if name == "name":
            yield "m-name-dut-[somebody]"
        elif name == "timestamp":
            yield from self.lap()
        elif name == "profile":
            yield "m-profile-[ULPMark for tinyML Firmware V0.0.1]"
            yield f"m-model-[{self.model}]"
        elif name == "db":
            yield from self.load(rest)
        elif name == "infer":
            yield from self.infer(*map(int, rest))
        elif name == "results":
            yield self.results()
        else:
            yield f"e-[Unknown command: {name}]"

    def load(self, words: list[str]) -> Iterator[str]:
        """`db load N` and `db HEX`."""
        if words[0] == "load":
            self.size, self.filled = int(words[1]), 0
            if self.size > SIZE:
                yield f"Supplied buffer size {self.size} exceeds maximum of {SIZE}\n"
            else:
                yield f"m-[Expecting {self.size} bytes]"
            return
        digits = words[0]
        if len(digits) % 2:
            yield "e-[Insufficent number of hex digits]"
            return
        for pair in re.findall("..", digits):
            if not re.fullmatch("[0-9a-fA-F]{2}", pair):
                yield f"e-[Invalid hex digit '{pair}']"
                return
            self.buffer[self.filled] = int(pair, 16)
            self.filled += 1
            if self.filled == self.size:
                yield "m-load-done"
                return

    def infer(self, runs: int = 1, warmups: int = 10) -> Iterator[str]:
        """Warm-ups, then runs between two laps."""
        yield f"m-warmup-start-{warmups}"
        yield "m-warmup-done"
        yield f"m-infer-start-{runs}"
        yield from self.lap()
        self.runs += runs + warmups
        self.numbers = self.run(bytes(self.buffer[: self.size]))
        self.clock_us = (self.clock_us + runs * self.lap_us) % (1 << 32)
        yield from self.lap()
        yield "m-infer-done"
        yield self.results()

    def results(self) -> str:
        """The numbers of the last run."""
        return f"m-results-[{','.join(map(self.write, self.numbers))}]"

    def lap(self) -> list[str]:
        """A time stamp; in energy mode a pin tells it."""
        return [] if self.is_energy else [f"m-lap-us-{self.clock_us}"]


@dataclass
class IoManager:
    """What isolates a board in energy mode and passes on commands and answers."""

    board: ForeignBoard
    rest: str = ""

    def receive(self, data: bytes) -> Iterator[bytes]:
        """The answers to what `data` completes, its own and the board's."""
        self.rest += data.decode()
        while "%" in self.rest:
            command, _, self.rest = self.rest.partition("%")
            name, _, passed = command.partition(" ")
            if name == "name":
                yield b"m-name-io-manager-[1.0.3]\r\nm-ready\r\n"
            elif name == "dut":
                yield f"m-dut-passthrough({passed})\r\nm-ready\r\n".encode()
                for answer in self.board.receive(f"{passed}%".encode()):
                    for line in answer.decode().splitlines():
                        yield f"[dut]: {line}\r\n".encode()
            else:
                yield f"e-[Unknown command: {name}]\r\nm-ready\r\n".encode()
