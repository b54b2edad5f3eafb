"""Evidence -> its parts list in CycloneDX: what ran, of what, and what judged it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tinycnn.about import __version__
from tinycnn.evidence.record import Evidence, split_reference
from tinycnn.firmware.bill import Part, bill_of_materials

__all__ = ["list_parts"]

_LIBRARY = " for "  # in a generator's name, before the library that the model runs in


def list_parts(evidence: Evidence, digests: Mapping[str, str]) -> str:
    """The bill of materials of an archive.

    Args:
        evidence: What is in the archive.
        digests: SHA-256 of each member, by its name.
    """
    firmware = evidence.firmware
    return bill_of_materials(
        Part(
            "firmware",
            evidence.name,
            sha256=digests[firmware.name] if firmware else None,
        ),
        parts=list(_list_needs(evidence)),
        files=[
            Part("file", name, sha256=digest)
            for name, digest in sorted(digests.items())
        ],
    )


def _list_needs(evidence: Evidence) -> Iterator[Part]:
    result = evidence.result
    if result.device.foreign is None:  # what other firmware is made of nobody knows
        yield from _list_libraries(result.device.generator)
    model = result.model_sha256
    yield Part("machine-learning-model", evidence.name, sha256=model)
    package, version = split_reference(result.reference)
    yield Part("application", package, version, purl=f"pkg:pypi/{package}@{version}")
    if evidence.dataset_sha256:
        yield Part("data", "data set", sha256=evidence.dataset_sha256)


def _list_libraries(generator: str) -> Iterator[Part]:
    """What our firmware runs the model with, as its generator's name tells."""
    program, _, library = generator.partition(_LIBRARY)
    version = program.rpartition(" ")[2] if " " in program else __version__
    yield Part("library", "tinycnn C runtime", version, license="Apache-2.0")
    if library:
        name, _, version = library.rpartition(" ")
        yield Part("library", name or library, version or None)
