"""Why a device's outputs are not the reference's: down to one operator and number."""

from tinycnn.harness.reasons.bisect import bisect
from tinycnn.harness.reasons.bisection import Bisection, Sum, WrongNumber

__all__ = ["Bisection", "Sum", "WrongNumber", "bisect"]
