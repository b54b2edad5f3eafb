"""`tinycnn profile`: what each operator takes on a board."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tinycnn.choices import Dialect
from tinycnn.cli.analyze import show_losses, show_times
from tinycnn.cli.bench import find_measured, open_subject
from tinycnn.cli.console import (
    ConsoleObserver,
    advise_on_cache,
    dialect_option,
    json_option,
    port_options,
    print_columns,
    probe_option,
    simulated_option,
)
from tinycnn.cli.latency import show_latency

if TYPE_CHECKING:
    from tinycnn.device import PortOptions
    from tinycnn.harness import OpProfile, Profile

__all__ = ["print_profile", "profile"]

_COLUMNS = "op kind kernel cycles predicted loss MACs cycles/MAC share stack".split()


@click.command()
@click.argument("model", type=click.Path(path_type=Path), default=".")
@simulated_option("The simulated board, whose cycles are estimated.")
@port_options
@probe_option
@dialect_option
@click.option(
    "--node-data",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write the cycles as node data of Google's Model Explorer, too.",
)
@json_option
def profile(
    model: Path,
    port: str | None,
    options: PortOptions,
    dialect: Dialect | None,
    probe: Path | None,
    node_data: Path | None,
    as_json: bool,
) -> None:
    """Measure each operator of MODEL: a .tflite file, or a project that was built.

    A project keeps the result in profile.json and shows it in its report. A board that
    is spoken to by --dialect mlperf is timed as a whole, as the public runner does.

    \b
    Example:
      tinycnn profile model.tflite
      tinycnn profile demo --port /dev/ttyACM0
      tinycnn profile model.tflite --node-data cycles.json
      tinycnn profile model.tflite --port /dev/ttyACM0 --dialect mlperf
    """
    if dialect is not None and port is None:
        raise click.UsageError("--dialect is for a board: give its --port")
    if dialect not in (None, "packets") and node_data is not None:
        raise click.UsageError(
            f"--dialect {dialect} times no operators for --node-data"
        )
    from tinycnn import workbench
    from tinycnn.harness import profile_to_json

    choice = workbench.DeviceChoice("sim", port, options, dialect=dialect)
    first = workbench.ImageChoice(1, "given")
    with (
        ConsoleObserver(quiet=as_json) as observer,
        open_subject(model, observer, images=first) as subject,
    ):
        if dialect not in (None, "packets"):
            show_latency(subject, choice, as_json=as_json)
            return
        measured = find_measured(probe, subject.board, model)
        found = workbench.profile(subject, choice, observer, measured)
        if node_data is not None:
            _write_node_data(found, subject.model, node_data)
    if as_json:
        click.echo(profile_to_json(found), nl=False)
    else:
        print_profile(found)


def _write_node_data(found: Profile, model: Path | None, path: Path) -> None:
    from tinycnn.files import write_whole
    from tinycnn.harness.node_data import node_data_to_json
    from tinycnn.workbench import read_model

    assert model is not None  # what is profiled comes from a file
    write_whole(node_data_to_json(found, read_model(model)), path)


def print_profile(found: Profile) -> None:
    """Print a table of the operators, and how it was found."""
    shown = {
        "predicted": any(op.predicted_cycles is not None for op in found.operators),
        "loss": any(op.loss.possible_cycles for op in found.operators),
    }
    rows = (
        [
            cell
            for name, cell in zip(_COLUMNS, row, strict=True)
            if shown.get(name, True)
        ]
        for row in (_COLUMNS, *_to_rows(found))
    )
    print_columns(next(rows), rows, left=(1, 2))
    show_losses(
        (f"op {op.index} ({op.kind})", op.loss, op.cycles) for op in found.operators
    )
    click.echo(f"{found.device}: {found.method}")
    if found.milliseconds is not None:
        clock = f"{found.clock_hz / 1e6:g} MHz"
        click.echo(f"one inference: {found.milliseconds:,.2f} ms at {clock}")
    advise_on_cache(found.cache_on)


def _to_rows(found: Profile) -> Iterator[tuple[str, ...]]:
    from tinycnn.harness import OpProfile

    for op in found.operators:
        yield (str(op.index), op.kind, op.kernel, *_to_numbers(op, found.share(op)))
    predicted = [op.predicted_cycles or 0 for op in found.operators]
    total = OpProfile(
        index=0,
        kind="all",
        kernel="",
        macs=found.macs,
        cycles=found.cycles,
        predicted_cycles=sum(predicted),
        stack_bytes=found.stack_bytes,
    )
    yield ("", "all", "", *_to_numbers(total, 1.0))


def _to_numbers(op: OpProfile, share: float) -> tuple[str, ...]:
    pace = op.cycles_per_mac
    return (
        f"{op.cycles:,}",
        "" if op.predicted_cycles is None else f"{op.predicted_cycles:,}",
        show_times(op.loss, op.cycles),
        f"{op.macs:,}" if op.macs else "",
        "" if pace is None else f"{pace:.2f}",
        f"{share:.1%}",
        f"{op.stack_bytes:,}" if op.stack_bytes else "",
    )
