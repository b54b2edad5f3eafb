"""A project goes to a hub and comes back, by the hub's own client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml

from tests.cli.command import Done, tinycnn, tinycnn_process
from tests.compiler.models import image_model
from tests.conftest import require_module
from tests.hub.server import TOKEN, Hub, serve_hub
from tests.observer import Log
from tests.pipeline.pretend import pretend_build
from tinycnn.hub import render_card
from tinycnn.pipeline import open_workspace
from tinycnn.pipeline.summary import gather_report
from tinycnn.project import load_project

TOML = """name = "net"
seed = 1
[dataset]
path = "images.npz"
[model]
build = "my_model.py:build"
[target]
board = "nano33ble"
"""


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub of this test's own, which the commands are told of."""
    require_module("huggingface_hub")
    with serve_hub() as served:
        monkeypatch.setenv("HF_ENDPOINT", served.url)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
        monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        yield served


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that was built."""
    folder = tmp_path / "net"
    folder.mkdir()
    (folder / "tinycnn.toml").write_text(TOML)
    (folder / "my_model.py").write_text("def build(): ...\n")
    images = np.random.default_rng(0).integers(0, 256, (40, 24, 32, 3), np.uint8)
    np.savez(folder / "images.npz", x=images, y=np.arange(40) % 4)
    pretend_build(folder, image_model(3))
    return folder


def run(*words: object, cwd: Path) -> Done:
    """A command in a process of its own: the client reads its settings once."""
    return tinycnn_process(*words, cwd=cwd)


def test_a_project_comes_back_as_it_went(
    hub: Hub, project: Path, tmp_path: Path
) -> None:
    """Its network to the byte, and its labels."""
    pushed = run("push", "net", "somebody/digits", cwd=tmp_path)
    data = project / "images.npz"
    pulled = run(
        *("pull", "somebody/digits", "-o", "back", "--data", data), cwd=tmp_path
    )

    assert pushed.returncode == 0, pushed.stderr
    lines = pushed.stdout.splitlines()
    assert lines[0] == "pushed README.md, labels.txt, model.tflite, tinycnn.toml"
    assert lines[1].startswith(f"{hub.url}/somebody/digits, revision ")
    assert pulled.returncode == 0, pulled.stderr
    assert "taken of somebody/digits" in pulled.stdout
    assert (tmp_path / "back/net.tflite").read_bytes() == image_model(3)
    labels = (tmp_path / "back/labels.txt").read_text().split()
    assert labels == ["0", "1", "2", "3"]
    assert run("analyze", "back", cwd=tmp_path).returncode == 0


def test_what_it_expects_of_a_pixel_comes_too(hub: Hub, tmp_path: Path) -> None:
    """Of the settings that tinycnn pushed; whoever asks for another has that."""
    toml = TOML.replace('build = "my_model.py:build"', 'file = "net.tflite"')
    toml = toml.replace("[target]", 'pixels = "-1..1"\n[target]')
    hub.repositories["a/b"] = {
        "net.tflite": image_model(1),
        "tinycnn.toml": toml.encode(),
    }

    for words, mean in (((), (0.5,)), (("--pixels", "0..1"), (0.0,))):
        folder = tmp_path / f"taken{len(words)}"
        done = run("pull", "a/b", "-o", folder, *words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert load_project(folder).model.input_scaling.mean == mean


def test_a_new_repository_may_be_private(
    hub: Hub, project: Path, tmp_path: Path
) -> None:
    """Where that is asked for."""
    done = run("push", "net", "somebody/secret", "--private", "--json", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert hub.private == {"somebody/secret"}
    assert '"files": [' in done.stdout


def test_the_card_has_the_numbers(project: Path) -> None:
    """For people in tables, for the hub in YAML."""
    workspace = open_workspace(project, observer=Log())
    report = gather_report(
        workspace.project, workspace.dataset, workspace.board, workspace.build
    )

    card = render_card(report, "somebody/digits")

    facts = yaml.safe_load(card.split("---\n")[1])
    assert facts["library_name"] == "tinycnn"
    assert "nano33ble" in facts["tags"]
    (result,) = facts["model-index"][0]["results"]
    assert 0 <= result["metrics"][0]["value"] <= 1
    for part in (
        "**Not yet validated on a device**",
        "| Flash | 50,000 bytes |",
        "| RAM | ",
        "| on Arduino Nano 33 BLE Sense | | |",
        "Images: 24 x 32 x 3. Classes, in order: 0, 1, 2, 3.",
        "tinycnn pull somebody/digits -o digits",
        report.model_sha256[:12],
    ):
        assert part in card, card


def test_a_network_of_several_is_chosen_by_name(hub: Hub, tmp_path: Path) -> None:
    """Else all are told."""
    hub.repositories["a/b"] = {
        "small.tflite": image_model(1),
        "large.tflite": image_model(3),
    }

    without = run("pull", "a/b", "-o", "taken", cwd=tmp_path)
    chosen = run("pull", "a/b", "-o", "taken", "--file", "large.tflite", cwd=tmp_path)

    assert without.stderr.splitlines() == [
        "error: a/b: expected one network, got 2",
        "hint: choose one by --file: large.tflite, small.tflite",
    ]
    assert chosen.returncode == 0, chosen.stderr
    assert (tmp_path / "taken/net.tflite").read_bytes() == image_model(3)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("pull", "a/none"), "a/none: the hub says 404: "),
        (("pull", "a/empty"), "a/empty: expected a network, got README.md"),
        (("pull", "a/b", "--file", "x.h5"), "a/b: expected 'x.h5', which is not there"),
        (("pull", "justaname"), "repository 'justaname': expected OWNER/NAME"),
    ],
)
def test_what_cannot_be_pulled_is_told_in_a_line(
    words: tuple[str, ...], told: str, hub: Hub, tmp_path: Path
) -> None:
    """And nothing is written."""
    hub.repositories["a/empty"] = {"README.md": b"# nothing"}
    hub.repositories["a/b"] = {"net.tflite": image_model(1)}

    done = run(*words, "-o", "taken", cwd=tmp_path)

    assert done.returncode in (2, 3)
    assert done.stderr.startswith(f"error: {told}")
    assert done.stderr.count("\n") == 2
    assert not (tmp_path / "taken").exists()


def test_a_token_that_is_none_is_told(
    hub: Hub, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With how to have one."""
    monkeypatch.setenv("HF_TOKEN", "hf_another")

    done = run("push", "net", "somebody/digits", cwd=tmp_path)

    assert done.returncode == 3
    assert done.stderr.startswith("error: somebody/digits: the hub says 401: ")
    assert "hint: log in by `hf auth login`, or set HF_TOKEN" in done.stderr
    assert not hub.repositories


def test_a_hub_that_is_away_is_told(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not as a fault of tinycnn."""
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")

    done = run("pull", "a/b", "-o", "taken", cwd=tmp_path)

    assert done.returncode == 3
    assert done.stderr.startswith("error: a/b: the hub cannot be reached or read: ")


def test_a_build_of_other_settings_is_not_pushed(
    hub: Hub, project: Path, tmp_path: Path
) -> None:
    """Its numbers would be another network's."""
    text = (project / "tinycnn.toml").read_text()
    (project / "tinycnn.toml").write_text(text.replace("nano33ble", "pico"))

    done = run("push", "net", "somebody/digits", cwd=tmp_path)

    assert done.returncode == 2
    assert "hint: run tinycnn build" in done.stderr
    assert not hub.repositories


def test_without_the_client_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what to install."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    done = tinycnn("pull", "a/b", "-o", "taken", cwd=tmp_path)

    assert done.returncode == 3
    assert done.stderr.splitlines() == [
        "error: hub: huggingface_hub is not installed",
        "hint: pip install 'tinycnn[hub]'",
    ]
