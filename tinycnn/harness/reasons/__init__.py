"""Why a device's outputs are not the reference's: down to one operator and number."""

from tinycnn.harness.reasons.bisect import bisect
from tinycnn.harness.reasons.bisection import Bisection, Sum, WrongNumber
from tinycnn.harness.reasons.explain import Variant, explain_differences
from tinycnn.harness.reasons.reasons import Reason, Reasons, forgive
from tinycnn.harness.reasons.traced_model import trace_compilation, trace_interpreter

__all__ = [
    "Bisection",
    "Reason",
    "Reasons",
    "Sum",
    "Variant",
    "WrongNumber",
    "bisect",
    "explain_differences",
    "forgive",
    "trace_compilation",
    "trace_interpreter",
]
