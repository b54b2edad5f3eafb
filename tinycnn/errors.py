"""The errors that tinycnn raises, each with a remedy.

TinycnnError(message, hint=None)            exit code
├── ProjectError      tinycnn.toml or a command's arguments        2
│   └── StaleBuildError        a build of another tinycnn.toml     2
├── DatasetError      a data set that cannot be found or read      3
├── ModelError        a .tflite or Keras model
│   ├── InvalidModelError      broken or hostile file              3
│   │   └── RefusedModelError  the reference refuses it            3
│   └── UnsupportedModelError  valid, but outside what we support  3
├── MemoryPlanError   the plan cannot be made                      3
├── ToolchainError(…, command, returncode, log)                    3
└── DeviceError       board, cable, simulator                      3
    ├── DeviceTimeoutError
    │   └── StrangerError      another answers: an echo, a modem, a prompt
    ├── LinkLostError     unplugged: the port is gone
    └── ProtocolError

A message names its subject with its id, then expected against got: lower case, no
final full stop. The remedy is the hint.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "DatasetError",
    "DeviceError",
    "DeviceTimeoutError",
    "InvalidModelError",
    "LinkLostError",
    "MemoryPlanError",
    "ModelError",
    "ProjectError",
    "ProtocolError",
    "RefusedModelError",
    "StaleBuildError",
    "StrangerError",
    "TinycnnError",
    "ToolchainError",
    "UnsupportedModelError",
]


class TinycnnError(Exception):
    """Base of all errors that a user of tinycnn can cause or meet.

    Args:
        message: What was expected and what was met, in one line.
        hint: What to do about it; by default what helps with most errors of its kind.
    """

    exit_code = 3
    usual_hint: str | None = None

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint or self.usual_hint


class ProjectError(TinycnnError):
    """The project file or an argument is wrong."""

    exit_code = 2


class StaleBuildError(ProjectError):
    """What was built does not belong to the project file as it is now."""


class DatasetError(TinycnnError):
    """A data set cannot be found, downloaded or read."""


class ModelError(TinycnnError):
    """A model cannot be used."""


class InvalidModelError(ModelError):
    """A `.tflite` file is broken: out of bounds, inconsistent or too large."""

    usual_hint: str | None = "the file is damaged: fetch or convert it again"


class RefusedModelError(InvalidModelError):
    """The reference interpreter refuses a model, or fails on it."""

    usual_hint = None


class UnsupportedModelError(ModelError):
    """A model is valid but uses something that tinycnn does not support."""

    usual_hint = "change the layer that it is of; docs/tflite.md lists what is known"


class MemoryPlanError(TinycnnError):
    """No memory plan can be made for a graph."""


class ToolchainError(TinycnnError):
    """A compiler or another program failed.

    Args:
        message: What failed, in one line.
        hint: What to do about it.
        command: The command that was run.
        returncode: Its exit status; None when it could not be started.
        log: What it printed.
    """

    def __init__(
        self,
        message: str,
        hint: str | None = None,
        *,
        command: Sequence[str] = (),
        returncode: int | None = None,
        log: str = "",
    ) -> None:
        super().__init__(message, hint)
        self.command = tuple(command)
        self.returncode = returncode
        self.log = log


class DeviceError(TinycnnError):
    """A board, its cable or the simulator failed."""


class DeviceTimeoutError(DeviceError):
    """A device did not answer in time."""


class StrangerError(DeviceTimeoutError):
    """Something else answered: an echo, a modem, a prompt."""


class LinkLostError(DeviceError):
    """A port that was open is gone: a cable was pulled, or a board left the bus."""


class ProtocolError(DeviceError):
    """A device answered something that the protocol does not allow."""
