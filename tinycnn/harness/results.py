"""`results.json`: a validation's result for machines and for the report.

The file is written whole or not at all. Its keys are in alphabetical order; between two
runs of the same firmware only the times and the link's counters differ.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tinycnn import __version__
from tinycnn.errors import TinycnnError
from tinycnn.harness.validate import ValidationResult

__all__ = ["result_to_json", "write_results", "write_whole"]


def result_to_json(result: ValidationResult) -> str:
    """The result as JSON text, ending in a newline."""
    frame = result.device.frame
    value: dict[str, Any] = {
        "tinycnn": __version__,
        "model_sha256": result.model_sha256,
        "reference": result.reference,
        "device": {
            "name": result.device_name,
            **asdict(result.device),
            "frame": frame and frame.model_dump(),
        },
        "verdict": "equal" if result.equal else "different",
        "images": result.images,
        "equal": result.images - result.different,
        "different": result.different,
        "differences": [asdict(difference) for difference in result.differences],
        "accuracy": {
            "device": result.device_accuracy,
            "reference": result.reference_accuracy,
        },
        "cycles": _spread(result.cycles.tolist()),
        "micros": _spread(result.micros.tolist()),
        "seconds": round(result.seconds, 3),
        "images_per_second": round(result.images_per_second, 1),
        "counters": asdict(result.counters),
    }
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def write_results(result: ValidationResult, path: Path) -> None:
    """Write `results.json` to `path`.

    Raises:
        TinycnnError: If it cannot be written.
    """
    write_whole(result_to_json(result), path)


def write_whole(text: str, path: Path) -> None:
    """Write `text` to `path`; the old file stays until the new one is whole.

    Raises:
        TinycnnError: If it cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        message = f"{path}: cannot be written: {error.strerror or error}"
        hint = "free some space or choose another file"
        raise TinycnnError(message, hint=hint) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _spread(values: list[int]) -> dict[str, int]:
    """Smallest, middle and largest value."""
    ordered = sorted(values)
    return {"min": ordered[0], "median": ordered[len(ordered) // 2], "max": ordered[-1]}
