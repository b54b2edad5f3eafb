"""What a wheel of tinycnn contains and needs, as CycloneDX 1.6 in JSON.

    python -m hatchling build -t wheel -d dist
    python -m tools.bill_of_materials dist/tinycnn-*.whl -o dist/tinycnn.cdx.json

Same wheel, same bytes. Which versions of the packages a development install has, with
their digests, is in `requirements/dev.lock`.
"""

from __future__ import annotations

import argparse
import hashlib
import zipfile
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

from packaging.requirements import Requirement

from tinycnn.files import write_whole
from tinycnn.firmware.bill import Part, bill_of_materials

__all__ = ["bill_of_wheel"]

_LICENSE = "Apache-2.0"
# Of what the wheel holds and others made: a part of its paths.
_OTHER_LICENSES = {"_datasets/digits/": "CC-BY-4.0"}


def bill_of_wheel(wheel: Path) -> str:
    """The bill of a wheel: its files, and the packages that it needs."""
    with zipfile.ZipFile(wheel) as archive:
        names = sorted(archive.namelist())
        files = [_describe(name, archive.read(name)) for name in names]
        metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
        facts = BytesParser().parsebytes(archive.read(metadata))
    subject = Part(
        "application",
        facts["Name"],
        facts["Version"],
        license=facts["License-Expression"],
    )
    return bill_of_materials(subject, parts=list(_list_needs(facts)), files=files)


def _describe(name: str, content: bytes) -> Part:
    license_ = next(
        (text for part, text in _OTHER_LICENSES.items() if part in name), _LICENSE
    )
    digest = hashlib.sha256(content).hexdigest()
    return Part("file", name, license=license_, sha256=digest)


def _list_needs(facts: Message) -> Iterator[Part]:
    """Each package once; those that only extras have are optional."""
    needs: dict[str, list[Requirement]] = {}
    for text in facts.get_all("Requires-Dist", []):
        need = Requirement(text)
        if need.name != facts["Name"]:
            needs.setdefault(need.name, []).append(need)
    for name, found in sorted(needs.items()):
        yield Part(
            "library",
            name,
            purl=f"pkg:pypi/{name.lower()}",
            requires=" or ".join(sorted({str(need.specifier) for need in found})),
            is_optional=all("extra" in str(need.marker) for need in found),
        )


def main() -> None:
    """Write the bill of a wheel to a file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    write_whole(bill_of_wheel(options.wheel), options.output)


if __name__ == "__main__":
    main()
