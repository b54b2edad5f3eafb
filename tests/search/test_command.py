"""`tinycnn search`: real networks, compiled and trained."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import tinycnn
from tests.search.conftest import Silent
from tinycnn.project import load_project
from tinycnn.project.editing import with_values
from tinycnn.search import Plan, Study, evaluate_here

pytestmark = pytest.mark.train
SEARCH = {"epochs": 1, "families": ["tiny_cnn", "ds_cnn"], "width": [0.2, 1.0]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose flash some networks exceed, searched in four trials."""
    home = tmp_path_factory.mktemp("searched")
    tinycnn("init", "demo", cwd=home)
    file = home / "demo/tinycnn.toml"
    changes: dict[str, dict[str, Any]] = {
        "search": SEARCH,
        "budgets": {"flash_bytes": 40_000},
    }
    file.write_text(with_values(file.read_text(), changes))
    done = tinycnn("search", "demo", "--trials", "4", "--json", cwd=home)
    assert done.returncode == 0, done.stderr
    (home / "told.json").write_text(done.stdout)
    return home


def test_networks_are_trained_or_told_why_not(folder: Path) -> None:
    """Each with its cost; a page is written."""
    told = json.loads((folder / "told.json").read_text())

    assert len(told["trials"]) == 4
    for trial in told["trials"]:
        over = trial["cost"]["flash_bytes"] > 40_000
        assert (trial["state"] == "over") == over
        assert bool(trial["curve"]) == (not over)
    assert set(told["front"]) <= {t["number"] for t in told["trials"]}
    assert told["front"]
    assert "</html>" in (folder / "demo/search/search.html").read_text()


def test_a_search_goes_on(folder: Path) -> None:
    """To more trials; those that are known stay."""
    done = tinycnn("search", "demo", "--trials", "5", cwd=folder)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("4 trials are known already\n")
    assert "\n5 trials: " in done.stdout
    assert "next: tinycnn init best --from-search " in done.stdout


def test_a_found_network_becomes_a_project(folder: Path) -> None:
    """Which costs what the search said."""
    told = json.loads((folder / "told.json").read_text())
    number = told["front"][0]
    trial = told["trials"][number]

    done = tinycnn(
        *("init", "best", "--from-search", number, "--in", "demo"), cwd=folder
    )
    needs = json.loads(tinycnn("analyze", "best", "--json", cwd=folder).stdout)

    assert done.returncode == 0, done.stderr
    assert load_project(folder / "best").model.name == trial["choice"]["family"]
    cost = trial["cost"]
    assert needs["macs"] == cost["macs"]
    assert needs["arena_bytes"] == cost["arena_bytes"]


def test_without_a_search_nothing_is_chosen(tmp_path: Path) -> None:
    """It says what begins one."""
    tinycnn("init", "demo", cwd=tmp_path)

    done = tinycnn("init", "best", "--from-search", "3", "--in", "demo", cwd=tmp_path)

    assert done.returncode == 2
    assert "study.log: no search yet\nhint: tinycnn search begins one" in done.stderr
    assert not (tmp_path / "best").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Ray has no Windows of its own")
def test_a_cluster_finds_the_same(folder: Path, tmp_path: Path) -> None:
    """Trial by trial, on workers of their own."""
    ray = pytest.importorskip("ray")
    from tinycnn.search.on_ray import evaluate_on_ray

    project = load_project(folder / "demo")
    plans = [Plan(folder / "demo", project, str(tmp_path / n), 3) for n in "ab"]
    found = []
    try:
        for plan, evaluate in zip(
            plans, (evaluate_here, evaluate_on_ray("ray")), strict=True
        ):
            study = Study(plan)
            study.run(evaluate, Silent())
            found.append([{**one.to_json(), "seconds": 0} for one in study.found()])
    finally:
        ray.shutdown()

    assert len(found[0]) == 3
    assert found[0] == found[1]
