"""What generated firmware contains, as a CycloneDX 1.6 bill of materials in JSON.

Files and what they need beside themselves come in, the text of `sbom.cdx.json` goes
out. Same files, same bytes: it has no time, no serial number and no path.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tinycnn.about import __version__

__all__ = ["BILL", "Part", "bill_of_firmware", "bill_of_materials"]

BILL = "sbom.cdx.json"

_SCHEMA = "http://cyclonedx.org/schema/bom-1.6.schema.json"
_LICENSE = "Apache-2.0"


@dataclass(frozen=True, slots=True)
class Part:
    """A component.

    Attributes:
        type: As CycloneDX names it: "library", "platform", "framework" ...
        name: As its makers call it.
        version: None where it is open.
        license: Its SPDX identifier; None where it is not ours to tell.
        sha256: Of its file, in hexadecimal; None of what is not a single file.
        purl: Where package indexes have it.
        requires: Which versions of it will do.
        is_optional: Whether all works without it, too.
    """

    type: str
    name: str
    version: str | None = None
    license: str | None = None
    sha256: str | None = None
    purl: str | None = None
    requires: str | None = None
    is_optional: bool = False


def bill_of_firmware(
    name: str, files: Mapping[str, str], *, model_sha256: str, needs: Sequence[Part]
) -> str:
    """The bill of a generated folder.

    Args:
        name: Of the model.
        files: Text by path; what lies in a folder `tcnn` is the C runtime.
        model_sha256: Digest of the `.tflite` file; empty where there is none.
        needs: What is linked with it and not in the folder.
    """
    parts = [Part("library", "tinycnn C runtime", __version__, license=_LICENSE)]
    if model_sha256:
        parts.append(Part("machine-learning-model", name, sha256=model_sha256))
    return bill_of_materials(
        Part("firmware", name),
        parts=[*parts, *needs],
        files=[
            Part(
                "file",
                path,
                license=_LICENSE if "tcnn/" in path else None,
                sha256=hashlib.sha256(text.encode()).hexdigest(),
            )
            for path, text in sorted(files.items())
        ],
    )


def bill_of_materials(
    subject: Part, *, parts: Sequence[Part], files: Sequence[Part]
) -> str:
    """The bill of `subject`: the parts that it needs, and the files that it has."""
    tool = {"type": "application", "name": "tinycnn", "version": __version__}
    bill = {
        "$schema": _SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"tools": {"components": [tool]}, "component": _describe(subject)},
        "components": [_describe(part) for part in (*parts, *files)],
        "dependencies": [
            {
                "ref": _reference(subject),
                "dependsOn": sorted(map(_reference, parts)),
            }
        ],
    }
    return json.dumps(bill, indent=1, ensure_ascii=False) + "\n"


def _reference(part: Part) -> str:
    return f"{part.type}:{part.name}"


def _describe(part: Part) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "type": part.type,
        "bom-ref": _reference(part),
        "name": part.name,
        "version": part.version,
        "scope": "optional" if part.is_optional else None,
        "purl": part.purl,
    }
    if part.sha256:
        facts["hashes"] = [{"alg": "SHA-256", "content": part.sha256}]
    if part.license:
        facts["licenses"] = [{"license": {"id": part.license}}]
    if part.requires:
        facts["properties"] = [{"name": "requires", "value": part.requires}]
    return {key: value for key, value in facts.items() if value is not None}
