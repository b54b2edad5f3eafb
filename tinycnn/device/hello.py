"""HELLO's reply: what a device says of itself and of its model.

`firmware/include/tcnn/harness.h` is the manual. The reply comes from a wire: sizes,
types and values are checked before anybody trusts them.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

from tinycnn.device.payloads import TIMES_BYTES, printable
from tinycnn.device.window import ONE_BY_ONE, WindowLimits
from tinycnn.errors import ProtocolError
from tinycnn.frames import PIXEL_BYTES, FrameFormat

__all__ = ["DTYPE_BYTES", "DeviceInfo", "Foreign", "TensorInfo", "parse_hello"]

_HELLO = struct.Struct("<4sHHIII8s32sBBHHI")
_FRAME_FORMAT = struct.Struct("<HHB")
_PIXELS = {size: pixels for pixels, size in PIXEL_BYTES.items()}
_CACHE_ON, _COUNTER_RUNS, _CACHE_KNOWN, _LINK_WAITS = 1, 2, 4, 8
_MAX_RANK = 6
_MAX_TENSORS = 8
_MAX_TENSOR_BYTES = 16 * 2**20
# Bytes of a value; in the order of tcnn_dtype_t.
DTYPE_BYTES = {"int8": 1, "uint8": 1, "float32": 4, "int32": 4, "int64": 8}


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """A model's input or output: real = scale * (value - zero_point).

    Where scale is 0, values are what they say: real numbers, or whole ones.
    """

    dtype: str
    shape: tuple[int, ...]
    scale: float
    zero_point: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Foreign:
    """A firmware that is not ours: which model it runs, nothing proves.

    Attributes:
        profile: What it says that it serves.
        decimals: Of the numbers that it printed; 0: whole numbers; None: none yet.
        slack: The most steps of an output that such a number leaves open.
    """

    profile: str
    decimals: int | None = None
    slack: int = 0


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """What a device says of itself and of its model in HELLO.

    Attributes:
        board_id: 16 hexadecimal digits, unique to the device; zeros when unknown.
        clock_hz: Processor clock; 0 when unknown.
        arena_bytes: Memory of the model's activations.
        stack_bytes: Most stack used since start; 0 when unknown.
        max_payload: Largest payload of a request or reply, in bytes.
        cache_on: Whether the instruction cache is on; None when unknown.
        counts_cycles: Whether its cycle counter runs.
        frame: The raw frames that it takes; None if it takes none.
        foreign: What else is known where the firmware is not ours; the digest of its
            model, its generator and its numerics are empty then.
        window: What may be on its way to it.
    """

    board: str
    board_id: str
    model: str
    model_sha256: str
    generator: str
    numerics: str
    clock_hz: int
    arena_bytes: int
    stack_bytes: int
    max_payload: int
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    cache_on: bool | None
    counts_cycles: bool
    frame: FrameFormat | None = None
    foreign: Foreign | None = None
    window: WindowLimits = ONE_BY_ONE

    @property
    def input_bytes(self) -> int:
        """Bytes of all inputs, laid end to end."""
        return sum(tensor.bytes for tensor in self.inputs)

    @property
    def output_bytes(self) -> int:
        """Bytes of all outputs, laid end to end."""
        return sum(tensor.bytes for tensor in self.outputs)

    def replied_bytes(self, size: int) -> int:
        """How many of `size` bytes fit the reply to INFER or FRAME."""
        return min(size, self.max_payload - TIMES_BYTES)


def parse_hello(payload: bytes) -> DeviceInfo:
    """What the payload of a HELLO reply says.

    Raises:
        ProtocolError: If it is not what the protocol allows.
    """
    reader = _Reader(payload)
    fixed = _HELLO.unpack(reader.take(_HELLO.size))
    magic, max_payload, flags, clock_hz, arena, stack, board_id, sha256 = fixed[:8]
    requests, reply_bytes, receive_bytes = fixed[10:]
    if magic != b"TCNN":
        raise ProtocolError(f"HELLO reply: expected magic b'TCNN', got {magic!r}")
    if max_payload < 64:
        raise ProtocolError(f"HELLO reply: payload of only {max_payload} bytes")
    inputs, outputs = (
        reader.take_tensors(name, count)
        for name, count in zip(("input", "output"), fixed[8:10], strict=True)
    )
    model, generator, numerics, board = (reader.take_string() for _ in range(4))
    return DeviceInfo(
        board=board,
        board_id=board_id.hex(),
        model=model,
        model_sha256=sha256.hex(),
        generator=generator,
        numerics=numerics,
        clock_hz=clock_hz,
        arena_bytes=arena,
        stack_bytes=stack,
        max_payload=max_payload,
        inputs=inputs,
        outputs=outputs,
        cache_on=bool(flags & _CACHE_ON) if flags & _CACHE_KNOWN else None,
        counts_cycles=bool(flags & _COUNTER_RUNS),
        frame=reader.take_frame_format(),
        window=WindowLimits(
            max_payload,
            requests,
            reply_bytes,
            receive_bytes,
            waits=bool(flags & _LINK_WAITS),
        ),
    )


class _Reader:
    """Takes values from the front of a payload."""

    def __init__(self, payload: bytes) -> None:
        self._rest = payload

    def take(self, size: int) -> bytes:
        if len(self._rest) < size:
            raise ProtocolError("HELLO reply: ends too early")
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken

    def take_string(self) -> str:
        return printable(self.take(self.take(1)[0]))

    def take_frame_format(self) -> FrameFormat | None:
        if not self._rest:
            return None
        width, height, size = _FRAME_FORMAT.unpack(self.take(_FRAME_FORMAT.size))
        try:
            pixels = _PIXELS[size]
            return FrameFormat(width=width, height=height, pixels=pixels)
        except (KeyError, ValueError) as error:
            text = f"HELLO reply: frames of {width}x{height} pixels of {size} bytes"
            raise ProtocolError(text) from error

    def take_tensors(self, name: str, count: int) -> tuple[TensorInfo, ...]:
        if not 1 <= count <= _MAX_TENSORS:
            raise ProtocolError(f"HELLO reply: {count} {name}s")
        return tuple(self.take_tensor(name) for _ in range(count))

    def take_tensor(self, name: str) -> TensorInfo:
        dtype, rank = self.take(2)
        if dtype >= len(DTYPE_BYTES) or rank > _MAX_RANK:
            raise ProtocolError(f"HELLO reply: {name} of type {dtype}, rank {rank}")
        shape = struct.unpack(f"<{rank}I", self.take(4 * rank))
        scale, zero_point = struct.unpack("<fi", self.take(8))
        type_name, item_bytes = list(DTYPE_BYTES.items())[dtype]
        size = math.prod(shape) * item_bytes
        if not 1 <= size <= _MAX_TENSOR_BYTES or not math.isfinite(scale):
            text = f"HELLO reply: {name} of shape {shape}, scale {scale}"
            raise ProtocolError(text)
        return TensorInfo(type_name, shape, scale, zero_point, size)
