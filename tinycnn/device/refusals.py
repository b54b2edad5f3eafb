"""What a device refuses to do, as errors with a next step."""

from __future__ import annotations

from tinycnn.device.packets import ErrorCode, PacketType
from tinycnn.device.window import Request
from tinycnn.errors import DeviceError, ProtocolError

__all__ = ["RefusedError", "SessionLostError", "explain_refusal"]


class SessionLostError(DeviceError):
    """The device no longer knows the session: it was reset.

    Attributes:
        said: What it said of a crash before; empty if nothing.
    """

    said = ""


class RefusedError(ProtocolError):
    """The device refuses a request.

    Attributes:
        code: Of its ERROR.
    """

    code = 0


def explain_refusal(name: str, request: Request, code: int, text: str) -> RefusedError:
    """The error of a request that was answered with ERROR.

    Args:
        name: Of the device.
        request: What it was asked.
        code: What it says.
        text: Likewise.
    """
    hint = "flash the firmware again"
    if code == ErrorCode.MODEL:
        hint = "build with the version of TFLite Micro that model.cpp names"
    if request.kind in (PacketType.CHECKSUM, PacketType.TENSOR):
        hint = "flash a debug harness: tinycnn build --trace, then tinycnn flash"
    what = f"{name}: refused {request.name}: error {code} ({text})"
    refused = RefusedError(what, hint=hint)
    refused.code = code
    return refused
