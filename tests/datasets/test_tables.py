"""Tables of pictures and labels, as people have them, and what is wrong with some."""

from __future__ import annotations

from pathlib import Path

import pytest

from tinycnn.datasets.folder import survey_folder
from tinycnn.datasets.layout import FolderLayout
from tinycnn.errors import DatasetError


def _make(root: Path, *pictures: str, **tables: str) -> Path:
    for path in pictures:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"")
    for name, text in tables.items():
        (root / name.replace("__", "/")).with_suffix(".csv").write_text(text, "utf-8")
    return root


def _classes(layout: FolderLayout) -> dict[str, str]:
    return {
        "/".join((*file.folders, file.path.name)): layout.class_of(number)
        for number, file in enumerate(layout.files)
    }


FOUR = ("1.png", "2.png", "3.png", "4.png")
SAID = dict(zip(FOUR, ("ant", "bee", "ant", "bee"), strict=True))


@pytest.mark.parametrize(
    "text",
    [
        "file,label\n1.png,ant\n2.png,bee\n3.png,ant\n4.png,bee\n",
        "\ufefffilename;class\r\n1.png;ant\r\n2.png;bee\r\n3.png;ant\r\n4.png;bee\r\n",
        "id\tbreed\n1\tant\n2\tbee\n3\tant\n4\tbee\n",
        "1.png,ant\n2.png,bee\n3.png,ant\n4.png,bee",
        'n,path,class_id,class_name\n0,"a/1.png",0,ant\n1,2.png,1,bee\n'
        "2,./3.png,0,ant\n3,C:\\x\\4.png,1,bee",
        "file,ant,bee\n1.png,1,0\n2.png,0,1\n3.png,1,0\n4.png,0,1\n",
    ],
    ids=["comma", "semicolon", "without suffix", "no header", "columns", "one-hot"],
)
def test_a_table_says_the_classes(tmp_path: Path, text: str) -> None:
    """Whatever separates, and however columns and pictures are called."""
    layout = survey_folder(_make(tmp_path, *FOUR, labels=text))

    assert _classes(layout) == SAID
    assert layout.class_names == ("ant", "bee")
    assert layout.notes[0].startswith("labels.csv says the labels of 4 pictures")


def test_a_list_in_a_text_file_is_a_table(tmp_path: Path) -> None:
    """A path, a blank and a number, as many benchmarks have it; paths hold blanks."""
    _make(tmp_path, "a b/1.png", "a b/2.png")
    (tmp_path / "list.txt").write_text("a b/1.png 3\na b/2.png 7\n")

    assert _classes(survey_folder(tmp_path)) == {"a b/1.png": "3", "a b/2.png": "7"}


def test_splits_come_from_names_of_tables(tmp_path: Path) -> None:
    """Pictures of one name in two folders are told apart by them."""
    pictures = [f"{s}/{n}" for s in ("train", "test") for n in ("1.png", "2.png")]
    text = "image,label\n1.png,ant\n2.png,bee\n"

    layout = survey_folder(
        _make(tmp_path, *pictures, train_labels=text, test=text, readme="a,b\n1,2\n")
    )

    assert [f.folders[0] for f in layout.files] == ["test", "test", "train", "train"]
    assert layout.parts == (2, 2, 0, 0)


def test_splits_come_from_folders_and_columns(tmp_path: Path) -> None:
    """A table in each split's folder; or one table that says it."""
    text = "filename,ant,bee\n1.png,1,0\n2.png,0,1\n"
    pictures = [f"{s}/{n}" for s in ("train", "valid") for n in ("1.png", "2.png")]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    inside = survey_folder(
        _make(tmp_path / "a", *pictures, train___classes=text, valid___classes=text)
    )
    column = survey_folder(
        _make(
            tmp_path / "b",
            *FOUR,
            all="file,split,label\n1.png,train,ant\n2.png,train,bee\n"
            "3.png,test,ant\n4.png,test,bee\n",
        )
    )

    assert inside.parts == (0, 0, 1, 1)
    assert column.parts == (0, 0, 2, 2)


def test_labels_may_be_several_or_real(tmp_path: Path) -> None:
    """As those of arrays: rows of ones, and what a network is to compute."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    several = "file,red,round\n1.png,1,1\n2.png,0,1\n3.png,1,0\n4.png,0,0\n"
    real = "file,age\n1.png,1.5\n2.png,2\n3.png,3\n4.png,4\n"

    rows = survey_folder(_make(tmp_path / "a", *FOUR, t=several))
    ages = survey_folder(_make(tmp_path / "b", *FOUR, t=real))

    assert rows.class_names == ("red", "round")
    assert rows.labels == ([1, 1], [0, 1], [1, 0], [0, 0])
    assert ages.labels == ([1.5], [2.0], [3.0], [4.0])


def test_pictures_that_no_table_names_are_told(tmp_path: Path) -> None:
    """They are left out."""
    text = "file,label\n1.png,ant\n2.png,bee\n3.png,bee\n"

    layout = survey_folder(_make(tmp_path, *FOUR, labels=text))

    assert len(layout.files) == 3
    assert "not read: 1 pictures that no table names" in layout.notes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,label\n1.png,ant\n9.png,bee\n", "1 of 2 rows name no picture"),
        ("file,label\n1.png,ant\n1.png,bee\n", "expected one label, got 'ant'"),
        ("file,label\n1.png,ant\n2.png,\n", "line 3: expected a label"),
        ("file,label\n1.png,ant\n2.png\n", "line 3: expected 2 columns, got 1"),
        ("file,x,z\n1.png,1,2\n2.png,3,4\n", "a column of labels, got 'file', 'x'"),
        ("file,label\n1.png,ant\n2.png,ant\n", "expected 2 to 1,000 classes, got 1"),
        (
            "file,label,set\n1.png,ant,test\n2.png,bee,test\n",
            "train among them, got test",
        ),
    ],
)
def test_a_table_that_says_too_little_is_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    """One line names the table, the line in it and what was expected."""
    with pytest.raises(DatasetError) as caught:
        survey_folder(_make(tmp_path, *FOUR, labels=text))

    assert message in str(caught.value)
    assert str(tmp_path) in str(caught.value)
    assert caught.value.hint or "classes" in message


def test_the_table_that_counts_can_be_named(tmp_path: Path) -> None:
    """Two that differ are refused; the path of one is taken."""
    wrong = "file,label\n1.png,bee\n2.png,ant\n3.png,ant\n4.png,ant\n"
    right = "\n".join(f"{file},{label}" for file, label in SAID.items())
    _make(tmp_path, *FOUR, right=right, sample=wrong)

    with pytest.raises(DatasetError, match="expected one label") as caught:
        survey_folder(tmp_path)
    layout = survey_folder(tmp_path, tmp_path / "right.csv")

    assert "(right.csv, line 1)" in str(caught.value)
    assert "give the path of the table" in str(caught.value.hint)
    assert _classes(layout) == SAID


def test_a_table_without_pictures_is_refused(tmp_path: Path) -> None:
    """If it was asked for."""
    _make(tmp_path, *FOUR, other="a,b\n1,2\n")

    with pytest.raises(DatasetError, match="expected a table of pictures"):
        survey_folder(tmp_path, tmp_path / "other.csv")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("cat\ndog\n", {"0": "cat", "1": "dog"}),
        ("0 cat\n1 dog\n", {"0": "cat", "1": "dog"}),
        ("cat\n", {"0": "0", "1": "1"}),
    ],
)
def test_a_list_names_numbered_folders(
    tmp_path: Path, names: str, expected: dict[str, str]
) -> None:
    """`labels.txt`, a name a line; one that does not fit is told."""
    _make(tmp_path, "0/a.png", "1/b.png")
    (tmp_path / "labels.txt").write_text(names)

    layout = survey_folder(tmp_path)

    found = {f.folders[0]: layout.class_of(n) for n, f in enumerate(layout.files)}
    assert found == expected
    assert "labels.txt" in layout.notes[-1]


def test_a_list_orders_named_classes(tmp_path: Path) -> None:
    """So that outputs are in the order that other programs expect."""
    _make(tmp_path, "cat/a.png", "dog/b.png")
    (tmp_path / "classes.txt").write_text("dog\ncat\n")

    layout = survey_folder(tmp_path)

    assert layout.class_names == ("dog", "cat")
    assert layout.labels == (1, 0)


def test_lists_of_files_are_the_splits_of_class_folders(tmp_path: Path) -> None:
    """`meta/train.txt` beside `images/`, as Food-101 has it, without suffixes."""
    files = [f"images/{kind}/{kind}{n}.png" for kind in "ab" for n in range(4)]
    _make(tmp_path, *files)
    (tmp_path / "meta").mkdir()
    (tmp_path / "meta" / "train.txt").write_text("a/a0\na/a1\nb/b0\nb/b1\n")
    (tmp_path / "meta" / "test.txt").write_text("a/a2\nb/b2\n")

    layout = survey_folder(tmp_path)

    assert layout.class_names == ("a", "b")
    assert [f.path.name for f in layout.files if "2" in f.path.name] == [
        "a2.png",
        "b2.png",
    ]
    assert layout.parts == (0, 0, 2, 0, 0, 2)
    assert layout.notes[-1].endswith(
        "list the pictures of the splits; not read: 2 others"
    )


def test_a_picture_in_two_lists_is_refused(tmp_path: Path) -> None:
    """A test on what was trained says nothing."""
    _make(tmp_path, "a/1.png", "b/2.png")
    (tmp_path / "train.txt").write_text("a/1.png\nb/2.png\n")
    (tmp_path / "test.txt").write_text("b/2.png\n")

    with pytest.raises(DatasetError, match=r"2\.png, which is in another list, too"):
        survey_folder(tmp_path)


def test_the_form_of_a_contest_is_no_table(tmp_path: Path) -> None:
    """Its labels are made up."""
    text = "id,label\n1,ant\n2,bee\n"
    form = "id,label\n3,ant\n4,ant\n"

    layout = survey_folder(_make(tmp_path, *FOUR, train=text, sample_submission=form))

    assert _classes(layout) == {"1.png": "ant", "2.png": "bee"}
