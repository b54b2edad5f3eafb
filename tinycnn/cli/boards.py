"""`tinycnn boards`: the board table, and what of it is plugged in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from tinycnn.cli.console import json_option, print_columns, print_json, print_table

if TYPE_CHECKING:
    from tinycnn.boards import Board
    from tinycnn.device.ports import DetectedPort

__all__ = ["boards"]

_COLUMNS = ("name", "board", "core", "flash", "RAM")


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def boards(context: click.Context, as_json: bool) -> None:
    """List the boards that firmware can be made for.

    \b
    Example:
      tinycnn boards
      tinycnn boards show nano33ble
    """
    if context.invoked_subcommand is not None:
        return
    from tinycnn.boards import load_boards

    if as_json:
        print_json({"boards": [_to_json(board) for board in load_boards()]})
    else:
        print_columns(_COLUMNS, map(_to_row, load_boards()), left=(0, 1, 2))
        click.echo("flash and RAM in KB; tinycnn boards show NAME tells all")


@boards.command()
@click.argument("name")
@json_option
def show(name: str, as_json: bool) -> None:
    """Tell all about the board NAME, and the ports where it is plugged in.

    \b
    Example:
      tinycnn boards show nano33ble
    """
    from tinycnn.boards import load_board
    from tinycnn.device.ports import detect_ports

    board = load_board(name)
    ports = [port for port in detect_ports() if board.name in port.boards]
    if as_json:
        print_json({**_to_json(board), "ports": [asdict(port) for port in ports]})
    else:
        print_table(dict(_describe(board, ports)), title=board.title)


def _to_row(board: Board) -> tuple[str, ...]:
    sizes = (board.flash_bytes >> 10, board.ram_bytes >> 10)
    return (board.name, board.title, board.core, *map(str, sizes))


def _to_json(board: Board) -> dict[str, object]:
    more = {
        name: getattr(board, name)
        for name in ("has_dsp", "is_simulated", "arduino_install")
    }
    return {**board.model_dump(mode="json"), **more, "frameworks": board.frameworks}


def _describe(board: Board, ports: list[DetectedPort]) -> Iterator[tuple[str, str]]:
    dsp = "DSP" if board.has_dsp else "no DSP"
    fpu = "no FPU" if board.fpu == "none" else f"FPU for {board.fpu} precision"
    yield "name", ", ".join((board.name, *board.aliases))
    yield "core", f"{board.core} at {board.clock_hz / 1e6:g} MHz: {dsp}, {fpu}"
    for name, base, size, taken in (
        ("flash", board.flash_base, board.flash_bytes, board.core_flash_bytes),
        ("RAM", board.ram_base, board.ram_bytes, board.core_ram_bytes),
    ):
        rest = f"; {size - taken:,} beside the Arduino core" if taken else ""
        yield name, f"{size:,} bytes at {base:#x}{rest}"
    yield "Arduino", f"{board.fqbn}, core {board.arduino_core}" if board.fqbn else "-"
    if board.stack_bytes:
        yield "stack", f"{board.stack_bytes:,} bytes on the Arduino core"
    if board.arduino_install:
        yield "install", board.arduino_install
    yield "Zephyr", board.zephyr_target or "-"
    yield "upload", board.upload + (" after 1200 bit/s" if board.touch_1200bps else "")
    core = board.simulated_core
    yield "simulated", "no" if core is None else f"on a {core}"
    if board.dtr_resets:
        yield "serial", "--no-reset: DTR and RTS hold it in reset"
    if board.runs_from_ram:
        yield "RAM use", "the Arduino core copies code and constants to RAM"
    if board.led:
        yield "LED", f"{board.led.pin}, on when {board.led.active}"
    for mode, ids in (
        ("application", board.usb.application),
        ("bootloader", board.usb.bootloader),
    ):
        yield f"USB {mode}", ", ".join(ids) or "-"
    yield "facts", f"{board.source}; its row marks what is not verified"
    for port in ports:
        yield f"port {port.device}", f"{port.mode}, serial number {port.serial_number}"
    if not ports:
        yield "ports", "none found"
