"""What an install may take: bounded in pyproject.toml, pinned by digest in the lock."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements/dev.lock").read_text("utf-8")
# Its release number is the day on which it was made.
WITHOUT_MAJOR = {"packaging", "tflite-micro"}
PYTHONS = ("3.10", "3.11", "3.12", "3.13")
PLATFORMS = (
    {"sys_platform": "linux", "platform_machine": "x86_64"},
    {"sys_platform": "linux", "platform_machine": "aarch64"},
    {"sys_platform": "darwin", "platform_machine": "arm64"},
    {"sys_platform": "win32", "platform_machine": "AMD64"},
)


def list_requirements() -> list[Requirement]:
    """All of `pyproject.toml`, those of extras and of the build too."""
    found = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project = found["project"]
    texts = [*found["build-system"]["requires"], *project["dependencies"]]
    for extra in project["optional-dependencies"].values():
        texts += extra
    requirements = map(Requirement, texts)
    return [found for found in requirements if found.name != "tinycnn"]


def list_locked() -> list[tuple[Requirement, list[str]]]:
    """Each entry of the lock, with the digests of its files."""
    entries = re.split(r"\n(?=\S)", LOCK.replace("\\\n", ""))
    found = []
    for entry in entries:
        if not entry.startswith("#"):
            text, *digests = re.split(r"\s+--hash=sha256:", entry.strip())
            found.append((Requirement(text), digests))
    return found


@pytest.mark.parametrize("requirement", list_requirements(), ids=str)
def test_the_next_major_release_is_not_taken_untried(requirement: Requirement) -> None:
    """Every package has an upper bound."""
    operators = {specifier.operator for specifier in requirement.specifier}

    bounded = operators & {"<", "<=", "==", "~="}
    assert bounded or requirement.name in WITHOUT_MAJOR


def test_every_locked_file_has_a_digest_and_no_place() -> None:
    """Whoever serves it, it is the same file."""
    for requirement, digests in list_locked():
        assert requirement.url is None
        assert [s.operator for s in requirement.specifier] == ["=="], requirement
        assert digests
        assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in digests)
    assert not re.search(r"://|index-url|find-links", LOCK)


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda p: p["sys_platform"])
def test_the_lock_has_what_is_required(platform: dict[str, str], python: str) -> None:
    """One version of each package within its bounds, on every system and Python."""
    where = {**platform, "python_version": python, "python_full_version": f"{python}.9"}
    where |= {"platform_python_implementation": "CPython", "extra": ""}
    locked: dict[str, str] = {}
    for entry, _ in list_locked():
        if entry.marker is None or entry.marker.evaluate(where):
            assert entry.name not in locked
            locked[entry.name] = next(iter(entry.specifier)).version

    for wanted in list_requirements():
        if wanted.marker is None or wanted.marker.evaluate(where):
            version = locked[canonicalize_name(wanted.name)]
            assert wanted.specifier.contains(version, prereleases=True), wanted
