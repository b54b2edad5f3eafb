import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.command import tinycnn


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of three times as many dogs as cats, in photos of any shape."""
    for name, count in (("cat", 5), ("dog", 15)):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(count):
            image = Image.new("RGB", (30, 20 + number), (200, 0, 0))
            image.save(tmp_path / "photos" / name / f"{number}.jpg")
    return tmp_path / "photos"


def test_data_sets_are_listed(tmp_path: Path) -> None:
    """Each with what it holds and whether it has to be downloaded."""
    done = tinycnn("datasets", cwd=tmp_path)
    as_json = json.loads(tinycnn("datasets", "--json", cwd=tmp_path).stdout)

    assert done.returncode == 0, done.stderr
    assert "1,797 handwritten digits, 8x8x1, 10 classes" in done.stdout
    assert list(as_json) == ["cifar10", "digits", "fashion-mnist", "mnist"]
    assert as_json["digits"]["download_bytes"] == 0


def test_classes_are_counted_and_drawn(photos: Path, tmp_path: Path) -> None:
    """A row a class, and a picture; classes of unlike sizes are pointed out."""
    options = ("--image-size", "16", "--channels", "3", "--fit", "pad")
    done = tinycnn("datasets", "show", "photos", *options, "-o", "a.png", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()[1:]]
    assert rows[:4] == [
        ["class", "train", "validation", "test"],
        ["cat", "3", "1", "1"],
        ["dog", "11", "1", "3"],
        ["all", "14", "2", "4"],
    ]
    assert "unbalanced: consider class_weights = true in [training]" in done.stdout
    sheet = np.asarray(Image.open(tmp_path / "a.png"))
    assert (sheet == (0, 0, 0)).all(axis=2).any()  # padded with black


def test_a_path_may_be_relative_to_the_data_folder(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To see it, and for a new project, which then names it for every folder."""
    (tmp_path / "work").mkdir()
    monkeypatch.setenv("TINYCNN_DATA", str(tmp_path))
    seen = tinycnn("datasets", "show", "photos", "--json", cwd=tmp_path / "work")
    made = tinycnn("init", "pets", "--dataset", "photos", cwd=tmp_path / "work")

    assert list(json.loads(seen.stdout)["classes"]) == ["cat", "dog"]
    assert made.returncode == 0, made.stderr
    text = (tmp_path / "work" / "pets" / "tinycnn.toml").read_text("utf-8")
    assert f'path = "{photos.resolve().as_posix()}"' in text


def test_counts_as_json(tmp_path: Path) -> None:
    """The splits of the digits, and the shape of their images."""
    done = tinycnn("datasets", "show", "digits", "--json", cwd=tmp_path)
    found = json.loads(done.stdout)

    assert found["image_shape"] == [8, 8, 1]
    assert sum(sum(row.values()) for row in found["classes"].values()) == 1_797


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("mnits",), 2, "error: data set 'mnits': not known, and no such path"),
        (("digits", "--image-size", "9"), 3, "image_size: expected 8, got 9"),
        (("digits", "--image-size", "3"), 2, "3 is not in the range 4<=x<=512"),
        (("digits", "-o", "no/a.png"), 3, "error: no/a.png: No such file"),
        (("digits", "--image-size", "8x9"), 3, "image_size: expected 8, got [8, 9]"),
        (("photos/cat",), 3, "expected class folders, or names of files that say"),
    ],
)
def test_errors_are_one_line(
    photos: Path, arguments: tuple[str, ...], code: int, message: str, tmp_path: Path
) -> None:
    """No traceback, and the exit code tells usage from files."""
    done = tinycnn("datasets", "show", *arguments, cwd=tmp_path)

    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_what_was_understood_is_said_below_the_counts(tmp_path: Path) -> None:
    """Of an archive whose layout, values and labels are all unusual."""
    rng = np.random.Generator(np.random.PCG64(1))
    images = rng.random((40, 3, 8, 8), np.float32)
    images[0] = 1
    np.savez(tmp_path / "odd.npz", images=images, labels=1 + np.arange(40) % 2)

    done = tinycnn("datasets", "show", "odd.npz", cwd=tmp_path)
    notes = json.loads(
        tinycnn("datasets", "show", "odd.npz", "--json", cwd=tmp_path).stdout
    )["notes"]

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[4:] == [f"note: {note}" for note in notes]
    assert [note.partition(":")[2].split(":")[-1].strip() for note in notes] == [
        "",
        "(40, 3, 8, 8) is taken as channels before rows and columns",
        "1 is taken as white",
        "classes are named '1', '2'",
    ]


def test_bad_files_are_left_out_on_demand(photos: Path, tmp_path: Path) -> None:
    """By an option here, by a key in a project."""
    (photos / "cat" / "bad.jpg").write_bytes(b"no")

    refused = tinycnn("datasets", "show", "photos", cwd=tmp_path)
    done = tinycnn("datasets", "show", "photos", "--skip-bad", cwd=tmp_path)

    assert refused.returncode == 3
    assert "photos/cat/bad.jpg: not a readable PNG, JPEG" in refused.stderr
    assert "--skip-bad" in refused.stderr
    assert done.returncode == 0, done.stderr
    assert "1 of 21 images cannot be read (1 of 'cat'): cat/bad.jpg" in done.stdout


def test_a_new_project_has_what_its_pictures_have(photos: Path, tmp_path: Path) -> None:
    """What was understood is told and drawn; size and colour are chosen from it."""
    made = tinycnn("init", "pets", "--dataset", "photos", cwd=tmp_path)

    assert made.returncode == 0, made.stderr
    text = (tmp_path / "pets" / "tinycnn.toml").read_text("utf-8")
    assert "image_size = 24 " in text
    assert "channels = 3" in text
    assert "20 pictures of 30x20 to 30x34 pixels, in colour" in made.stdout
    assert "the network is given 24x24x3" in made.stdout
    assert "unbalanced: consider class_weights" in made.stdout
    with Image.open(tmp_path / "pets" / "images.png") as sheet:
        assert sheet.width > 500


def test_nothing_is_written_where_there_is_no_data_set(tmp_path: Path) -> None:
    """The reason is told at once, not by the build."""
    (tmp_path / "photos").mkdir()
    Image.new("RGB", (30, 20)).save(tmp_path / "photos" / "1.png")

    made = tinycnn("init", "pets", "--dataset", "photos", cwd=tmp_path)

    assert made.returncode == 3
    assert "expected class folders, or names of files that say the" in made.stderr
    assert not (tmp_path / "pets").exists()


def test_a_project_shows_its_data_as_it_reads_them(
    photos: Path, tmp_path: Path
) -> None:
    """With its settings and seed, which options can replace."""
    made = tinycnn("init", "pets", "--dataset", "photos", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    text = (tmp_path / "pets" / "tinycnn.toml").read_text("utf-8")
    (photos / "cat" / "bad.jpg").write_bytes(b"no")
    text = text.replace("skip_bad = false", "skip_bad = true")
    (tmp_path / "pets" / "tinycnn.toml").write_text(text, "utf-8")

    arguments = ("pets", "--image-size", "16", "--json")
    done = tinycnn("datasets", "show", *arguments, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["image_shape"][:2] == [16, 16]
    assert "1 of 21 images cannot be read" in found["notes"][0]
