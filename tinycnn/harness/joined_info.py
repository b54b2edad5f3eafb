"""What several boards of one firmware say of themselves, as if they were one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from tinycnn.device import DeviceInfo, Foreign
from tinycnn.errors import DeviceError

__all__ = ["join_infos"]


def join_infos(infos: Sequence[tuple[str, DeviceInfo]]) -> DeviceInfo:
    """What is so of all: the first one's id, the most stack, the least exact numbers.

    Args:
        infos: At least one, each with what to call its device.

    Raises:
        DeviceError: If they do not run the same firmware.
    """
    (first_name, first), *others = infos
    for name, info in others:
        if _of_any_board(first) != _of_any_board(info):
            raise DeviceError(
                f"{name}: expected the firmware of {first_name}, got another of model "
                f"{info.model_sha256[:12] or info.model}",
                hint="flash all boards with the same firmware",
            )
    return reduce(_join, (info for _, info in others), first)


def _of_any_board(info: DeviceInfo) -> DeviceInfo:
    """Without what boards of the same firmware differ in."""
    foreign = info.foreign and Foreign(info.foreign.profile)
    return replace(info, board_id="", stack_bytes=0, foreign=foreign)


def _join(one: DeviceInfo, other: DeviceInfo) -> DeviceInfo:
    stack, foreign = max(one.stack_bytes, other.stack_bytes), one.foreign
    if foreign is not None and other.foreign is not None:
        both = foreign.decimals, other.foreign.decimals
        foreign = replace(
            foreign,
            decimals=min((told for told in both if told is not None), default=None),
            slack=max(foreign.slack, other.foreign.slack),
        )
    return replace(one, stack_bytes=stack, foreign=foreign)
