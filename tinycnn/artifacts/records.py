"""What each stage of a build was made of, kept beside what it made.

A stage is current if it was made of the same; and who reads an artifact can be told
what has changed since, by the name that it has in tinycnn.toml.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from tinycnn.artifacts.digest import hash_json

__all__ = ["Inputs", "Record", "flatten_settings"]


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that the outputs of a stage depend on; values are JSON.

    Attributes:
        settings: Of tinycnn.toml, by their dotted key.
        files: SHA-256 of what tinycnn.toml names, by what a message calls it.
        made_of: Digests of earlier stages, by the artifact that they made.
        tools: Versions of programs: another one makes the stage again, but what it made
            is no less the project's.
        options: Of the command line, instead of a setting.
        told: Settings that explain a changed file; they decide nothing themselves.
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    made_of: Mapping[str, str] = field(default_factory=dict)
    tools: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Digest of all that decides."""
        return hash_json({n: v for n, v in asdict(self).items() if n != "told"})


@dataclass(frozen=True, slots=True)
class Record:
    """A stage that has run.

    Attributes:
        tinycnn: The version that ran it.
        inputs: What it was made of.
        outputs: Digests of what it made, by name in the build folder.
    """

    tinycnn: str
    inputs: Inputs
    outputs: dict[str, str]

    @property
    def digest(self) -> str:
        """Of all outputs together."""
        return hash_json(self.outputs)


def flatten_settings(tables: Mapping[str, Any]) -> dict[str, Any]:
    """The values of nested tables by their dotted keys; what is None is left out.

    >>> flatten_settings({"seed": 1, "target": {"board": "pico", "frame": None}})
    {'seed': 1, 'target.board': 'pico'}
    """
    return dict(_walk(json.loads(json.dumps(tables)), ""))


def _walk(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _walk(value, f"{prefix}{key}.")
        elif value is not None:
            yield f"{prefix}{key}", value
