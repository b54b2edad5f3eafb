"""The text dialect's firmware: what it answers to whole and to broken commands."""

from __future__ import annotations

import re
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import require_module
from tests.harness.c_build import C_TESTS, FIRMWARE, ZIG, Build, compile_c

Talk = Callable[[str | bytes], list[list[str]]]
CHECKED = ("-fsanitize=undefined", "-fsanitize-trap=undefined")


def talk_to(program: Path, said: str | bytes) -> list[list[str]]:
    """The answers after the banner: the lines of each, without m-ready."""
    data = said.encode() if isinstance(said, str) else said
    done = subprocess.run([program], input=data, capture_output=True, check=True)
    text = done.stdout.decode("ascii")
    assert "\n" not in text.replace("\r\n", "")
    *answers, rest = text.replace("\r\n\r\n", "\r\n").split("m-ready\r\n")
    assert rest == ""
    banner = answers[0].split("\r\n")
    assert banner[0] == "m-timestamp-mode-performance"
    assert re.fullmatch(r"m-lap-us-\d+", banner[1])
    assert banner[2:] == ["m-init-done", ""]
    return [answer.split("\r\n")[:-1] for answer in answers[1:]]


@pytest.fixture
def talk(build_host: Build) -> Talk:
    """Talks to the counting model, of four bytes: output = input + 1, then runs."""
    flags = ("-DTCNN_MLPERF_BYTES=4", "-DTCNN_MLPERF_PIXELS=false")
    program = build_host(*flags, *CHECKED)
    return lambda said: talk_to(program, said)


def test_an_image_is_loaded_run_and_answered(talk: Talk) -> None:
    """As the public runner asks: a load in parts, warm-ups, laps, results."""
    answers = talk("name%profile%db load 4%db 0102%db fF04%infer 3 2%results%")

    name, profile, load, part, last, infer, results = answers
    assert name == ["m-name-dut-[host]"]
    assert profile == [
        "m-profile-[ULPMark for tinyML Firmware V0.0.1]",
        "m-model-[counting]",
    ]
    assert (load, part, last) == (["m-[Expecting 4 bytes]"], [], ["m-load-done"])
    start, done, begun, lap, end, over, found = infer
    assert [start, done] == ["m-warmup-start-2", "m-warmup-done"]
    assert [begun, over] == ["m-infer-start-3", "m-infer-done"]
    assert all(re.fullmatch(r"m-lap-us-\d+", line) for line in (lap, end))
    assert found == "m-results-[2.000,3.000,0.000,5.000,5.000,0.000,0.000,0.000]"
    assert results == [found]


def test_bytes_prove_what_rounded_numbers_cannot(talk: Talk) -> None:
    """The outputs' bytes, and sums that tell a damaged line from a wrong answer."""
    raw = talk("db load 4%db 01020304%infer 1 0%raw%")[-1]

    output = bytes([2, 3, 4, 5, 1, 0, 0, 0])
    assert raw == [
        f"m-raw-[{output.hex()}]",
        f"m-raw-crc-[{zlib.crc32(output):08x}]",
        f"m-raw-loaded-[{zlib.crc32(bytes([1, 2, 3, 4])):08x}]",
        "m-raw-cycles-[0]",
        *[line for line in raw if line.startswith("m-raw-micros-[")],
    ]


def test_pixels_are_128_more_than_the_inputs(build_host: Build) -> None:
    """As the public image data sets have them."""
    flags = ("-DTCNN_MLPERF_BYTES=4", "-DTCNN_MLPERF_PIXELS=true")
    program = build_host(*flags, *CHECKED)
    answers = talk_to(program, "db load 4%db 0080ff7f%infer 1 0%raw%tinycnn%")

    assert answers[-2][0] == "m-raw-[8101800001000000]"
    assert "m-tinycnn-pixels-[1]" in answers[-1]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("infer 1 0", "e-[Load all inputs first: db load 4]"),
        ("steps", "e-[Load all inputs first: db load 4]"),
        ("db", "e-[Command 'db' requires a subcommand]"),
        ("db load", "e-[The inputs have 4 bytes]"),
        ("db load 5", "e-[The inputs have 4 bytes]"),
        ("db load -4", "e-[The inputs have 4 bytes]"),
        ("db load 4294967300", "e-[The inputs have 4 bytes]"),
        ("db 01", "e-[Command 'db load' must come first]"),
        ("infer 0", "e-[Inference iterations must be >0]"),
        ("infer 99999999999999999999", "e-[Inference iterations must be >0]"),
        ("infer 1 x", "e-[Inference warmup must be >=0]"),
        ("", "e-[Unknown command: ]"),
        ("infers", "e-[Unknown command: infers]"),
        ("a[b]c\x01\xff d", "e-[Unknown command: a_b_c___]"),
        ("x" * 100, f"e-[Unknown command: {'x' * 40}]"),
        ("x" * 528, f"e-[Unknown command: {'x' * 40}]"),
        ("x" * 529, "e-[Command too long]"),
        ("x" * 100_000, "e-[Command too long]"),
    ],
)
def test_what_is_wrong_is_told_and_the_next_command_answered(
    talk: Talk, said: str, answer: str
) -> None:
    """However long it is, whatever it holds."""
    assert talk(f"{said}%name%") == [[answer], ["m-name-dut-[host]"]]


@pytest.mark.parametrize("digits", ["0g", "012", "zz"])
def test_a_wrong_digit_is_told(talk: Talk, digits: str) -> None:
    """And the image can be loaded from its start again."""
    answers = talk(f"db load 4%db {digits}%db load 4%db 01020304%")

    assert answers[1] == ["e-[Invalid hex digit, or one too few]"]
    assert answers[-2:] == [["m-[Expecting 4 bytes]"], ["m-load-done"]]


def test_terminals_may_break_lines_and_bytes_may_come_one_by_one(talk: Talk) -> None:
    """A person types; zeros and line breaks count for nothing, spaces may be many."""
    assert talk(b"\0\r\nna\r\nme%\r\n  db   load   4  %\r\n") == [
        ["m-name-dut-[host]"],
        ["m-[Expecting 4 bytes]"],
    ]


def test_what_comes_after_the_last_byte_is_ignored(talk: Talk) -> None:
    """As the public firmware disregards it."""
    answers = talk("db load 4%db 0102030405%db 09%infer 1 0%raw%db print%")

    assert answers[1:3] == [["m-load-done"], ["m-load-done"]]
    assert answers[4][0].startswith("m-raw-[02030405")
    assert answers[5] == ["m-buffer-01-02-03-04"]


def test_a_run_begins_with_what_was_loaded(build_host: Build) -> None:
    """Though a run may overwrite its inputs: each of them is given them anew."""
    flags = ("-DTCNN_MLPERF_BYTES=100", "-DINPUT_BYTES=100", "-DTCNN_MLPERF_PIXELS=0")
    program = build_host(*flags, *CHECKED)
    data = bytes(range(100))
    answers = talk_to(program, f"db load 100%db {data.hex()}%infer 5 5%raw%db print%")

    assert answers[-2][0] == "m-raw-[010203040a000000]"
    printed = "".join(line.removeprefix("m-buffer-") for line in answers[-1])
    assert len(answers[-1]) == 13
    assert bytes.fromhex(printed.replace("-", "")) == data


def test_no_answer_ends_with_a_full_packet(build_host: Build) -> None:
    """USB would hold it back; an empty line before m-ready makes it longer."""
    flags = ("-DTCNN_MLPERF_BYTES=4", "-DTCNN_MLPERF_PIXELS=false")
    said = "".join(f"{'x' * length}%" for length in range(64))
    program = build_host(*flags, *CHECKED)
    done = subprocess.run([program], input=said.encode(), capture_output=True)

    *answers, _ = done.stdout.split(b"m-ready\r\n")
    sizes = [len(answer) + len(b"m-ready\r\n") for answer in answers[1:]]
    assert len(sizes) == 64
    assert [size for size in sizes if size % 64 == 0] == []
    assert any(answer.endswith(b"\r\n\r\n") for answer in answers)


@pytest.fixture(scope="module")
def print_floats(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[np.ndarray], list[str]]:
    """How the firmware writes floats."""
    require_module("ziglang")
    program = tmp_path_factory.mktemp("text") / "text.exe"
    sources = [C_TESTS / "text_main.c", FIRMWARE / "dialects/mlperf/tcnn_text.c"]
    compile_c([*ZIG, "-O1", *CHECKED], sources, program)

    def run(values: np.ndarray) -> list[str]:
        bits = "\n".join(f"{bits:x}" for bits in values.view(np.uint32).tolist())
        done = subprocess.run(
            [program], input=bits, capture_output=True, text=True, check=True
        )
        return [line for line in done.stdout.split("\n") if line][:-1]

    return run


def test_numbers_are_written_as_printf_writes_them(
    print_floats: Callable[[np.ndarray], list[str]],
) -> None:
    """To three decimals, half to even: Python's own `%.3f` decides."""
    chance = np.random.default_rng(0)
    bits = chance.integers(0, 1 << 32, 20_000, dtype=np.uint32)
    ties = (np.arange(-4_000, 4_000) / 16_000).astype(np.float32)
    steps = (np.arange(-256, 256) * np.float32(1 / 256)).astype(np.float32)
    odd = np.array([0.0, -0.0, np.inf, -np.inf, 1e-45, 0.0005, 2**40], np.float32)
    values = np.concatenate([bits.view(np.float32), ties, steps, odd])
    values = values[~np.isnan(values) & ((np.abs(values) < 2**54) | np.isinf(values))]

    assert print_floats(values) == [f"{value:.3f}" for value in values.tolist()]


def test_numbers_beyond_its_range_stay_large(
    print_floats: Callable[[np.ndarray], list[str]],
) -> None:
    """Their bytes tell them; the text only that they are many digits."""
    values = np.array([3e38, -3e38, np.nan], np.float32)

    large, small, nan = print_floats(values)
    assert float(large) >= 2**53
    assert float(small) <= -(2**53)
    assert nan == "nan"
