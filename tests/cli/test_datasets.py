import json

import numpy as np
import pytest
from PIL import Image

from tests.cli.command import tinycnn


@pytest.fixture
def photos(tmp_path):
    """A folder of three times as many dogs as cats, in photos of any shape."""
    for name, count in (("cat", 5), ("dog", 15)):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(count):
            image = Image.new("RGB", (30, 20 + number), (200, 0, 0))
            image.save(tmp_path / "photos" / name / f"{number}.jpg")
    return tmp_path / "photos"


def test_data_sets_are_listed(tmp_path):
    """Each with what it holds and whether it has to be downloaded."""
    done = tinycnn("datasets", cwd=tmp_path)
    as_json = json.loads(tinycnn("datasets", "--json", cwd=tmp_path).stdout)

    assert done.returncode == 0, done.stderr
    assert "1,797 handwritten digits, 8x8x1, 10 classes" in done.stdout
    assert list(as_json) == ["cifar10", "digits", "fashion-mnist", "mnist"]
    assert as_json["digits"]["download_bytes"] == 0


def test_classes_are_counted_and_drawn(photos, tmp_path):
    """A row a class, and a picture; classes of unlike sizes are pointed out."""
    options = ("--image-size", "16", "--channels", "3", "--fit", "pad")
    done = tinycnn("datasets", "show", "photos", *options, "-o", "a.png", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert rows[:4] == [
        ["class", "train", "validation", "test"],
        ["cat", "3", "1", "1"],
        ["dog", "11", "1", "3"],
        ["all", "14", "2", "4"],
    ]
    assert "unbalanced: consider class_weights = true in [training]" in done.stdout
    sheet = np.asarray(Image.open(tmp_path / "a.png"))
    assert (sheet == (0, 0, 0)).all(axis=2).any()  # padded with black


def test_a_path_may_be_relative_to_the_data_folder(photos, tmp_path, monkeypatch):
    """To see it, and for a new project, which then names it for every folder."""
    (tmp_path / "work").mkdir()
    monkeypatch.setenv("TINYCNN_DATA", str(tmp_path))
    seen = tinycnn("datasets", "show", "photos", "--json", cwd=tmp_path / "work")
    made = tinycnn("init", "pets", "--dataset", "photos", cwd=tmp_path / "work")

    assert list(json.loads(seen.stdout)["classes"]) == ["cat", "dog"]
    assert made.returncode == 0, made.stderr
    text = (tmp_path / "work" / "pets" / "tinycnn.toml").read_text("utf-8")
    assert f'path = "{photos.resolve().as_posix()}"' in text


def test_counts_as_json(tmp_path):
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
        (("photos/cat",), 3, "expected 2 to 1,000 class folders, got 0"),
    ],
)
def test_errors_are_one_line(photos, arguments, code, message, tmp_path):
    """No traceback, and the exit code tells usage from files."""
    done = tinycnn("datasets", "show", *arguments, cwd=tmp_path)

    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
