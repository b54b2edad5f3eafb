"""What the answers of the text dialect say: laps, results, bytes, and about a device.

Lines of text in, checked values out; a line that is missing or of another form is a
`GarbledError`, as the line may have damaged it.
"""

from __future__ import annotations

import math
import re
import struct
import zlib
from collections.abc import Sequence

from tinycnn.device.hello import DTYPE_BYTES, DeviceInfo, TensorInfo
from tinycnn.device.payloads import StepRun
from tinycnn.device.text.console import GarbledError

__all__ = ["find_all", "find_one", "parse_about", "parse_laps", "parse_model"]
__all__ += ["parse_numbers", "parse_raw", "parse_steps"]

_CACHE_ON, _COUNTER_RUNS, _CACHE_KNOWN = 1, 2, 4
_NUMBER = re.compile(r"-?\d{1,40}(?:\.\d{1,40})?")
_WRAP = 1 << 32


def find_all(lines: Sequence[str], name: str) -> list[str]:
    """What stands in the brackets of each line `m-NAME-[...]`."""
    start = f"m-{name}-["
    return [
        line[len(start) : -1]
        for line in lines
        if line.startswith(start) and line.endswith("]")
    ]


def find_one(lines: Sequence[str], name: str) -> str:
    """Of the one such line.

    Raises:
        GarbledError: If there is none, or several.
    """
    found = find_all(lines, name)
    if len(found) != 1:
        raise GarbledError(f"expected one line m-{name}-[...], got {len(found)}")
    return found[0]


def parse_model(lines: Sequence[str]) -> tuple[str, str]:
    """The profile and the model that the answer to `profile` names; "" if it does not.

    >>> parse_model(["m-profile-[ULPMark]", "m-model-[ic01]"])
    ('ULPMark', 'ic01')
    """
    return tuple((find_all(lines, name) or [""])[0] for name in ("profile", "model"))  # type: ignore[return-value]


def parse_laps(lines: Sequence[str]) -> int:
    """Microseconds between the two laps; 0 without them, as in energy mode.

    >>> parse_laps(["m-lap-us-4294967290", "m-lap-us-10"])
    16
    """
    found = (re.fullmatch(r"m-lap-us-(\d{1,20})", line) for line in lines)
    laps = [int(match[1]) for match in found if match]
    if not laps:
        return 0
    if len(laps) != 2:
        raise GarbledError(f"expected two lines m-lap-us-, got {len(laps)}")
    return laps[1] - laps[0] if laps[1] >= laps[0] else (laps[1] - laps[0]) % _WRAP


def parse_numbers(lines: Sequence[str]) -> list[str]:
    """The numbers that m-results lists, as they are written."""
    numbers = [number.strip() for number in find_one(lines, "results").split(",")]
    if numbers[-1] == "":  # some end the list with a comma, too
        numbers.pop()
    for number in numbers:
        if not _NUMBER.fullmatch(number):
            raise GarbledError(f"m-results: expected numbers, got '{number[:20]}'")
    return numbers


def parse_raw(
    lines: Sequence[str], outputs: Sequence[TensorInfo]
) -> tuple[bytes, int, int, int]:
    """Outputs' bytes, CRC-32 of what is loaded, cycles, microseconds.

    Raises:
        GarbledError: If the bytes are not those that the device summed.
    """
    try:
        output = bytes.fromhex("".join(find_all(lines, "raw")))
        crcs = [int(crc, 16) for crc in find_one(lines, "raw-crc").split(",")]
        loaded = int(find_one(lines, "raw-loaded"), 16)
        cycles, micros = (
            int(find_one(lines, f"raw-{name}")) for name in ("cycles", "micros")
        )
    except ValueError as error:
        raise GarbledError("raw: expected numbers, got others") from error
    sums, start = [], 0
    for tensor in outputs:
        sums.append(zlib.crc32(output[start : start + tensor.bytes]))
        start += tensor.bytes
    if start != len(output) or sums != crcs:
        raise GarbledError("raw: the bytes are not those that were sent")
    return output, loaded, cycles, micros


def parse_steps(lines: Sequence[str]) -> tuple[StepRun, ...]:
    """What each kernel call took."""
    try:
        rows = [[int(v) for v in row.split(",")] for row in find_all(lines, "step")]
        return tuple(StepRun(*row) for row in rows)
    except (ValueError, TypeError) as error:
        raise GarbledError("steps: expected three numbers a step") from error


def parse_about(lines: Sequence[str], model: str) -> tuple[DeviceInfo, int, bool]:
    """What our own firmware says of itself, its longest command, if it takes pixels.

    Args:
        lines: That answer the command `tinycnn`.
        model: The name of its model.

    Raises:
        GarbledError: If something is missing or of another form.
    """
    words = {
        name: find_one(lines, f"tinycnn-{name}")
        for name in "line pixels sha256 generator numerics board board-id clock-hz "
        "flags arena-bytes stack-bytes".split()
    }
    try:
        flags = int(words["flags"])
        inputs, outputs = (
            tuple(map(_parse_tensor, find_all(lines, f"tinycnn-{side}")))
            for side in ("input", "output")
        )
        if len(words["sha256"]) != 64 or not inputs or not outputs:
            raise ValueError("incomplete")
        info = DeviceInfo(
            board=words["board"],
            board_id=bytes.fromhex(words["board-id"]).hex(),
            model=model,
            model_sha256=bytes.fromhex(words["sha256"]).hex(),
            generator=words["generator"],
            numerics=words["numerics"],
            clock_hz=int(words["clock-hz"]),
            arena_bytes=int(words["arena-bytes"]),
            stack_bytes=int(words["stack-bytes"]),
            max_payload=int(words["line"]),
            inputs=inputs,
            outputs=outputs,
            cache_on=bool(flags & _CACHE_ON) if flags & _CACHE_KNOWN else None,
            counts_cycles=bool(flags & _COUNTER_RUNS),
        )
        return info, max(int(words["line"]), 80), words["pixels"] == "1"
    except (ValueError, KeyError, struct.error) as error:
        raise GarbledError("tinycnn: expected facts in another form") from error


def _parse_tensor(text: str) -> TensorInfo:
    dtype, scale, zero_point, *dims = text.split(",")
    shape = tuple(map(int, dims))
    size = DTYPE_BYTES[dtype] * math.prod(shape)
    (real,) = struct.unpack(">f", bytes.fromhex(scale))
    return TensorInfo(dtype, shape, real, int(zero_point), size)
