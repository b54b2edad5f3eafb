"""`tinycnn validate --evidence --junit --summary`, and its `--replay`."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from tests.cli.command import tinycnn
from tests.device.fake_board import Line, served
from tests.evidence.recorded import read_members
from tests.harness.mistaken import (
    SHAPE,
    Rows,
    make_pictures,
    picture_model,
    run_reference,
)
from tests.harness.mistaken_board import MistakenBoard
from tinycnn.evidence import replay
from tinycnn.reference import load_reference
from tinycnn.workbench import diagnosis, evidence, file

OUT = ("--evidence", "out/run.zip", "--junit", "out/j.xml", "--summary", "out/s.md")


def run_here(model: bytes, rows: Rows, *, reference: str) -> Rows:
    """What a reference answers, without a process of its own."""
    return run_reference(model, reference, rows)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The model and pictures for it; references run within this process."""
    (tmp_path / "net.tflite").write_bytes(picture_model())
    np.save(tmp_path / "pictures.npy", make_pictures(24).reshape(24, *SHAPE))
    for module in (file, replay):
        monkeypatch.setattr(module, "load_isolated_reference", load_reference)
    for module in (diagnosis, replay):
        monkeypatch.setattr(module, "run_isolated", run_here)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    return tmp_path


def validate(folder: Path, *more: str, board: MistakenBoard | None = None) -> str:
    """What the command prints of a board."""
    with served(Line(board or MistakenBoard())) as url:
        done = tinycnn(
            *("validate", "net.tflite", "--port", url, "--no-reset"),
            *("--inputs", "pictures.npy", *more),
            cwd=folder,
        )
    assert done.returncode == (0 if "PASS" in done.stdout else 1), done.stderr
    return done.stdout


def wrong(row: Rows, runs: int) -> Rows:
    """Every third answer is another one."""
    answer = MistakenBoard().compute(row, runs)
    return answer ^ np.int8(runs % 3 == 0)


@pytest.mark.parametrize("compute", [None, wrong])
def test_a_replay_is_the_run_again(folder: Path, compute: object) -> None:
    """The same lines, the same exit code, the same JSON; without model and board."""
    board = MistakenBoard(compute=wrong) if compute else MistakenBoard()
    printed = validate(folder, *OUT, board=board)
    (folder / "out/run.zip").rename(folder / "run.zip")
    (folder / "net.tflite").unlink()

    done = tinycnn("validate", "--replay", "run.zip", cwd=folder)
    as_json = tinycnn("validate", "--replay", "run.zip", "--json", cwd=folder)

    assert done.returncode == as_json.returncode == (1 if compute else 0), done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["replay", "running"]
    assert [line for line in lines[1:] if line not in printed.splitlines()] == []
    found, stored = (
        json.loads(text)
        for text in (as_json.stdout, read_members(folder / "run.zip")["results.json"])
    )
    for value in (found, stored):
        del value["seconds"], value["images_per_second"]
    assert found == stored


@pytest.mark.parametrize("needed", [0.5, 0.9])
def test_a_replay_passes_where_the_run_did(folder: Path, needed: float) -> None:
    """A third of the answers is wrong: enough are right, or not."""
    rule = ("--agreement", str(needed), "--confidence", "0.8", "--order", "random")
    with served(Line(MistakenBoard(compute=wrong))) as url:
        done = tinycnn(
            *("validate", "net.tflite", "--port", url, "--inputs", "pictures.npy"),
            *rule,
            *OUT,
            cwd=folder,
        )
    again = tinycnn("validate", "--replay", "out/run.zip", cwd=folder)

    assert done.returncode == (0 if needed == 0.5 else 1), done.stdout + done.stderr
    assert again.returncode == done.returncode, again.stderr
    predicate = json.loads(read_members(folder / "out/run.zip")["predicate.json"])
    assert predicate["result"] == ("PASSED" if needed == 0.5 else "FAILED")


def test_a_build_server_gets_what_it_reads(folder: Path) -> None:
    """JUnit and a table, in folders that were not there."""
    printed = validate(folder, *OUT, board=MistakenBoard(compute=wrong))
    case, sound = ET.parse(folder / "out/j.xml").getroot()
    table = (folder / "out/s.md").read_text("utf-8")
    size = (folder / "out/run.zip").stat().st_size

    assert case.find("failure").get("message").startswith("8 of 24 images differ")
    assert sound.get("name") == "the device is sound"
    assert sound.find("failure") is None
    assert table.startswith("### ❌ net: 8 of 24 outputs differ from the reference")
    assert f"evidence: out/run.zip ({size:,} bytes)" in printed


def test_a_jobs_page_is_added_to(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What earlier commands of the same job wrote stays; a file of one's own is new."""
    page = folder / "page.md"
    page.write_text("# Before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    validate(folder)
    validate(folder)
    validate(folder, "--summary", "own.md")
    validate(folder, "--summary", "own.md")

    assert page.read_text("utf-8").startswith("# Before\n### ✅ net: ")
    assert page.read_text("utf-8").count("### ✅ net: ") == 2
    assert (folder / "own.md").read_text("utf-8").count("### ✅ net: ") == 1


def test_inputs_that_are_too_many_are_taken_from_beside(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only their digest is in the archive."""
    monkeypatch.setattr(evidence, "MOST_INPUT_BYTES", 100)
    validate(folder, *OUT)
    arguments = ("validate", "--replay", "out/run.zip")
    alone = tinycnn(*arguments, cwd=folder)
    beside = tinycnn(*arguments, "net.tflite", "--inputs", "pictures.npy", cwd=folder)

    assert "inputs.npy" not in read_members(folder / "out/run.zip")
    assert alone.returncode == 3
    assert alone.stderr == (
        "error: out/run.zip: inputs.npy: left out of the archive, as they were too "
        "many\nhint: name the project, or the model and its --inputs, too\n"
    )
    assert beside.returncode == 0, beside.stderr
    assert "PASS: 24 of 24 images equal" in beside.stdout


def test_a_run_that_broke_off_is_evidence_of_a_part(folder: Path) -> None:
    """It is kept; its replay says how far it came, and does not pass."""
    dying = MistakenBoard()

    def compute(row: Rows, runs: int) -> Rows:
        if runs == 7:
            dying.compute = lambda row, runs: np.zeros((1, 99), np.int8)
        return MistakenBoard().compute(row, runs)

    dying.compute = compute
    with served(Line(dying)) as url:
        done = tinycnn(
            *("validate", "net.tflite", "--port", url, "--inputs", "pictures.npy"),
            *OUT,
            cwd=folder,
        )
    assert done.returncode == 3, done.stdout
    again = tinycnn("validate", "--replay", "out/run.zip", cwd=folder)

    assert again.returncode == 3
    assert "STOPPED: " in again.stdout
    assert " of 24 images: image " in again.stdout
    members = read_members(folder / "out/run.zip")
    assert json.loads(members["predicate.json"])["result"] == "WARNED"


def test_what_cannot_be_written_does_not_hide_the_verdict(folder: Path) -> None:
    """The archive is named, and why, not that it is missing."""
    with served(Line(MistakenBoard())) as url:
        done = tinycnn(
            *("validate", "net.tflite", "--port", url, "--inputs", "pictures.npy"),
            *("--evidence", "net.tflite/run.zip"),
            cwd=folder,
        )

    assert (done.returncode, "PASS: 24 of 24" in done.stdout) == (3, True)
    assert done.stderr.startswith("error: net.tflite/run.zip: cannot be written: ")
    assert "evidence: " not in done.stdout


@pytest.mark.parametrize("what", ["--frames", "--replay"])
def test_what_writes_nothing_says_so(folder: Path, what: str) -> None:
    """Instead of leaving a file out in silence."""
    (folder / "tinycnn.toml").write_text("")
    more = ["--frames"] if what == "--frames" else ["--replay", "run.zip"]
    done = tinycnn("validate", ".", *more, "--junit", "j.xml", cwd=folder)

    assert done.returncode == 2
    assert f"{what} writes no evidence, JUnit or summary" in done.stderr


@pytest.mark.parametrize("name", ["none.zip", "net.tflite", "."])
def test_what_is_no_archive_is_one_line(folder: Path, name: str) -> None:
    """Whether it is there or not."""
    done = tinycnn("validate", "--replay", name, cwd=folder)

    assert done.returncode in (2, 3)
    assert done.stderr.count("\n") <= 4
    assert name in done.stderr


def rounding_otherwise(row: Rows, runs: int) -> Rows:
    """Firmware from elsewhere, which nobody promised to round as the reference."""
    return run_reference(picture_model(), "litert-optimized", row)


def test_what_is_forgiven_is_forgiven_again(folder: Path) -> None:
    """Another reference's rounding passes, unless strictly; and so does its archive."""
    np.save(folder / "pictures.npy", make_pictures(200).reshape(200, *SHAPE))
    board = MistakenBoard(compute=rounding_otherwise)
    codes = {}
    for more in ((), ("--strict",)):
        with served(Line(board)) as url:
            live = tinycnn(
                *("validate", "net.tflite", "--port", url, "--inputs", "pictures.npy"),
                *("--fresh", *OUT, *more),
                cwd=folder,
            )
        archive = ("validate", "--replay", "out/run.zip")
        again = tinycnn(*archive, cwd=folder)
        strictly = tinycnn(*archive, "--strict", cwd=folder)
        codes[more] = [done.returncode for done in (live, again, strictly)]
        said = [done.stdout.splitlines() for done in (live, again, strictly)]
        words = [next(w for w in lines if " of 200 images" in w) for lines in said]
        wanted = "FAIL" if more else "EXPLAINED"
        assert [word.partition(":")[0] for word in words] == [wanted, wanted, "FAIL"]

    assert codes == {(): [0, 0, 1], ("--strict",): [1, 1, 1]}
