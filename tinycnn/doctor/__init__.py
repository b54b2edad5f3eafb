"""Is all there that tinycnn needs? Facts of a computer -> findings, with fixes."""

from tinycnn.doctor.checks import Finding, check_computer
from tinycnn.doctor.facts import Facts, Packages, PortFacts
from tinycnn.doctor.gather import gather_facts

__all__ = [
    "Facts",
    "Finding",
    "Packages",
    "PortFacts",
    "check_computer",
    "gather_facts",
]
