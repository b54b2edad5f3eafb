"""`tinycnn validate` of a bare `.tflite` file, against the reference that is named."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import tinycnn
from tests.cli.test_compile import ZERO_POINT, sigmoid_model
from tests.conftest import require_module
from tests.device.fake_board import Line, StopServing, served
from tests.harness.mistaken import Rows, picture_model, run_reference
from tests.harness.mistaken_board import MistakenBoard
from tinycnn.device import patient
from tinycnn.reference import load_reference
from tinycnn.workbench import file

VALIDATE = ("validate", "net.tflite", "--device", "host", "--count", "2")


def test_the_reference_is_chosen(tmp_path: Path) -> None:
    """And named in what is found."""
    require_module("tflite_micro")
    (tmp_path / "net.tflite").write_bytes(sigmoid_model())
    done = tinycnn(*VALIDATE, "--json", cwd=tmp_path)
    refused = tinycnn(*VALIDATE, "--numerics", "tflm", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["reference"].startswith("ai-edge-litert ")
    assert refused.returncode == 3
    assert refused.stderr.startswith(
        f"error: net.tflite: tflite-micro refuses the model: {ZERO_POINT}"
    )
    assert refused.stderr.endswith(
        "hint: --numerics litert: its reference takes it (tried here)\n"
    )


def test_a_project_has_numerics_of_its_own(tmp_path: Path) -> None:
    """Those that its firmware was compiled for."""
    (tmp_path / "tinycnn.toml").write_text("")
    done = tinycnn("validate", ".", "--numerics", "tflm", cwd=tmp_path)

    assert done.returncode == 2
    assert "target.numerics in its tinycnn.toml" in done.stderr


class Cut(Line):
    """A cable that is pulled after so many replies."""

    left = 10

    def down(self, reply: bytes) -> Iterator[bytes]:
        """A reply, or the end."""
        self.left -= 1
        if self.left < 0:
            raise StopServing
        yield reply


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model; boards are not waited for, and the reference starts at once."""
    monkeypatch.setattr(patient, "WAIT_S", 0.0)
    monkeypatch.setattr(file, "load_isolated_reference", load_reference)
    (tmp_path / "net.tflite").write_bytes(picture_model())
    return tmp_path


def validate(folder: Path, line: Line, *more: str) -> tuple[int, list[str], list[str]]:
    """Exit code and lines of a validation of twelve images in their order."""
    with served(line) as url:
        done = tinycnn(
            *("validate", "net.tflite", "--port", url, "--count", "12"),
            *("--order", "given", "--log", "run.jsonl", *more),
            cwd=folder,
        )
    return done.returncode, done.stdout.splitlines(), done.stderr.splitlines()


def test_a_run_that_broke_off_goes_on(folder: Path) -> None:
    """It says where it is kept, and from where it goes on."""
    code, said, errors = validate(folder, Cut(MistakenBoard()))
    assert code == 3
    assert errors[0].startswith("error: image 7: port socket://")
    assert "board 0102030405060708 did not come back" in errors[0]
    assert errors[1].endswith("then run the command again")
    assert len(errors) == 2
    assert any(line.startswith("STOPPED: 7 of 7 images equal") for line in said)
    assert "log: run.jsonl; the same command goes on from there" in said
    assert any(line.endswith("reserved, not measured") for line in said)

    code, said, errors = validate(folder, Line(MistakenBoard()))
    assert (code, errors) == (0, [])
    assert "validate   goes on after 7 of 12 images; --fresh starts anew" in said
    assert any(line.startswith("PASS: 12 of 12 images equal") for line in said)


def test_what_differs_is_wrong_however_the_run_ends(folder: Path) -> None:
    """Exit code 1, of the run and of the replay of what it leaves."""

    def compute(row: Rows, runs: int) -> Rows:
        right = run_reference(picture_model(), "litert", row)
        return right if runs < 3 else right[:, ::-1].copy()

    board = MistakenBoard(compute=compute)
    code, said, errors = validate(folder, Cut(board), "--evidence", "run.zip")
    again = tinycnn("validate", "net.tflite", "--replay", "run.zip", cwd=folder)

    assert errors[0].startswith("error: image 7: port socket://")
    assert any("3 of 7 images equal" in line for line in said), said
    assert (code, again.returncode) == (1, 1), again.stderr


def test_there_must_be_something_to_resume(folder: Path) -> None:
    """If that is what was asked for."""
    code, _, errors = validate(folder, Line(MistakenBoard()), "--resume")

    assert code == 2
    assert errors == [
        "error: run.jsonl: no run that broke off",
        "hint: run it without --resume",
    ]


def test_a_file_that_is_no_log_is_left_alone(folder: Path) -> None:
    """Whoever named it by mistake keeps it."""
    (folder / "run.jsonl").write_text("notes")
    code, _, errors = validate(folder, Line(MistakenBoard()), "--fresh")

    assert (code, len(errors)) == (2, 2)
    assert errors[0].startswith("error: run.jsonl: expected the log of a validation")
    assert (folder / "run.jsonl").read_text() == "notes"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--resume",), "needs its --log"),
        (("--resume", "--fresh", "--log", "x"), "--resume or --fresh, got both"),
    ],
)
def test_options_that_contradict_each_other(
    folder: Path, options: tuple[str, ...], message: str
) -> None:
    """Are refused before anything is read."""
    done = tinycnn("validate", "net.tflite", *options, cwd=folder)

    assert done.returncode == 2
    assert message in done.stderr


def test_a_device_that_is_not_sound_has_not_passed(tmp_path: Path) -> None:
    """All outputs are right; the place is named, and the exit code is 1."""
    (tmp_path / "net.tflite").write_bytes(picture_model())
    with served(Line(MistakenBoard(dead_guards=2))) as url:
        done = tinycnn(
            *("validate", "net.tflite", "--count", "2", "--port", url), cwd=tmp_path
        )

    assert (done.returncode, done.stderr) == (1, "")
    assert "2 of 2 images equal" in done.stdout
    assert (
        "UNSOUND: guards: overwritten behind the arena, before the run" in done.stdout
    )


def test_health_is_asked_in_packets(tmp_path: Path) -> None:
    """Neither of raw frames nor in text."""
    (tmp_path / "tinycnn.toml").write_text("")
    frames = tinycnn("validate", ".", "--health", "--frames", cwd=tmp_path)
    text = tinycnn("validate", ".", "--health", "--dialect", "mlperf", cwd=tmp_path)

    assert (frames.returncode, text.returncode) == (2, 2)
    assert "--health is for images" in frames.stderr
    assert "--health needs packets" in text.stderr


@pytest.mark.emulated
def test_two_simulated_boards_share_the_images(tmp_path: Path) -> None:
    """Each image is done once, and the terminal says how many boards there were."""
    (tmp_path / "net.tflite").write_bytes(picture_model())
    command = ("validate", "net.tflite", "--device", "sim", "--count", "40")
    done = tinycnn(*command, "--boards", "2", "--json", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["images"], found["equal"]) == (40, 40)
    assert found["device"]["name"] == "2 x simulated nano33ble"
    # Each board says who it is before the first image and after the last.
    alone = 40 + 2 + 2
    assert found["counters"]["exchanges"] >= alone + 2
