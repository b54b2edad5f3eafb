"""What a validation leaves for those who were not there, and a verdict from that alone.

A result with all that it is of goes into one zip file, from which it can be judged
again on any computer, without the device. The archive is an in-toto statement's
subject, ready to be signed.
"""

from tinycnn.evidence.record import Evidence, Firmware, hash_rows, name_firmware
from tinycnn.evidence.replay import replay_evidence
from tinycnn.evidence.statement import PREDICATE_TYPE
from tinycnn.evidence.store import pack_evidence, read_evidence, write_evidence

__all__ = [
    "PREDICATE_TYPE",
    "Evidence",
    "Firmware",
    "hash_rows",
    "name_firmware",
    "pack_evidence",
    "read_evidence",
    "replay_evidence",
    "write_evidence",
]
