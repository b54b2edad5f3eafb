"""`tinycnn analyze`: what a model needs, and which boards have it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from tinycnn.choices import Arrival, Optimize
from tinycnn.cli.bench import find_measured
from tinycnn.cli.choice import OneOf
from tinycnn.cli.console import (
    ConsoleObserver,
    data_folders,
    is_project,
    json_option,
    print_columns,
    print_json,
    print_table,
    probe_option,
)
from tinycnn.cli.lines import echo_wrapped

if TYPE_CHECKING:
    from tinycnn.analysis.chains import ChainUse, LinkUse
    from tinycnn.analysis.fit import Analysis, Fit
    from tinycnn.analysis.losses import Loss
    from tinycnn.artifacts import LinkedFirmware
    from tinycnn.boards import Board
    from tinycnn.boards.ledger import ProbeRun
    from tinycnn.workbench import FoundModel

__all__ = ["analyze", "describe_fit", "describe_latency", "list_totals", "show_losses"]
__all__ += ["show_shape", "show_times"]

_COLUMNS = (
    *("op", "kind", "input", "output", "parameters", "MACs"),
    *("weights B", "tensors B", "RAM B", "", "kernel", "cycles", "c/MAC", "loss"),
)
_BAR = 20
_ROWS_BAR = 16
_LEAST_LOSS = 0.01  # of all cycles


@click.command()
@click.argument("model", type=click.Path(path_type=Path), default=".")
@click.option("--board", help="The board to fit; by default the project's, or any.")
@click.option(
    "--optimize",
    type=OneOf(get_args(Optimize)),
    help="What kernels are chosen by; as the project says, or speed.",
)
@click.option(
    "--input",
    "arrival",
    type=OneOf(get_args(Arrival)),
    help="How the input comes, whole or by rows; as the project says, or whole.",
)
@click.option(
    "--sensitivity",
    is_flag=True,
    help="Of a trained project: which layer's int8 costs the accuracy.",
)
@click.option(
    "--sweep",
    metavar="KNOBS",
    help="Of a project: its network with other values of width,depth,halvings,input.",
)
@click.option(
    "--picture",
    metavar="FILE.svg",
    type=click.Path(path_type=Path),
    help="Draw what --sweep finds.",
)
@probe_option
@json_option
def analyze(
    model: Path,
    board: str | None,
    optimize: Optimize | None,
    arrival: Arrival | None,
    sensitivity: bool,
    sweep: str | None,
    picture: Path | None,
    probe: Path | None,
    as_json: bool,
) -> int:
    """Tell what MODEL needs: a .tflite file, or a project, built or not.

    Kernels and cycles are those chosen and predicted for the board, or for a
    Cortex-M4; tinycnn profile measures them. Of a project that was built, they are
    those of its firmware. A project's own board comes first, then the others. The exit
    code is 1 when it does not fit on the board, or on none.

    Of a project that was not built, a model of your own (my_model.py) is run.

    \b
    Example:
      tinycnn analyze model.tflite --board nano33ble
      tinycnn analyze flowers --sweep width,input --picture growth.svg
    """
    if sweep is not None:
        from tinycnn.cli.sweep import show_sweep

        show_sweep(model, sweep, board=board, picture=picture, as_json=as_json)
        return 0
    if picture is not None:
        raise click.UsageError("--picture: expected --sweep, whose result it draws")
    if sensitivity:
        from tinycnn.cli.sensitivity import show_sensitivity

        show_sensitivity(model, as_json=as_json)
        return 0
    from tinycnn.analysis.fit import analyze_tflite, check_fit, find_objective
    from tinycnn.analysis.measured import predict_measured
    from tinycnn.analysis.ram import estimate_ram, itemize_ram, ram_to_json
    from tinycnn.boards import board_names, load_board

    chosen = load_board(board).name if board else None
    found = _find_model(model, is_quiet=as_json)
    main_board = load_board(chosen or found.board or "nano33ble")
    analysis = found.analysis
    options = {"board": chosen, "optimize": optimize, "input": arrival}
    asked = {key: word for key, word in options.items() if word is not None}
    if asked and found.analyze_as:
        analysis = found.analyze_as(asked)
        found = replace(found, linked=None, stack_measured_bytes=0)
    elif analysis is None:
        objective = find_objective(
            main_board, optimize or "speed", arrival=arrival or "whole"
        )
        analysis = analyze_tflite(found.content, objective)
    measured = find_measured(probe, main_board, model)
    analysis = predict_measured(analysis, measured)
    linked_ram = found.linked.ram if found.linked else None
    ram = linked_ram or estimate_ram(analysis, main_board)
    first = chosen or found.board  # what is asked first is told first
    names = sorted(board_names(), key=lambda name: name != first)
    fits = [check_fit(analysis, load_board(name)) for name in names]
    if as_json:
        items = ram_to_json(ram, main_board, found.stack_measured_bytes)
        told = {"model": found.origin, **_to_json(analysis, fits)}
        told["ram"] = {"board": main_board.name, **items}
        print_json({**told, **_linked_to_json(found.linked)})
    else:
        print_columns(_COLUMNS, _to_rows(analysis), left=(1, 9, 10))
        show_losses(_name_losses(analysis))
        for chain in analysis.chains:
            show_chain(chain)
        totals = {**list_totals(analysis), **_list_linked(found.linked)}
        totals |= itemize_ram(ram, main_board, found.stack_measured_bytes)
        print_table(totals, title=f"\n{found.origin}")
        click.echo(describe_latency(analysis, main_board, measured))
        click.echo(describe_fit(check_fit(analysis, main_board)))
        if chosen is None:
            echo_wrapped(_count_fits(fits))
        for line in _advise(analysis):
            click.echo(line)
    return 0 if any(f.fits for f in fits if first in (None, f.board.name)) else 1


def _find_model(model: Path, *, is_quiet: bool) -> FoundModel:
    """A project's model, built or not, or that of a file."""
    from tinycnn.workbench import FoundModel, read_model

    if not is_project(model):
        return FoundModel(read_model(model), str(model))
    from tinycnn.pipeline import find_model

    with ConsoleObserver(quiet=is_quiet) as observer:
        return find_model(model, observer=observer, data_folders=data_folders())


def _to_rows(analysis: Analysis) -> Iterator[tuple[str, ...]]:
    rows = zip(
        analysis.costs,
        analysis.live_bytes,
        analysis.kernels,
        analysis.cycles,
        analysis.losses,
        strict=True,
    )
    for cost, live, kernel, cycles, loss in rows:
        numbers = (cost.parameters, cost.macs, cost.constant_bytes)
        yield (
            str(cost.index),
            cost.kind,
            show_shape(cost.input_shape),
            show_shape(cost.output_shape),
            *(f"{n:,}" for n in (*numbers, cost.activation_bytes, live)),
            "#" * round(_BAR * live / max(*analysis.live_bytes, 1)),
            kernel,
            f"{cycles:,}" if cycles else "",
            f"{cycles / cost.macs:.2f}" if cycles and cost.macs else "",
            show_times(loss, cycles),
        )


def show_times(loss: Loss, cycles: int) -> str:
    """How many times what is possible an operator takes."""
    times = loss.times(cycles)
    return f"{times:.1f}x" if times else ""


def _name_losses(analysis: Analysis) -> Iterator[tuple[str, Loss, int]]:
    rows = zip(analysis.costs, analysis.losses, analysis.cycles, strict=True)
    for cost, loss, cycles in rows:
        yield f"op {cost.index} ({cost.kind})", loss, cycles


def show_losses(operators: Iterable[tuple[str, Loss, int]]) -> None:
    """Print why operators are not faster, of those that this costs much.

    Args:
        operators: The name, the loss and the cycles of each.
    """
    found = list(operators)
    least = _LEAST_LOSS * sum(cycles for _, _, cycles in found)
    shown = [
        (name, loss, cycles)
        for name, loss, cycles in found
        if loss.reason and cycles - loss.possible_cycles > least
    ]
    if shown:
        click.echo("\nloss: how many times the cycles of the best inner loop known")
    for name, loss, cycles in shown:
        click.echo(f"{name} loses {cycles - loss.possible_cycles:,}: {loss.reason}")


def show_chain(chain: ChainUse) -> None:
    """Print which rows are there of each tensor that is never whole."""
    from tinycnn.analysis.chains import NO_OPERATOR

    runs = "runs" if len(chain.links) == 1 else "run"
    arrives = ", as the input arrives" if chain.arriving else ""
    what = "" if chain.arriving else " between them"
    click.echo(
        f"\n{_name_chain(chain)} {runs} row by row{arrives}: of "
        f"{chain.whole_bytes:,} bytes{what} {chain.kept_bytes:,} are kept"
    )
    rows = [
        (
            "" if link.index == NO_OPERATOR else str(link.index),
            link.kind,
            show_shape(link.shape),
            link.kept_rows,
            f"{link.kept_bytes:,}",
            _draw_rows(link),
        )
        for link in chain.bands
    ]
    print_columns(("op", "kind", "output", "rows", "bytes", ""), rows, left=(1, 2, 5))


def _name_chain(chain: ChainUse) -> str:
    first, last = chain.links[0].index, chain.links[-1].index
    return f"ops {first} to {last}" if last > first else f"op {first}"


def _draw_rows(link: LinkUse) -> str:
    """The rows that are there among all.

    >>> from tinycnn.analysis.chains import LinkUse
    >>> _draw_rows(LinkUse(0, "ADD", "", "", (1, 8, 8, 2), 2, 1, 32, 128))
    '####............'
    """
    drawn = max(_ROWS_BAR * link.rows // link.shape[1], 1 if link.rows else 0)
    return "#" * drawn + "." * (_ROWS_BAR - drawn)


def list_totals(analysis: Analysis) -> dict[str, str]:
    """What the whole model needs, by name."""
    plan, macs = analysis.plan, f"{analysis.macs:,}"
    if analysis.macs != analysis.file_macs:
        macs += f" of the file's {analysis.file_macs:,}: the others feed no output"
    arena = f"{plan.arena_bytes:,} bytes, at least {plan.lower_bound_bytes:,}"
    if analysis.unchained_bytes:
        arena += f"; {analysis.unchained_bytes:,} layer by layer"
    return {
        "parameters": f"{analysis.parameters:,}",
        "MACs": macs,
        "arena": arena,
        "flash": (
            f"{analysis.flash_bytes:,} bytes: {analysis.constant_bytes:,} of weights "
            f"and tables, about {analysis.code_bytes:,} of code"
        ),
    }


def _list_linked(linked: LinkedFirmware | None) -> dict[str, str]:
    """The flash of a project's firmware, in the place of what was estimated."""
    if linked is None:
        return {}
    where = f"linked for the simulated {linked.board}"
    return {"flash": f"{linked.flash_bytes:,} bytes, {where}"}


def _linked_to_json(linked: LinkedFirmware | None) -> dict[str, object]:
    if linked is None:
        return {"linked": None}
    names = ("board", "flash_bytes", "ram_bytes")
    return {"linked": {name: getattr(linked, name) for name in names}}


def describe_latency(
    analysis: Analysis, board: Board, measured: ProbeRun | None = None
) -> str:
    """How long one inference takes on `board`; by which probe that was predicted."""
    if not any(analysis.cycles):
        return f"latency on {board.title} is not known before it is measured"
    ms = 1000 * sum(analysis.cycles) / board.clock_hz
    how = f" with the probe of board {measured.board_id}" if measured else ""
    return f"about {ms:,.1f} ms on {board.title} (predicted{how})"


def describe_fit(fit: Fit) -> str:
    """Whether it fits a board, and by how much in both memories."""
    spares = (("flash", fit.flash_spare_bytes), ("RAM", fit.ram_spare_bytes))
    parts = [
        f"{spare:,} bytes of {name} to spare"
        if spare >= 0
        else f"{-spare:,} bytes of {name} missing"
        for name, spare in spares
    ]
    verdict = "fits" if fit.fits else "does not fit"
    return f"{verdict} {fit.board.title}: {', '.join(parts)}"


def _count_fits(fits: list[Fit]) -> str:
    """How many boards it fits, and which it does not."""
    small = sorted(fit.board.name for fit in fits if not fit.fits)
    line = f"fits {len(fits) - len(small)} of {len(fits)} boards"
    return f"{line}, not {', '.join(small)}" if small else line


def _advise(analysis: Analysis) -> tuple[str, str]:
    """What to shrink for less RAM, and for less flash."""
    peak, heaviest = analysis.costs[analysis.peak_step], analysis.heaviest
    names = {chain.links[0].index: _name_chain(chain) for chain in analysis.chains}
    peak_name, heaviest_name = (
        names.get(cost.index, f"op {cost.index} ({cost.kind})")
        for cost in (peak, heaviest)
    )
    share = heaviest.constant_bytes / max(analysis.constant_bytes, 1)
    return (
        f"to save RAM, shrink {peak_name}: while "
        f"{show_shape(peak.input_shape)} becomes {show_shape(peak.output_shape)}, "
        f"{max(analysis.live_bytes):,} bytes are in use",
        f"to save flash, shrink {heaviest_name}: "
        f"{heaviest.constant_bytes:,} bytes of weights, {share:.0%} of all tables",
    )


def show_shape(shape: tuple[int, ...]) -> str:
    """A shape as 1x32x32x3."""
    return "x".join(map(str, shape))


def _to_json(analysis: Analysis, fits: list[Fit]) -> dict[str, object]:
    operators = [
        {
            **asdict(cost),
            "live_bytes": analysis.live_bytes[step],
            "kernel": analysis.kernels[step],
            "predicted_cycles": analysis.cycles[step],
            **asdict(analysis.losses[step]),
        }
        for step, cost in enumerate(analysis.costs)
    ]
    return {
        "parameters": analysis.parameters,
        "macs": analysis.macs,
        "file_macs": analysis.file_macs,
        "arena_bytes": analysis.plan.arena_bytes,
        "arena_lower_bound_bytes": analysis.plan.lower_bound_bytes,
        "ram_bytes": analysis.ram_bytes,
        "table_bytes": analysis.constant_bytes,
        "estimated_code_bytes": analysis.code_bytes,
        "estimated_flash_bytes": analysis.flash_bytes,
        "peak_op": analysis.costs[analysis.peak_step].index,
        "largest_weights_op": analysis.heaviest.index,
        "predicted_cycles": sum(analysis.cycles),
        "operators": operators,
        "unchained_arena_bytes": analysis.unchained_bytes or analysis.plan.arena_bytes,
        "chains": [asdict(chain) for chain in analysis.chains],
        "boards": {
            fit.board.name: {
                "fits": fit.fits,
                "flash_free_bytes": fit.flash_free_bytes,
                "flash_spare_bytes": fit.flash_spare_bytes,
                "ram_free_bytes": fit.ram_free_bytes,
                "ram_spare_bytes": fit.ram_spare_bytes,
            }
            for fit in fits
        },
    }
