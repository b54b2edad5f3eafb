"""`tinycnn models`: the families, and what a network of each needs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tinycnn.cli.analyze import (
    describe_fit,
    describe_latency,
    list_totals,
    show_shape,
)
from tinycnn.cli.console import json_option, print_columns, print_json, print_table
from tinycnn.families import FAMILIES, Family

if TYPE_CHECKING:
    from tinycnn.analysis.fit import Analysis, Fit
    from tinycnn.pipeline import Layer
    from tinycnn.workbench import FoundModel

__all__ = ["models"]

_COLUMNS = (
    *("layer", "kind", "output", "size by the formula", "sees"),
    *("parameters", "MACs", "RAM B", ""),
)
_BAR = 20
_FORMULA = "(input + padding - kernel) / stride + 1, rounded down"


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def models(context: click.Context, as_json: bool) -> None:
    """List the families of networks, or `show` one of them.

    \b
    Example:
      tinycnn models
      tinycnn models show resnet --depth 14 --input 32x32x3
    """
    if context.invoked_subcommand is not None:
        return
    if as_json:
        print_json({name: _family_to_json(f) for name, f in FAMILIES.items()})
        return
    rows = (
        (name, _show_knobs(family), f"{family.idea} ({family.source})")
        for name, family in FAMILIES.items()
    )
    print_columns(("model", "knobs", "idea"), rows, left=(0, 1, 2))


def _parse_shape(
    context: click.Context, parameter: click.Parameter, value: str
) -> tuple[int, int, int]:
    match = re.fullmatch(r"(\d{1,4})x(\d{1,4})x([13])", value)
    if match is None or min(int(side) for side in match.groups()) < 1:
        raise click.BadParameter(f"expected height x width x 1 or 3, got {value!r}")
    height, width, channels = (int(side) for side in match.groups())
    return height, width, channels


@models.command()
@click.argument("name")
@click.option("--input", "image", default="32x32x3", callback=_parse_shape)
@click.option("--classes", default=10, type=click.IntRange(2, 1_000))
@click.option("--board", default="nano33ble", help="The board to fit.")
@click.option("--width", type=float, help="Multiplies the channels.")
@click.option("--depth", type=int, help="Layers or blocks, as the family counts them.")
@click.option("--halvings", type=int, help="Of the image, at most.")
@click.option("--activation", help="relu6 or hard_swish.")
@click.option("--squeeze-excite", is_flag=True, default=None)
@json_option
def show(
    name: str,
    image: tuple[int, int, int],
    classes: int,
    board: str,
    as_json: bool,
    **knobs: float | str | bool | None,
) -> int:
    """Tell what NAME needs, without training it: a family, or your own model.

    The exit code is 1 when it does not fit on the board. A model of your own
    (my_model.py) is run.

    \b
    Example:
      tinycnn models show lenet5 --input 28x28x1 --board nano33ble
      tinycnn models show my_model.py:build --input 96x96x3 --classes 2
    """
    from tinycnn.analysis.fit import analyze_tflite, check_fit, find_objective
    from tinycnn.analysis.ram import estimate_ram, itemize_ram
    from tinycnn.boards import load_board
    from tinycnn.pipeline import list_layers, untrained_model
    from tinycnn.project import parse_model

    chosen = load_board(board)
    given = {key: value for key, value in knobs.items() if value is not None}
    found = untrained_model(
        parse_model(name, given), root=Path(), input_shape=image, classes=classes
    )
    analysis = analyze_tflite(found.content, find_objective(chosen, "speed"))
    layers = list_layers(found.content, analysis)
    fit = check_fit(analysis, chosen)
    if as_json:
        totals = {"model": name, "keras_parameters": found.parameters}
        rows = [_layer_to_json(layer) for layer in layers]
        print_json({**totals, **_to_json(analysis, fit), "layers": rows})
    else:
        print_columns(_COLUMNS, _to_rows(layers), left=(0, 1, 3, 8))
        items = itemize_ram(estimate_ram(analysis, chosen), chosen)
        table = {**_to_totals(analysis, found), **items}
        print_table(table, title=f"\n{found.origin}")
        click.echo(describe_latency(analysis, chosen))
        click.echo(describe_fit(fit))
    return 0 if fit.fits else 1


def _to_rows(layers: tuple[Layer, ...]) -> Iterator[tuple[str, ...]]:
    peak = max(layer.ram_bytes or 0 for layer in layers)
    for layer in layers:
        yield (
            layer.name,
            layer.cost.kind,
            show_shape(layer.cost.output_shape[1:]),
            layer.geometry.formula,
            show_shape(layer.geometry.receptive_field),
            f"{layer.cost.parameters:,}",
            f"{layer.cost.macs:,}",
            "-" if layer.ram_bytes is None else f"{layer.ram_bytes:,}",
            "#" * round(_BAR * (layer.ram_bytes or 0) / max(peak, 1)),
        )


def _to_totals(analysis: Analysis, found: FoundModel) -> dict[str, str]:
    totals = list_totals(analysis)
    if found.parameters != analysis.parameters:
        totals["parameters"] += (
            f", in Keras {found.parameters:,}: batch normalization is folded into them"
        )
    return {**totals, "size": _FORMULA}


def _show_knobs(family: Family) -> str:
    return ", ".join(
        f"{name} {json.dumps(knob.default)}" for name, knob in family.knobs.items()
    )


def _family_to_json(family: Family) -> dict[str, object]:
    return {
        "idea": family.idea,
        "source": family.source,
        "paper": None if family.paper is None else asdict(family.paper),
        "knobs": {
            name: {
                "default": knob.default,
                "meaning": knob.meaning,
                "choices": knob.choices,
            }
            for name, knob in family.knobs.items()
        },
    }


def _to_json(analysis: Analysis, fit: Fit) -> dict[str, object]:
    return {
        "parameters": analysis.parameters,
        "macs": analysis.macs,
        "arena_bytes": analysis.plan.arena_bytes,
        "ram_bytes": analysis.ram_bytes,
        "estimated_flash_bytes": analysis.flash_bytes,
        "predicted_cycles": sum(analysis.cycles),
        "board": fit.board.name,
        "fits": fit.fits,
    }


def _layer_to_json(layer: Layer) -> dict[str, object]:
    return {
        "name": layer.name,
        "kind": layer.cost.kind,
        "input_shape": layer.cost.input_shape[1:],
        "output_shape": layer.cost.output_shape[1:],
        "size_formula": layer.geometry.formula,
        "receptive_field": layer.geometry.receptive_field,
        "parameters": layer.cost.parameters,
        "macs": layer.cost.macs,
        "ram_bytes": layer.ram_bytes,
    }
