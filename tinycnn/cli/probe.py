"""`tinycnn probe`: what a board's instructions, memories and link take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from tinycnn.choices import Framework
from tinycnn.cli.choice import OneOf
from tinycnn.cli.console import (
    ConsoleObserver,
    json_option,
    port_options,
    print_columns,
    print_json,
    simulated_option,
)

if TYPE_CHECKING:
    from tinycnn.boards.ledger import ProbeRun
    from tinycnn.device import PortOptions

__all__ = ["probe"]

_COMPARED = ("what", "simulated", "found", "no cache", "more")


@click.group(invoke_without_command=True)
@simulated_option("The simulated board, without --port.")
@port_options
@click.option(
    "--board", default="nano33ble", show_default=True, help="To simulate, or to flash."
)
@click.option(
    "--flash", is_flag=True, help="First build the probe and put it on the board."
)
@click.option(
    "--sketch",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Only write the probe's sketch, to build it yourself.",
)
@click.option(
    "--framework",
    type=OneOf(get_args(Framework)),
    default="arduino",
    show_default=True,
    help="Of --sketch and --flash.",
)
@click.option(
    "--compare",
    "compared",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Only show what a file found beside the simulated board.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default="probe.json",
    show_default=True,
    help="Where what was found is kept.",
)
@json_option
@click.pass_context
def probe(
    context: click.Context,
    port: str | None,
    options: PortOptions,
    board: str,
    flash: bool,
    sketch: Path | None,
    framework: Framework,
    compared: Path | None,
    output: Path,
    as_json: bool,
) -> None:
    """Measure what instructions, memories and the link of a board take.

    A board on a --port must run the probe, which --flash puts there; without a port
    the simulated board does. What was found is written to probe.json: beside a
    project's tinycnn.toml it makes the cycles of the simulated board those of yours.

    \b
    Example:
      tinycnn probe
      tinycnn probe --port /dev/ttyACM0 --flash
      tinycnn probe --compare probe.json
      tinycnn probe ledger
    """
    if context.invoked_subcommand is not None:
        return
    if sketch is not None:
        _write_sketch(sketch, board, framework)
        return
    if compared is not None:
        from tinycnn.boards.ledger import read_run

        found = read_run(compared)
    else:
        found = _measure(port, options, board, framework if flash else None, as_json)
        from tinycnn.files import write_whole

        write_whole(found.to_json(), output)
    if as_json:
        click.echo(found.to_json(), nl=False)
        return
    _print_run(found)
    if compared is None:
        click.echo(f"kept in {output}")


@probe.command()
@click.option(
    "--measured",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="What tinycnn probe found on a board.",
)
@click.option("--markdown", is_flag=True, help="Print docs/fidelity.md's tables.")
@json_option
def ledger(measured: tuple[Path, ...], markdown: bool, as_json: bool) -> None:
    """Print what the simulated board does and what the documents say, row by row.

    \b
    Example:
      tinycnn probe ledger
      tinycnn probe ledger --measured probe.json
    """
    from tinycnn.boards.ledger import load_rows, read_run
    from tinycnn.probe.table import COLUMNS, list_ledger, to_markdown

    runs = [read_run(path) for path in measured]
    if as_json:
        rows = [row.model_dump(mode="json") for row in load_rows()]
        print_json(
            {"rows": rows, "runs": [run.model_dump(mode="json") for run in runs]}
        )
    elif markdown:
        click.echo(to_markdown(runs), nl=False)
    else:
        for run in runs:
            click.echo(run.title)
            print_columns(COLUMNS, list_ledger(run), left=(0, 1, 2, 3))
        if not runs:
            print_columns(COLUMNS, list_ledger(), left=(0, 1, 2, 3))


def _write_sketch(folder: Path, board: str, framework: Framework) -> None:
    from tinycnn.boards import load_board
    from tinycnn.probe.program import write_probe

    project = write_probe(folder, load_board(board), framework)
    click.echo(f"{project.folder}: its README.md says how to build it")


def _measure(
    port: str | None,
    options: PortOptions,
    board: str,
    framework: Framework | None,
    as_json: bool,
) -> ProbeRun:
    """Measure on a port, after flashing if a framework says for what, or simulated."""
    from tinycnn.boards import load_board
    from tinycnn.device import open_serial
    from tinycnn.probe.run import probe_device, probe_simulated

    found = load_board(board)
    with ConsoleObserver(quiet=as_json) as observer:

        def show(done: int, total: int) -> None:
            observer.progress("probe", done, total)

        if framework is not None:
            from tinycnn.probe.put import put_probe

            port = put_probe(found, framework, port, options, observer)
        observer.stage("probe", is_current=False)
        if port is None:
            return probe_simulated(found, on_progress=show)
        with open_serial(port, options) as device:
            return probe_device(device, found, on_progress=show)


def _print_run(found: ProbeRun) -> None:
    from tinycnn.boards.ledger import load_simulated
    from tinycnn.probe.table import compare

    print_columns(_COMPARED, compare(load_simulated(), found), left=(0,))
    how = "estimated" if found.is_simulated else "measured"
    click.echo(f"{how}: {found.title}, {found.core}, {found.clock_hz / 1e6:g} MHz")
    for note in found.notes:
        click.echo(f"not measured: {note}")


@probe.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--models",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="Where the public models lie, under any names.",
)
def kit(folder: Path, models: Path) -> None:
    """Prepare FOLDER with four public models to time on a Nano 33 BLE.

    Others have timed the same models there with TFLite Micro. Where they are published
    is told if one is missing.

    \b
    Example:
      tinycnn probe kit nano-kit --models downloads/
      tinycnn probe time nano-kit --flash
    """
    from tinycnn.probe.kit import write_kit

    for project in write_kit(folder, models):
        click.echo(f"{project.folder}")
    click.echo(f"{folder / 'README.md'} says what to do")


@probe.command(name="time")
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@port_options
@click.option("--flash", is_flag=True, help="First put each model on the board.")
@click.option(
    "--count",
    type=click.IntRange(min=1),
    default=32,
    show_default=True,
    help="So many random inputs are compared with the reference.",
)
@json_option
def time_models(
    folder: Path,
    port: str | None,
    options: PortOptions,
    flash: bool,
    count: int,
    as_json: bool,
) -> int:
    """Check and time the models of the kit in FOLDER, beside TFLite Micro's times.

    On a --port without --flash it is the model that the board has now; without both,
    all of them on the simulated board, whose times are estimated. The exit code is 1
    when an output byte differs from the reference's.

    \b
    Example:
      tinycnn probe time nano-kit --flash
      tinycnn probe time nano-kit --port /dev/ttyACM0
    """
    from tinycnn.probe.timing import COLUMNS, Job, list_rows, time_kit

    with ConsoleObserver(quiet=as_json) as observer:
        rows, failed = time_kit(folder, Job(port, options, flash, count), observer)
    if as_json:
        print_json(
            {
                "rows": [row.model_dump(mode="json") for row in rows],
                "failed": [str(error) for error in failed],
            }
        )
    else:
        print_columns(COLUMNS, list_rows(rows), left=(0, 5))
    for error in failed:
        click.echo(f"not timed: {error}", err=True)
        click.echo(f"hint: {error.hint}", err=True)
    wrong = 0 if all(row.equal == row.images for row in rows) else 1
    return max([wrong, *(error.exit_code for error in failed)])
