"""`tinycnn explain --serve`: the page at an address of this computer."""

from __future__ import annotations

import contextlib
import functools
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tinycnn.explorer import Exhibit
    from tinycnn.workbench import Observer

__all__ = ["ServedPlace", "serve_options", "serve_page"]

_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class ServedPlace:
    """Where a page is served, and with what.

    Attributes:
        port: 0: any that is free.
        simulate: Whether with a board; None: if that needs nothing to be built.
        opens: Whether a browser is opened.
    """

    port: int
    simulate: bool | None
    opens: bool


def serve_options(command: Callable[..., object]) -> Callable[..., object]:
    """--serve and what goes with it: `command` gets `place`, None without --serve."""

    @functools.wraps(command)
    def with_options(
        *,
        serve: bool,
        port: int | None,
        simulate: bool | None,
        no_open: bool,
        **arguments: Any,
    ) -> object:
        others = {"--port": port, "--simulate": simulate, "--no-open": no_open or None}
        for name, value in others.items():
            if not serve and value is not None:
                raise click.UsageError(f"{name} is for --serve")
        place = ServedPlace(port or 0, simulate=simulate, opens=not no_open)
        return command(place=place if serve else None, **arguments)

    for option in reversed(_OPTIONS):
        with_options = option(with_options)
    return with_options


_OPTIONS = (
    click.option(
        "--serve",
        is_flag=True,
        help="Serve it here instead, where it may use camera and serial ports.",
    ),
    click.option(
        "--port",
        type=click.IntRange(0, 65_535),
        help="To serve at; any that is free without.",
    ),
    click.option(
        "--simulate/--no-simulate",
        default=None,
        help="Serve a simulated board with it; a built project does if it can.",
    ),
    click.option("--no-open", is_flag=True, help="Open no browser."),
)


def serve_page(
    exhibit: Exhibit, model: Path, observer: Observer, place: ServedPlace
) -> None:
    """Serve an exhibit's page until Ctrl-C, with a simulated board where there is one.

    Args:
        exhibit: What the page is of.
        model: Where it came from.
        observer: Told of stages.
        place: Where, and with what.

    Raises:
        TinycnnError: If the port is taken, or the board was asked for and cannot be.
    """
    from tinycnn.device import start_simulator
    from tinycnn.explorer.serve import PageServer, render_served

    with _find_image(exhibit, model, observer, place.simulate) as image:
        board = None if image is None else partial(start_simulator, image)
        page, policy = render_served(exhibit, observer, has_board=board is not None)
        server = PageServer(page, policy, port=place.port, open_board=board)
        click.echo(f"serving {server.url}")
        click.echo("Ctrl-C ends it")
        try:
            if place.opens:
                webbrowser.open(server.url)
            server.serve()
        except KeyboardInterrupt as stop:
            if getattr(stop, "exit_code", _INTERRUPTED) != _INTERRUPTED:
                raise  # another signal than Ctrl-C's
        finally:
            server.end()


@contextmanager
def _find_image(
    exhibit: Exhibit, model: Path, observer: Observer, simulate: bool | None
) -> Iterator[Path | None]:
    """The firmware image that a simulated board is to run, while the page is served."""
    from tinycnn.device import has_simulator
    from tinycnn.files import scratch_folder

    is_ready = exhibit.made is not None and has_simulator()
    if not (is_ready if simulate is None else simulate):
        yield None
    elif exhibit.made is None:
        from tinycnn.workbench import ImageChoice, bench_file

        with bench_file(
            model,
            inputs=None,
            images=ImageChoice(count=1),
            numerics=exhibit.numerics,
            observer=observer,
        ) as subject:
            yield subject.program("sim")
    elif exhibit.made.build.linked.read().dialect != "packets":
        if simulate:
            text = "--simulate: the page speaks packets, and this firmware text"
            raise click.UsageError(f"{text}: tinycnn build --dialect packets")
        yield None
    else:
        # A copy: the project may be built anew while the page is open.
        with scratch_folder() as folder, contextlib.suppress(FileNotFoundError):
            image = exhibit.made.build.simulated_image
            copy = folder / image.name
            copy.write_bytes(image.read_bytes())
            yield copy
