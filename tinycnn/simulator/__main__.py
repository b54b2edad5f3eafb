"""Command line of the simulated board.

Standard output says where to connect (`listening socket://127.0.0.1:PORT`); the board
starts when a client has, and the program ends when it leaves; with --stay the board is
reset then and waits for the next one. Exit codes: 0 the client left or the limit of
cycles was reached, 2 usage, 3 a fault, a file that cannot be run or no client.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tinycnn.simulator.cycles import CORTEX_M4, Timings
from tinycnn.simulator.image import Image, ImageError, read_image
from tinycnn.simulator.link import Link, accept_client, listen
from tinycnn.simulator.machine import Fault, Machine
from tinycnn.simulator.peripherals import RESET_BY_SOFTWARE, USUAL_DEVICE_ID

__all__ = ["main"]


class _NoLink:
    """A serial cable that nobody holds."""

    closed = False

    def receive(self, size: int, wait_s: float) -> bytes:
        return b""

    def send(self, data: bytes) -> None:
        pass


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one firmware image; returns the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.stay and options.control:
        parser.error("--control is of one client's time: not with --stay")
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends emulated loops too
    try:
        image = read_image(options.image)
        if options.run_for is not None:
            fault = _run_alone(image, options)
        else:
            fault = _serve(image, options)
    except (ImageError, TimeoutError, OSError) as error:
        hint = getattr(error, "hint", "connect to the address on the first line")
        return _fail(str(error), hint)
    return _fail(fault.message, fault.hint) if fault else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tinycnn.simulator",
        description="Run firmware on the simulated board that it was linked for.",
        epilog="example: python -m tinycnn.simulator firmware.elf",
    )
    parser.add_argument("image", type=Path, help="firmware image (ELF)")
    parser.add_argument(
        "--listen",
        type=_address,
        default=("127.0.0.1", 0),
        metavar="HOST:PORT",
        help="where to wait for a client (default: 127.0.0.1:0, a free port)",
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="give up when no client has come (default: 60)",
    )
    parser.add_argument(
        "--run-for",
        type=int,
        metavar="CYCLES",
        help="run without a client, stop after so many cycles and print the counts",
    )
    parser.add_argument(
        "--control",
        action="store_true",
        help='obey lines of standard input: "pass SECONDS" lets time pass',
    )
    parser.add_argument(
        "--python", action="store_true", help="count in Python, without a C compiler"
    )
    parser.add_argument(
        "--stay",
        action="store_true",
        help="when a client leaves, reset the board and wait for the next, for ever",
    )
    parser.add_argument(
        "--id",
        type=_device_id,
        default=USUAL_DEVICE_ID,
        metavar="HEX",
        help="the chip's own number, 16 digits, where several boards are told apart",
    )
    parser.add_argument(
        "--timings",
        type=_timings,
        default=CORTEX_M4,
        metavar="JSON",
        help="cycles by rule, as a board was found to take: an object of whole numbers",
    )
    return parser


def _device_id(text: str) -> bytes:
    try:
        number = bytes.fromhex(text)
    except ValueError:
        number = b""
    if len(number) != 8:
        raise argparse.ArgumentTypeError(f"expected 16 hex digits, got {text!r}")
    return number


def _timings(text: str) -> Timings:
    try:
        values = json.loads(text)
        if not all(type(n) is int and 0 <= n <= 1000 for n in values.values()):
            raise ValueError
        return replace(CORTEX_M4, **values)
    except (AttributeError, TypeError, ValueError) as error:
        rules = ", ".join(Timings.__slots__)
        expected = f"expected an object of cycles, 0 to 1000, by {rules}"
        raise argparse.ArgumentTypeError(f"{expected}; got {text!r}") from error


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise argparse.ArgumentTypeError(f"expected HOST:PORT, got {text!r}")
    return host, int(port)


def _run_alone(image: Image, options: argparse.Namespace) -> Fault | None:
    machine = Machine(
        image,
        _NoLink(),
        timings=options.timings,
        limit_cycles=options.run_for,
        compiled=not options.python,
    )
    fault = machine.run()
    counter = machine.counter
    known = image.board.has_cycle_model
    time = f"{counter.cycles} cycles" if known else "cycles not known"
    print(f"ran {counter.instructions} instructions, {time}")
    return fault


def _serve(image: Image, options: argparse.Namespace) -> Fault | None:
    with listen(*options.listen) as server:
        host, port = server.getsockname()[:2]
        print(f"listening socket://{host}:{port}", flush=True)
        link = accept_client(server, options.timeout)
        while options.stay:
            fault = _serve_client(image, link, options)
            if fault:
                return fault
            link = accept_client(server, None)
    return _serve_client(image, link, options)


def _serve_client(
    image: Image, link: Link, options: argparse.Namespace
) -> Fault | None:
    """Run the board, from reset to reset, until its client leaves."""
    power = _Power()
    link.watch(power.stop)
    if options.control:
        threading.Thread(target=power.obey, daemon=True).start()
    reset_reason = 0
    while True:
        machine = power.machine = Machine(
            image,
            link,
            timings=options.timings,
            compiled=not options.python,
            reset_reason=reset_reason,
            device_id=options.id,
        )
        fault = machine.run()
        if not machine.is_reset or link.closed:
            link.close()
            return fault
        reset_reason = RESET_BY_SOFTWARE


class _Power:
    """What acts on the board from outside.

    Attributes:
        machine: The board since its last reset; None before the first.
    """

    machine: Machine | None = None

    def stop(self) -> None:
        """End it."""
        if self.machine is not None:
            self.machine.stop()

    def obey(self) -> None:
        """Do what standard input says, until it ends; leave out what is no command."""
        for line in sys.stdin:
            word, _, number = line.partition(" ")
            with contextlib.suppress(ValueError):
                is_time = word == "pass" and 0 <= float(number) < math.inf
                if is_time and self.machine is not None:
                    self.machine.clock.leap(float(number))


def _fail(message: str, hint: str) -> int:
    print(f"fault: {message}\nhint: {hint}", file=sys.stderr, flush=True)
    return 3


if __name__ == "__main__":
    sys.exit(main())
