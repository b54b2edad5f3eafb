"""A run's log: what a kill leaves of it is gone on with, damage is never judged."""

from __future__ import annotations

import json
import random
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from tinycnn.device import Inference
from tinycnn.errors import ProjectError, TinycnnError
from tinycnn.harness import Resume, RunKey, RunLog

KEY = RunKey(
    tinycnn="1",
    model_sha256="ab" * 32,
    reference="litert 2",
    firmware="tinycnn 1",
    board="nano33ble",
    dataset_sha256="cd" * 32,
    order="random",
    seed=3,
    images=5,
)


def answer(index: int) -> Inference:
    """What a device makes of an image."""
    output = np.array([index, -128, 127], np.int8)
    return Inference(0, output, 100 + index, 2**40 + index, "0102030405060708")


def write(path: Path, *indices: int, key: RunKey = KEY) -> None:
    """Go on with a run by these images."""
    with RunLog(path, key) as log:
        for index in indices:
            log.append(index, answer(index), seconds=index / 4)


def told(path: Path, key: RunKey = KEY) -> tuple[list[int], list[str]]:
    """The images that are known of a run, and what is said of the log."""
    with RunLog(path, key) as log:
        return list(log.answers), log.notes


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the log is."""
    return tmp_path / "run.jsonl"


def test_a_run_goes_on_where_it_was(path: Path) -> None:
    """With every answer as it came, and the time that it took."""
    write(path, 4, 0)
    write(path, 2)
    with RunLog(path, KEY, resume="always") as log:
        assert log.notes == ["goes on after 3 of 5 images; --fresh starts anew"]
        assert list(log.answers) == [4, 0, 2]
        assert log.seconds == 1.0
        for index, found in log.answers.items():
            wanted = answer(index)
            assert np.array_equal(found.output, wanted.output)
            assert (found.cycles, found.micros) == (wanted.cycles, wanted.micros)
            assert found.board_id == wanted.board_id


def test_what_a_rounded_answer_leaves_open_is_kept(path: Path) -> None:
    """Else it would be taken for exact when the run goes on."""
    slack = np.array([0, 2, 255], np.uint8)
    with RunLog(path, KEY) as log:
        log.append(0, replace(answer(0), slack=slack), seconds=0)
        log.append(1, answer(1), seconds=0)
    with RunLog(path, KEY) as log:
        known = log.answers[0].slack
        assert known is not None
        assert known.tolist() == slack.tolist()
        assert log.answers[1].slack is None


def test_every_record_says_what_it_belongs_to(path: Path) -> None:
    """As JSON that needs no other line."""
    write(path, 1, 0)
    for line in path.read_text().splitlines():
        record = json.loads(line)
        assert {name: record[name] for name in asdict(KEY)} == asdict(KEY)
        index = record["index"]
        assert record["output"] == f"{index:02x}807f"
        assert record["board_id"] == "0102030405060708"


def test_a_run_that_came_to_its_verdict_is_over(path: Path) -> None:
    """The next one starts anew, in an empty log."""
    write(path, 0, 1, 2, 3, 4)
    with RunLog(path, KEY) as log:
        log.finish()
    with pytest.raises(ProjectError, match=r"run\.jsonl: no run that broke off$"):
        RunLog(path, KEY, resume="always")

    assert told(path) == ([], [])
    assert path.read_bytes() == b""


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"tinycnn": "2"}, "tinycnn version 2, got 1"),
        ({"model_sha256": "ee"}, f"model SHA-256 ee, got {'ab' * 6}"),
        ({"reference": "tflm"}, "reference tflm, got litert 2"),
        ({"firmware": "else"}, "firmware else, got tinycnn 1"),
        ({"board": "host"}, "board host, got nano33ble"),
        ({"dataset_sha256": "ee"}, f"data set SHA-256 ee, got {'cd' * 6}"),
        ({"order": "risk"}, "order risk, got random"),
        ({"seed": None}, "seed None, got 3"),
        ({"images": 3}, "number of images 3, got 5"),
    ],
)
def test_another_run_is_not_gone_on_with(
    path: Path, change: dict[str, str], named: str
) -> None:
    """What differs is named: an error for who insists, else a word."""
    write(path, 0, 1)
    other = replace(KEY, **change)  # type: ignore[arg-type]
    with pytest.raises(ProjectError) as caught:
        RunLog(path, other, resume="always")
    assert str(caught.value).endswith(f"cannot resume the run there: expected {named}")
    assert told(path)[0] == [0, 1]

    notes = [f"starts anew: of the run that broke off, expected {named}"]
    assert told(path, other) == ([], notes)


def test_runs_on_other_boards_do_not_lose_each_other(path: Path) -> None:
    """A quick one on the host leaves what a slow board has answered."""
    host = replace(KEY, board="host", images=2)
    write(path, 0, 1, 2)
    with RunLog(path, host) as log:
        log.append(7, answer(7), seconds=0)
        log.append(8, answer(8), seconds=0)
        log.finish()
    write(path, 3)
    assert told(path)[0] == [0, 1, 2, 3]

    with RunLog(path, KEY) as log:
        log.finish()
    assert told(path, host) == ([], [])
    assert path.read_bytes() == b""


def test_a_run_of_more_images_goes_on_with_one_of_less(path: Path) -> None:
    """Where the order of both begins alike; then it is a run of its own."""
    write(path, 4, 0)
    more = replace(KEY, images=9)

    known, notes = told(path, more)
    write(path, 7, key=more)

    assert known == [4, 0]
    assert notes == ["goes on after 2 of 9 images; --fresh starts anew"]
    assert told(path, more)[0] == [4, 0, 7]
    assert told(path)[0] == [4, 0]
    with RunLog(path, more, resume="always") as log:
        assert log.seconds == 7 / 4
    assert answer_of(path, more, 4) == answer(4).output.tolist()


def answer_of(path: Path, key: RunKey, index: int) -> list[int]:
    """What is known of an image."""
    with RunLog(path, key) as log:
        return list(log.answers[index].output)


@pytest.mark.parametrize(
    "change", [{"images": 3}, {"order": "risk", "images": 9}, {"images": 9, "seed": 4}]
)
def test_a_run_of_other_images_does_not_go_on(
    path: Path, change: dict[str, Any]
) -> None:
    """Fewer, in an order that begins otherwise, or chosen by another chance."""
    first = replace(KEY, order=str(change.get("order", "random")))
    write(path, 4, 0, key=first)

    known, notes = told(path, replace(first, **change))

    assert known == []
    assert notes[0].startswith("starts anew: of the run that broke off, expected")


def test_starting_anew_gives_up_only_the_same_run(path: Path) -> None:
    """Another board's stays."""
    host = replace(KEY, board="host")
    write(path, 0, 1, key=host)
    write(path, 2)
    with RunLog(path, KEY, resume="never") as log:
        assert (log.answers, log.notes) == ({}, [])
    assert told(path)[0] == []
    assert told(path, host)[0] == [0, 1]


def test_a_log_is_not_torn_at_any_byte(path: Path) -> None:
    """At every truncation: what is whole is known; then append and read again."""
    write(path, 3, 1)
    whole = path.read_bytes()
    for size in range(len(whole) + 1):
        path.write_bytes(whole[:size])
        known = [3, 1][: whole[:size].count(b"\n")]
        with RunLog(path, KEY) as log:
            assert list(log.answers) == known
            assert len(log.notes) == bool(known)  # a torn tail is not worth a word
            log.append(4, answer(4), seconds=9)
        assert told(path)[0] == [*known, 4]


@pytest.mark.parametrize("seed", range(60))
def test_damage_is_left_out_and_told(path: Path, seed: int) -> None:
    """Whatever became of lines in the middle, no other answer comes of it."""
    chance = random.Random(seed)
    write(path, *range(5))
    lines = path.read_bytes().splitlines()
    damaged = sorted(chance.sample(range(4), chance.randint(1, 2)))
    for number in damaged:
        line = bytearray(lines[number])
        place = chance.randrange(len(line))
        way = chance.randrange(4)
        if way == 0:
            line[place] ^= 1 << chance.randrange(8)
        elif way == 1:
            line[place:] = b""
        elif way == 2:
            line[:] = bytes(len(line))
        else:
            line[place:place] = lines[(number + 1) % 5]
        lines[number] = bytes(line).replace(b"\n", b"?") or b"{}"
    path.write_bytes(b"\n".join(lines) + b"\n")
    whole = path.read_bytes()
    with RunLog(path, KEY) as log:
        assert list(log.answers) == [n for n in range(5) if n not in damaged]
        assert all(np.array_equal(a.output, answer(i).output)
                   for i, a in log.answers.items())  # fmt: skip
        named = ", ".join(str(number + 1) for number in damaged)
        assert log.notes[0] == f"{path}: damaged, and left out: line {named}"
    assert path.read_bytes() == whole


@pytest.mark.parametrize("content", [b"my notes\n", b"my notes", b"{}\n[]\n", b"\n"])
def test_what_is_no_log_is_not_touched(path: Path, content: bytes) -> None:
    """A file that was named by mistake."""
    path.write_bytes(content)
    for resume in get_args(Resume):
        with pytest.raises(ProjectError, match=r"run\.jsonl: expected the log of"):
            RunLog(path, KEY, resume=resume)

    assert path.read_bytes() == content


def test_a_log_of_another_form_names_its_writer(path: Path) -> None:
    """As a later version may write it."""
    path.write_bytes(b'{"tinycnn":"9.0.0","form":2,"crc32":"00000000"}\n')

    with pytest.raises(ProjectError, match=r"a validation, got that of tinycnn 9"):
        RunLog(path, KEY)


def test_a_power_cut_before_the_first_line_leaves_no_run(path: Path) -> None:
    """Some disks leave zeros."""
    path.write_bytes(bytes(300))
    assert told(path) == ([], [])


def test_a_second_writer_is_refused(path: Path) -> None:
    """And does no harm."""
    with RunLog(path, KEY) as log:
        log.append(0, answer(0), seconds=0)
        with pytest.raises(TinycnnError, match="in use by another process"):
            RunLog(path, KEY)
    assert told(path)[0] == [0]


def test_a_large_log_starts_anew(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else runs that nobody goes on with would keep all that follow."""
    monkeypatch.setattr("tinycnn.harness.run_log._MOST_BYTES", 1_000)
    write(path, 0, 1, 2, 3)
    host = replace(KEY, board="host")
    write(path, 0, key=host)

    assert told(path, host)[0] == [0]
    assert told(path)[0] == []
