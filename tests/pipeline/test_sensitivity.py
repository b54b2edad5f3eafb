"""What was measured of weights is known as long as they are the same."""

from __future__ import annotations

from pathlib import Path

from tests.pipeline.pretend import pretend_project
from tinycnn.artifacts import Sensitivities
from tinycnn.pipeline.sensitivity import (
    analyze_sensitivity,
    digest_of,
    known_sensitivity,
)
from tinycnn.tasks import Sensitivity


def test_what_is_known_is_not_measured_again(tmp_path: Path) -> None:
    """Other weights, a broken file, none: nothing is known."""
    workspace = pretend_project(tmp_path)
    build, dataset = workspace.build, workspace.dataset
    assert known_sensitivity(build, dataset) is None
    cases = (Sensitivity("nothing", 0, 0.5, 0.75), Sensitivity("all", 9, 0.6, 0.5))
    build.sensitivity.write(Sensitivities("another", 8, cases))
    assert known_sensitivity(build, dataset) is None
    build.sensitivity.write(Sensitivities(digest_of(build, dataset), 8, cases))
    found = known_sensitivity(build, dataset)
    assert found is not None
    assert found.cases == cases
    assert analyze_sensitivity(workspace) == found  # no weights that could be loaded
    build.twin_weights.write_bytes(b"others")
    assert known_sensitivity(build, dataset) is None
