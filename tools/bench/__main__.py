"""Compile the networks of the benchmark, build and measure them, and print tables.

Networks from files are looked for in the folder of --models or TINYCNN_MODELS, and
cycles are counted by the program of --meter or TINYCNN_METER; by default both are in
../shared, if that is there. Without such a program, or with `--meter sim`, the
simulated board counts. Run from the repository's root:

    python -m tools.bench
    python -m tools.bench KWS IC --compilers "zig -O2" --operators
    python -m tools.bench --markdown docs/speed.md --picture docs/cycles.svg

Exit codes: 0 measured, 1 an output is not the reference's, 2 usage, 3 any other error.
What is not there is said and left out.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from tinycnn.about import __version__
from tinycnn.cli.profile import print_profile
from tinycnn.errors import TinycnnError
from tinycnn.files import write_whole
from tools.bench.image import COMPILERS
from tools.bench.measure import MODES, Result, measure_network
from tools.bench.meters import find_beside, find_meter
from tools.bench.picture import draw_picture
from tools.bench.record import NETWORKS, load_network
from tools.bench.tables import to_json, to_markdown
from tools.document import document_of, write_tables

__all__ = ["main"]

_SIMULATED = Path("sim")
_TOOL = "tools.bench"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; returns the exit code."""
    options = _parse(arguments)
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    compilers = [c for c in options.compilers if c.is_installed]
    left_out = {
        str(c): f"{c.toolchain} is not installed"
        for c in options.compilers
        if c not in compilers
    }
    results: list[Result] = []
    exit_code = 0 if compilers else TinycnnError.exit_code
    for network in options.networks if compilers else ():
        try:
            content = load_network(network, options.models)
            result = measure_network(
                network,
                content,
                compilers,
                optimize=options.optimize,
                meter=None if options.meter == _SIMULATED else options.meter,
            )
        except TinycnnError as error:
            left_out[network.name] = f"{error}\nhint: {error.hint}"
            exit_code = max(exit_code, error.exit_code)
        else:
            results.append(result)
    versions = tuple(dict.fromkeys(compiler.version for compiler in compilers))
    for name, reason in left_out.items():
        logging.warning("not measured: %s: %s", name, reason)
    if options.operators:
        _print_operators(results)
    if results:
        tables = to_markdown(results, " and ".join(versions))
        write_tables(tables, _TOOL, options.markdown)
    if options.picture:
        dated = f"Measured {date.today()} with tinycnn {__version__}; estimated cycles."
        write_whole(draw_picture(results, dated), options.picture)
    if options.json:
        value = {
            "tinycnn": __version__,
            "meter": options.meter.name,
            "compilers": versions,
            "networks": [to_json(result) for result in results],
            "left_out": left_out,
        }
        write_whole(json.dumps(value, indent=2) + "\n", options.json)
    return exit_code


def _print_operators(results: Sequence[Result]) -> None:
    for result in results:
        for build in result.builds:
            print(f"{result.network.name}")
            print_profile(build.profile)
            print()


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    networks = {network.name: network for network in NETWORKS}
    compilers = {str(compiler): compiler for compiler in COMPILERS}
    parser = argparse.ArgumentParser(
        prog=f"python -m {_TOOL}",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("networks", nargs="*", type=_one_of(networks), default=NETWORKS)
    add("--compilers", nargs="+", type=_one_of(compilers), default=COMPILERS)
    add("--optimize", choices=MODES, default="speed", help="default: speed")
    add("--models", type=Path, default=find_beside("TINYCNN_MODELS", "models"))
    add("--meter", type=Path, default=find_meter() or _SIMULATED)
    add("--operators", action="store_true", help="print each operator's cycles, too")
    add("--json", type=Path, metavar="FILE", help="write all that was measured")
    add("--picture", type=Path, metavar="FILE", help="draw bars, ours and others'")
    document = document_of(_TOOL)
    add("--markdown", type=document, metavar="FILE", help="renew the tables in FILE")
    return parser.parse_args(arguments)


def _one_of(table: Mapping[str, object]) -> Callable[[str], object]:
    def find(name: str) -> object:
        if name not in table:
            names = ", ".join(map(repr, table))
            raise argparse.ArgumentTypeError(f"expected one of {names}, got {name!r}")
        return table[name]

    return find


if __name__ == "__main__":
    sys.exit(main())
