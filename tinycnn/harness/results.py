"""A validation's result as JSON, for machines and for the report.

Its keys are in alphabetical order; between two runs of the same firmware only the times
and the link's counters differ.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from tinycnn.about import __version__
from tinycnn.harness.reservations import EQUAL_AS_PRINTED, list_reservations
from tinycnn.harness.verdict import ValidationResult

__all__ = ["result_to_json"]


def result_to_json(result: ValidationResult) -> str:
    """The result as JSON text, ending in a newline."""
    value: dict[str, Any] = {
        "tinycnn": __version__,
        "model_sha256": result.model_sha256,
        "reference": result.reference,
        "device": {"name": result.device_name, **asdict(result.device)},
        "verdict": _name_verdict(result),
        "reservations": list(list_reservations(result.device)),
        "images": result.images,
        "total": result.total or result.images,
        "order": result.order,
        "seed": result.seed,
        "boards": result.boards,
        "shares": [asdict(share) for share in result.shares],
        "ended": result.ended,
        "decision": asdict(result.decision) if result.decision else None,
        "equal": result.images - result.different,
        "different": result.different,
        "differences": [asdict(difference) for difference in result.differences],
        "diagnosis": asdict(result.diagnosis) if result.diagnosis else None,
        "bisection": asdict(result.bisection) if result.bisection else None,
        "reasons": asdict(result.reasons) if result.reasons else None,
        "health": asdict(result.health) if result.health else None,
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


def _name_verdict(result: ValidationResult) -> str:
    """Equal are only all images; of a part that is equal, no more is known."""
    if not result.equal:
        return "different"
    if result.is_partial or result.ended:
        return "partial"
    return "equal" if result.device.foreign is None else EQUAL_AS_PRINTED


def _spread(values: list[int]) -> dict[str, int]:
    """Smallest, middle and largest value."""
    ordered = sorted(values)
    return {"min": ordered[0], "median": ordered[len(ordered) // 2], "max": ordered[-1]}
