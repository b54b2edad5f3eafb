"""Validation: a device's outputs against the reference's, and the file that says so."""

from tinycnn.harness.results import result_to_json, write_results
from tinycnn.harness.validate import Difference, ValidationResult, validate

__all__ = [
    "Difference",
    "ValidationResult",
    "result_to_json",
    "validate",
    "write_results",
]
