"""The options of a validation on several boards, or on those of a laboratory."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tinycnn.workbench import DeviceChoice, Observer, Subject

__all__ = ["Many", "many_options"]

_LABGRID = "TINYCNN_LABGRID"


@dataclass(frozen=True, slots=True)
class Many:
    """Which boards are asked beside those of --port.

    Attributes:
        is_all: All of this computer that run the model.
        is_each: Each gets all images, and a verdict of its own.
        places: Those of a labgrid laboratory, by name.
        coordinator: Where that is, if it was said.
    """

    is_all: bool
    is_each: bool
    places: tuple[str, ...]
    coordinator: str | None

    def count(self, choice: DeviceChoice) -> int:
        """How many boards are named; as many as can be, of all."""
        return 64 if self.is_all else len(choice.ports) + len(self.places)

    @contextmanager
    def hold(self, choice: DeviceChoice, observer: Observer) -> Iterator[DeviceChoice]:
        """The choice with the boards of all places, which are ours meanwhile.

        Raises:
            DeviceError: If one cannot be had.
        """
        from tinycnn.device.places import find_client, hold_place

        with ExitStack() as held:
            ports = list(choice.ports)
            client = find_client(os.environ.get(_LABGRID)) if self.places else ""
            for name in self.places:
                place = hold_place(name, client, coordinator=self.coordinator)
                ports.append(held.enter_context(place))
                observer.note("boards", f"place {name} is {ports[-1]}")
            if ports:
                first, *more = ports
                choice = replace(choice, port=first, more_ports=tuple(more))
            yield choice

    def find(
        self, subject: Subject, choice: DeviceChoice, observer: Observer
    ) -> DeviceChoice:
        """The choice of all boards of this computer, if that was asked.

        Raises:
            DeviceError: If there is none.
        """
        from tinycnn.workbench import find_boards

        return find_boards(subject, choice, observer) if self.is_all else choice


def many_options(command: Callable[..., object]) -> Callable[..., object]:
    """--all, --each, --place, --coordinator: `command` gets them as `many`."""

    @functools.wraps(command)
    def with_many(
        *,
        is_all: bool,
        is_each: bool,
        place: tuple[str, ...],
        coordinator: str | None,
        choice: DeviceChoice,
        **arguments: Any,
    ) -> object:
        many = Many(is_all, is_each, place, coordinator)
        if is_all and (choice.ports or place):
            raise click.UsageError("--all finds the boards: without --port or --place")
        if is_each and not many.count(choice):
            raise click.UsageError("--each needs boards: --port, --place or --all")
        if coordinator is not None and not place:
            raise click.UsageError("--coordinator is for a --place")
        if many.count(choice) and choice.boards is not None:
            raise click.UsageError("--boards is for simulated boards")
        return command(choice=choice, many=many, **arguments)

    text = "Where labgrid's coordinator is; without, as LG_COORDINATOR says."
    add_coordinator = click.option("--coordinator", metavar="HOST:PORT", help=text)
    text = "A board of a labgrid laboratory, by its place's name; may be repeated. It "
    text += "is acquired, and released in the end."
    add_place = click.option("--place", multiple=True, metavar="NAME", help=text)
    text = "Every board gets all images and a verdict of its own, instead of a share."
    add_each = click.option("--each", "is_each", is_flag=True, help=text)
    text = "All boards of this computer that run the model, instead of --port."
    add_all = click.option("--all", "is_all", is_flag=True, help=text)
    return add_all(add_each(add_place(add_coordinator(with_many))))
