"""What every link to a device looks like, and the words for what goes wrong on one.

Every failure of the operating system becomes one `DeviceError` that names the port and
what to do; a port that takes no more bytes is a `DeviceTimeoutError`. Bytes may be lost
or damaged on the way: that is the protocol's business, not a link's.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from tinycnn.errors import DeviceTimeoutError, LinkLostError

__all__ = ["READ_BYTES", "UNREACHABLE", "WRITE_TIMEOUT_S"]
__all__ += ["Link", "SharedPort", "SimulatedTime"]
__all__ += ["hint_lost", "is_remote", "lost", "reason_of", "took_nothing"]

READ_BYTES = 65_536  # taken at once
WRITE_TIMEOUT_S = 2.0
UNREACHABLE = "start the server of the port there; check host, port and network"
_UNPLUGGED = "check the cable and the board's power, then run the command again"
_GONE = (
    "check the server of the port there, the network, and the board's power, then run "
    "the command again"
)


class Link(Protocol):
    """A byte stream to a device."""

    @property
    def name(self) -> str:
        """What to call the link in messages."""

    def write(self, data: bytes) -> None:
        """Send `data`.

        Raises:
            DeviceTimeoutError: If the device takes no more bytes.
            DeviceError: If the link is dead; a LinkLostError if it can come back.
        """

    def read(self, timeout_s: float) -> bytes:
        """What has arrived, waiting at most `timeout_s` for it; empty if nothing.

        Raises:
            DeviceError: If the link is dead; a LinkLostError if it can come back.
        """

    def close(self) -> None:
        """Let the device go; never raises."""


@runtime_checkable
class SimulatedTime(Protocol):
    """What leads to a device whose time is simulated."""

    def pass_time(self, seconds: float) -> None:
        """Let so much time pass for the device, soon.

        Raises:
            DeviceError: If the device is gone.
        """


@runtime_checkable
class SharedPort(Protocol):
    """What other programs can have open, too, and read from."""

    def other_users(self) -> tuple[str, ...]:
        """Those programs, as far as they can be seen."""


def took_nothing(name: str, timeout_s: float) -> DeviceTimeoutError:
    """The error of a port that takes no more bytes."""
    text = f"port {name}: took no bytes for {timeout_s} s"
    return DeviceTimeoutError(text, hint="press reset on the board")


def lost(name: str, error: Exception) -> LinkLostError:
    """The error of a port that is gone."""
    return LinkLostError(f"port {name}: lost: {reason_of(error)}", hint_lost(name))


def hint_lost(name: str) -> str:
    """What to do about a port that is gone: one of this computer, or one elsewhere."""
    return _GONE if is_remote(name) else _UNPLUGGED


def is_remote(name: str) -> bool:
    """Whether a port is another computer's."""
    return name.startswith(("rfc2217://", "socket://"))


def reason_of(error: Exception) -> str:
    """The operating system's words, on one line."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else error
    return " ".join(str(text).split()) or type(error).__name__
