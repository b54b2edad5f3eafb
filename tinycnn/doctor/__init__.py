"""Is all there that tinycnn needs? Facts of a machine -> findings, with fixes."""

from tinycnn.doctor.checks import Finding, check_machine
from tinycnn.doctor.facts import Facts, Packages, PortFacts
from tinycnn.doctor.gather import gather_facts

__all__ = [
    "Facts",
    "Finding",
    "Packages",
    "PortFacts",
    "check_machine",
    "gather_facts",
]
