"""What the commands have in common: options, and how stages and tables are printed.

On a terminal, progress is a moving line, without colours where NO_COLOR is set;
elsewhere, and where TERM is "dumb", each stage and epoch is one line, so that logs stay
readable. With `--json` only the final object is printed.
"""

from __future__ import annotations

import functools
import json
import os
import shlex
import sys
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import click

from tinycnn.about import PROJECT_FILE
from tinycnn.choices import DeviceKind, Dialect
from tinycnn.cli.choice import OneOf
from tinycnn.cli.lines import echo_wrapped, wrapped
from tinycnn.frames import App

if TYPE_CHECKING:
    from rich.progress import ProgressColumn

    from tinycnn.device import DeviceInfo, PortOptions
    from tinycnn.pipeline import Workspace
    from tinycnn.workbench import Observer

__all__ = ["ConsoleObserver", "data_folders", "print_columns", "print_json"]
__all__ += ["advise_on_cache", "is_project", "json_option", "print_start_up"]
__all__ += ["device_options", "open_project", "port_options", "print_table"]
__all__ += ["claim_build", "dialect_option", "print_notes", "probe_option"]
__all__ += ["project_argument", "simulated_option"]

_LONGEST_COMMAND = 100  # characters
_SECONDS = click.FloatRange(min=0, min_open=True, max=3_600)
_WIDTH_WITH_BAR = 100  # columns of a terminal
_WIDTH_WITH_TIME = 70

_Command = TypeVar("_Command", bound=Callable[..., object])


def project_argument(command: _Command) -> _Command:
    """The PROJECT argument: a folder with a tinycnn.toml, by default this one."""
    folder = click.Path(path_type=Path)
    return click.argument("project", type=folder, default=".")(command)


def json_option(command: _Command) -> _Command:
    """The --json option."""
    text = "Print one JSON object instead of text."
    return click.option("--json", "as_json", is_flag=True, help=text)(command)


def simulated_option(text: str) -> Callable[[_Command], _Command]:
    """The --device option where there is no choice; without --port it is this."""
    return click.option(
        "--device",
        type=OneOf(["sim"]),
        default="sim",
        show_default=True,
        expose_value=False,
        help=text,
    )


def probe_option(command: _Command) -> _Command:
    """The --probe option: a board's own cycles, in the place of the model's."""
    text = (
        "Count by what tinycnn probe found on a board; a project's probe.json without."
    )
    file = click.Path(path_type=Path)
    return click.option("--probe", type=file, metavar="FILE", help=text)(command)


def port_options(
    command: Callable[..., object], *, several: bool = False
) -> Callable[..., object]:
    """--port, --baud, --timeout, --no-reset: `command` gets `port` and `options`.

    With `several` the first may be repeated, and `port` is a tuple.
    """

    @functools.wraps(command)
    def with_options(
        *, baud: int, timeout: float | None, no_reset: bool, **arguments: Any
    ) -> object:
        from tinycnn.device import PortOptions

        return command(options=PortOptions(baud, timeout, not no_reset), **arguments)

    text = "Leave DTR and RTS low, for boards that they reset."
    add_no_reset = click.option("--no-reset", is_flag=True, help=text)
    text = "Seconds that a device may take for one image."
    add_timeout = click.option("--timeout", type=_SECONDS, help=text)
    add_baud = click.option(
        "--baud", default=115_200, show_default=True, help="Of a --port."
    )
    text = "A board: /dev/ttyACM0, COM3, socket://, rfc2217://."
    text += " Repeated: boards that share the images." if several else ""
    take = _take_named if several else _take_one
    add_port = click.option("--port", multiple=True, callback=take, help=text)
    return add_port(add_baud(add_timeout(add_no_reset(with_options))))


def _take_one(
    context: click.Context, option: click.Parameter, ports: tuple[str, ...]
) -> str | None:
    """The only port; of several the last one would win, and nobody know."""
    if len(ports) > 1:
        text = f"--port: expected one, got {len(ports)}; validate takes several"
        raise click.UsageError(text, context)
    return next(iter(_take_named(context, option, ports)), None)


def _take_named(
    context: click.Context, _: click.Parameter, ports: tuple[str, ...]
) -> tuple[str, ...]:
    """The ports; what a shell's variable is that was not set is none."""
    if not all(map(str.strip, ports)):
        raise click.UsageError("--port: expected a port, got nothing", context)
    return ports


def dialect_option(command: _Command) -> _Command:
    """The --dialect option."""
    text = "What it speaks: mlperf is the text of the MLPerf Tiny runner."
    choice = OneOf(get_args(Dialect))
    return click.option("--dialect", type=choice, help=text)(command)


def device_options(
    command: Callable[..., object], *, several: bool = False
) -> Callable[..., object]:
    """--device and those of a port: `command` gets them as a DeviceChoice."""

    @functools.wraps(command)
    def with_choice(
        *,
        device: DeviceKind,
        port: str | tuple[str, ...] | None,
        options: PortOptions,
        **arguments: Any,
    ) -> object:
        from tinycnn.workbench import DeviceChoice

        ports = port if isinstance(port, tuple) else (port,) if port else ()
        first, more = (ports[0], ports[1:]) if ports else (None, ())
        choice = DeviceChoice(device, first, options, more_ports=more)
        return command(choice=choice, **arguments)

    return click.option(
        "--device",
        type=OneOf(get_args(DeviceKind)),
        default="sim",
        show_default=True,
        help="The simulated board, or the generated C: as a program of this computer, "
        "as WebAssembly with SIMD, or without.",
    )(port_options(with_choice, several=several))


def open_project(
    project: Path,
    observer: Observer,
    app: App | None = None,
    dialect: Dialect | None = None,
) -> Workspace:
    """The project at a path, its data looked for where TINYCNN_DATA says, too."""
    from tinycnn.pipeline import open_workspace

    return open_workspace(
        project,
        observer=observer,
        data_folders=data_folders(),
        app=app,
        dialect=dialect,
    )


def claim_build(
    workspace: Workspace, *, makes: bool = True
) -> AbstractContextManager[None]:
    """Have a project's build folder for this command, and for no other meanwhile."""
    from tinycnn.artifacts import claim

    command = shlex.join(sys.argv[1:])[:_LONGEST_COMMAND]
    return claim(workspace.build, command, makes=makes)


def print_notes(project: Path, workspace: Workspace) -> None:
    """Print what was understood of a project's data that could be meant otherwise."""
    for note in workspace.dataset.notes:
        click.echo(f"note: {note}", err=True)
    if workspace.dataset.notes:
        show = f"tinycnn datasets show {shlex.quote(str(project))} -o images.png"
        click.echo(f"hint: {show} draws what was understood", err=True)


def is_project(path: Path) -> bool:
    """Whether a path means a project, not a model's file."""
    if path.is_dir():
        is_model = (path / "saved_model.pb").exists()
        return not is_model or (path / PROJECT_FILE).exists()
    return path.name == PROJECT_FILE


def data_folders() -> tuple[Path, ...]:
    """Where published data sets may lie: the folder that TINYCNN_DATA names."""
    folder = os.environ.get("TINYCNN_DATA")
    return (Path(folder),) if folder else ()


class ConsoleObserver:
    """Prints how the work proceeds; a context manager, so that bars always end.

    Args:
        quiet: Print nothing.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        from rich.console import Console
        from rich.progress import Progress

        self._console = Console(
            quiet=quiet, highlight=False, soft_wrap=True, markup=False, emoji=False
        )
        is_moving = sys.stdout.isatty() and not self._console.is_dumb_terminal
        self._bars = Progress(
            *_columns(self._console.width),
            console=self._console,
            transient=True,
            expand=True,
            disable=quiet or not is_moving,
        )

    def __enter__(self) -> ConsoleObserver:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def stage(self, name: str, *, is_current: bool) -> None:
        """Print that a stage starts or is up to date."""
        self._clear()
        self._console.print(f"{name:<10} {'up to date' if is_current else 'running'}")

    def progress(self, name: str, done: int, total: int, detail: str = "") -> None:
        """Move the bar of a stage, or print a line for each of its epochs."""
        if self._bars.disable:
            if detail:
                self._console.print(f"  {name} {done}/{total}: {detail}")
            return
        if not self._bars.tasks or self._bars.tasks[-1].description != name:
            self._clear()
            self._bars.add_task(name, total=total, detail=detail)
        task = self._bars.tasks[-1]
        self._bars.update(task.id, completed=done, total=total, detail=detail)

    def note(self, name: str, text: str) -> None:
        """Print what is to be told of a stage."""
        self._console.print(wrapped(text, head=f"{name:<10} ", indent=" " * 11))

    def _clear(self) -> None:
        for task in self._bars.tasks:
            self._bars.remove_task(task.id)


def _columns(width: int) -> Iterator[ProgressColumn]:
    """Of a moving line; on a narrow terminal the bar goes first, then the time."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.table import Column

    yield TextColumn("  {task.description:<10}", markup=False)
    if width >= _WIDTH_WITH_BAR:
        yield BarColumn(bar_width=30)
    yield MofNCompleteColumn()
    rest = Column(ratio=1, no_wrap=True, overflow="ellipsis")
    yield TextColumn("{task.fields[detail]}", markup=False, table_column=rest)
    if width >= _WIDTH_WITH_TIME:
        yield TimeElapsedColumn()


def print_start_up(info: DeviceInfo) -> None:
    """Print what a board's registers said after its start, and advice."""
    if info.cache_on is None and not info.counts_cycles:
        return  # a program of this computer
    cache = {True: "on", False: "off", None: "unknown"}[info.cache_on]
    counter = "runs" if info.counts_cycles else "missing"
    click.echo(f"start-up: instruction cache {cache}, cycle counter {counter}")
    advise_on_cache(info.cache_on)


def advise_on_cache(cache_on: bool | None) -> None:
    """Print a hint if a board's instruction cache is off."""
    if cache_on is False:
        text = "build and flash the firmware again: it switches the cache on at start"
        click.echo(f"hint: the instruction cache is off; {text}", err=True)


def print_table(
    rows: Mapping[str, str], *, title: str | None = None, is_wrapped: bool = False
) -> None:
    """Print names and values in two columns.

    Args:
        rows: Values by their names.
        title: Of the table.
        is_wrapped: Whether values are prose; else they may be commands, to be copied.
    """
    if title is not None:
        click.echo(title)
    width = max(map(len, rows), default=0)
    for name, value in rows.items():
        head = f" {name:<{width}}  "
        if is_wrapped:
            echo_wrapped(value, head=head, indent=" " * len(head))
        else:
            click.echo(f"{head}{value}")


def print_columns(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, left: Container[int]
) -> None:
    """Print a table under a header; columns are aligned right but for those `left`."""
    lines = [header, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (
            cell.ljust(width) if number in left else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        click.echo("  ".join(cells).rstrip())


def print_json(value: Mapping[str, object]) -> None:
    """Print one JSON object."""
    click.echo(json.dumps(value, indent=2))
