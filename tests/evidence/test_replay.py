"""A verdict without the device is the one with it, or there is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.compiler.models import image_model, two_sided_model
from tests.conftest import require_module
from tests.evidence.recorded import (
    edit_json,
    make_evidence,
    read_members,
    reseal,
    told,
    write_members,
)
from tests.harness.mistaken import make_pictures, picture_model, run_reference
from tinycnn.device import DeviceStatus
from tinycnn.errors import TinycnnError
from tinycnn.evidence import (
    Evidence,
    read_evidence,
    replay,
    replay_evidence,
    write_evidence,
)
from tinycnn.evidence.record import hash_rows, pack_array
from tinycnn.harness import (
    Decision,
    Diagnosis,
    Explanation,
    HealthCheck,
    Limit,
    StopRule,
    judge_health,
)
from tinycnn.harness.order import shuffled
from tinycnn.harness.reasons import Reason, Reasons
from tinycnn.harness.tally import recount
from tinycnn.reference import load_reference

FOUND = Explanation("mirrored", "left is right", "turn it", 3, 3, 9, 9)


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """References run without processes of their own, whose start takes most time."""

    def run_here(model: bytes, rows: Any, *, reference: str) -> Any:
        return run_reference(model, reference, rows)

    monkeypatch.setattr(replay, "load_isolated_reference", load_reference)
    monkeypatch.setattr(replay, "run_isolated", run_here)


def replayed(evidence: Evidence, path: Path, **options: Any) -> tuple[Any, ...]:
    """What is found of an archive of it."""
    write_evidence(evidence, path)
    return told(replay_evidence(path, read_evidence(path), **options))


LABELS = [n % 6 for n in range(12)]
KINDS: dict[str, Callable[[], Evidence]] = {
    "equal": make_evidence,
    "different": lambda: make_evidence(different=3),
    "one": lambda: make_evidence(1),
    "a part": lambda: make_evidence(total=99, ended="unplugged at 12"),
    "classes": lambda: make_evidence(labels=LABELS, different=2),
    "several labels": lambda: make_evidence(labels=np.eye(12, 6, dtype=np.uint8)),
    "real numbers": lambda: make_evidence(labels=np.eye(12, 6, dtype=np.float32)),
    "many differ": lambda: make_evidence(150, different=140),
}


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("kind", KINDS)
def test_a_verdict_is_found_again(kind: str, tmp_path: Path) -> None:
    """Counts, differences by image, accuracies, times."""
    evidence = KINDS[kind]()

    assert replayed(evidence, tmp_path / "run.zip") == told(evidence.result)


@pytest.mark.usefixtures("in_process")
def test_what_only_the_run_could_know_is_kept(tmp_path: Path) -> None:
    """The diagnosis asked the device; order and seed were the run's."""
    evidence = make_evidence(different=3)
    result = replace(
        evidence.result, diagnosis=Diagnosis((FOUND,), 9), order="random", seed=7
    )

    found = replayed(replace(evidence, result=result), tmp_path / "run.zip")

    assert found == told(result)


def with_decision(different: int, **changes: Any) -> Evidence:
    """Twelve of ninety-nine images by chance, of which half must be equal."""
    evidence = make_evidence(total=99, different=different)
    result, order = evidence.result, shuffled(99, count=12, seed=5)
    image_of = dict(zip(result.indices.tolist(), order.indices.tolist(), strict=True))
    asked = Decision(StopRule(0.9, 0.5), "open", 99, 0, 0, 0, 0.0, 1.0, end=12)
    is_equal = np.arange(12) < 12 - different
    decision = recount(asked, order.indices, is_equal, seed=5)
    changed = replace(
        result,
        indices=order.indices,
        differences=tuple(
            replace(one, index=image_of[one.index]) for one in result.differences
        ),
        decision=replace(decision, **changes),
        order="random",
        seed=5,
    )
    return replace(evidence, result=changed)


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("different", [0, 3, 12])
def test_a_decision_follows_again(different: int, tmp_path: Path) -> None:
    """It passed, or failed, on the random sample that the seed says."""
    evidence = with_decision(different)

    assert replayed(evidence, tmp_path / "run.zip") == told(evidence.result)


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"verdict": "fail"}, "expected decision"),
        ({"low": 0.999}, "expected decision"),
        ({"total": 1 << 40}, "expected a decision on 99 images, got 1,099,511,627,776"),
        ({"total": 7}, "expected a decision on 99 images, got 7"),
    ],
)
def test_another_decision_is_refused(
    changes: dict[str, Any], text: str, tmp_path: Path
) -> None:
    """Whoever changed it, and however large it is."""
    with pytest.raises(TinycnnError, match=text):
        replayed(with_decision(0, **changes), tmp_path / "run.zip")


def test_a_model_from_elsewhere_runs_isolated(tmp_path: Path) -> None:
    """It may kill its interpreter; in batches that grow."""
    evidence = make_evidence(20, different=1)

    assert replayed(evidence, tmp_path / "run.zip") == told(evidence.result)


@pytest.mark.usefixtures("in_process")
def test_the_other_reference_judges_its_own(tmp_path: Path) -> None:
    """TFLite Micro's numerics are judged by TFLite Micro."""
    require_module("tflite_micro")
    evidence = make_evidence(numerics="tflm")

    assert evidence.result.reference.startswith("tflite-micro ")
    assert replayed(evidence, tmp_path / "run.zip") == told(evidence.result)


@pytest.mark.usefixtures("in_process")
def test_inputs_that_were_left_out_are_asked_for(tmp_path: Path) -> None:
    """All images of the data set are given; those of the run are found among them."""
    evidence, path = make_evidence(), tmp_path / "run.zip"
    rows = evidence.inputs
    assert rows is not None
    left_out = replace(evidence, inputs=None)
    all_rows = np.concatenate([rows[::-1], make_pictures(5)])

    assert replayed(left_out, path, inputs=all_rows) == told(evidence.result)
    for given, text in (
        (None, "left out of the archive, as they were too many"),
        (rows, "left out, and those that were given are others"),
        (all_rows[:3], "left out, and those that were given are others"),
    ):
        with pytest.raises(TinycnnError, match=text) as refused:
            replayed(left_out, path, inputs=given)
        assert str(refused.value).startswith(f"{path}: inputs.npy: ")


Members = dict[str, bytes]


def flip(name: str) -> Callable[[Members], Members]:
    """The last number of an array is another."""
    return lambda m: {**m, name: m[name][:-1] + bytes([m[name][-1] ^ 1])}


def change_inputs(members: Members) -> Members:
    """All of them, and their digest."""
    rows = np.zeros((12, 192), np.int8)
    before = json.loads(members["predicate.json"])["tinycnn"]["inputs"]["sha256"]
    text = members["predicate.json"].replace(before.encode(), hash_rows(rows).encode())
    return {**members, "inputs.npy": pack_array(rows), "predicate.json": text}


def change_reference(members: Members) -> Members:
    """It was another version."""
    texts = {}
    for name in ("results.json", "run.json", "predicate.json"):
        texts[name] = members[name].replace(b"ai-edge-litert 2", b"ai-edge-litert 1")
    old = texts["predicate.json"].replace(b"litert@2", b"litert@1")
    return {**members, **texts, "predicate.json": old}


def change_numerics(members: Members) -> Members:
    """What the device said that it equals."""
    texts = {
        name: edit_json(members[name], "device", "numerics", value="tflm")
        for name in ("results.json", "run.json")
    }
    return {**members, **texts}


RESEALED: dict[str, tuple[Callable[[Members], Members], str]] = {
    "an answer": (flip("outputs.npy"), "results.json: expected verdict"),
    "the inputs": (change_inputs, "results.json: expected "),
    "a label": (flip("labels.npy"), "results.json: expected accuracy"),
    "the reference": (change_reference, "results.json: expected the reference ai-edge"),
    "the numerics": (change_numerics, "results.json: simulated nano33ble: expected nu"),
}


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("kind", RESEALED)
def test_a_verdict_that_does_not_follow_is_refused(kind: str, tmp_path: Path) -> None:
    """Whatever the digests say: results.json is contradicted by its own archive."""
    change, wanted = RESEALED[kind]
    path = tmp_path / "run.zip"
    answers = run_reference(picture_model(), "litert", make_pictures(12)).argmax(axis=1)
    write_evidence(make_evidence(labels=answers.astype(np.uint8)), path)
    write_members(reseal(change(read_members(path))), path)

    with pytest.raises(TinycnnError) as refused:
        replay_evidence(path, read_evidence(path))

    text = str(refused.value)
    assert text.startswith(f"{path}: {wanted}"), text
    assert refused.value.exit_code == 3
    if kind == "the reference":
        assert refused.value.hint.startswith("pip install ai-edge-litert==1")


@pytest.mark.usefixtures("in_process")
def test_several_inputs_and_outputs_are_one_row(tmp_path: Path) -> None:
    """Their bytes laid end to end, of whatever types they are."""
    rows = np.random.default_rng(1).integers(-128, 128, (3, 3200)).astype(np.int8)
    evidence = make_evidence(model=two_sided_model(), inputs=rows, different=1)

    assert evidence.result.outputs.shape == (3, 1600 + 6400)
    assert replayed(evidence, tmp_path / "run.zip") == told(evidence.result)


@pytest.mark.usefixtures("in_process")
def test_another_models_answers_are_other_answers(tmp_path: Path) -> None:
    """The model of the archive decides, not its name."""
    rows = np.zeros((3, 24 * 32 * 3), np.int8)
    evidence = make_evidence(model=image_model(3), inputs=rows)

    assert replayed(evidence, tmp_path / "run.zip") == told(evidence.result)
    assert run_reference(image_model(3), "litert", rows).shape == (3, 4)


def told_status(**changed: Any) -> DeviceStatus:
    """What a sound device says after a run."""
    sound = DeviceStatus(
        *(2048, 4096, 2048, 512, 4096),
        *(("behind the arena",), (), ("power-on",), (), ()),
        *(9_000_000, 12, 20, 0, 0, 0, 0),
    )
    return replace(sound, **changed)


def examined(*, more: tuple[HealthCheck, ...] = (), **changed: Any) -> Evidence:
    """Of a device that was asked how it is."""
    evidence = make_evidence()
    before, limit = told_status(uptime_us=9), Limit("stack_bytes", 600, "[budgets]")
    health = judge_health(before, told_status(**changed), (limit,))
    health = replace(health, checks=health.checks + more)
    return replace(evidence, result=replace(evidence.result, health=health))


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize(
    "changed", [{}, {"dead_guards": ("behind the arena",)}, {"stack_bytes": 700}]
)
def test_health_is_judged_again(changed: dict[str, Any], tmp_path: Path) -> None:
    """By what the device said; what was tried on it is kept."""
    tried = HealthCheck("another order", "passed", "200 images in another order")
    evidence = examined(more=(tried,), **changed)

    assert evidence.result.is_sound == (not changed)
    assert replayed(evidence, tmp_path / "run.zip") == told(evidence.result)
    predicate = json.loads(read_members(tmp_path / "run.zip")["predicate.json"])
    assert predicate["result"] == ("FAILED" if changed else "PASSED")


@pytest.mark.usefixtures("in_process")
def test_health_that_does_not_follow_is_refused(tmp_path: Path) -> None:
    """A failed check was left out, or called passed."""
    evidence = examined(dead_guards=("behind the arena",))
    health = evidence.result.health
    assert health is not None
    passed = tuple(replace(check, state="passed") for check in health.checks)
    for checks in ((), health.checks[1:], passed):
        result = replace(evidence.result, health=replace(health, checks=checks))
        with pytest.raises(TinycnnError, match=r"results\.json: expected health"):
            replayed(replace(evidence, result=result), tmp_path / "run.zip")


@pytest.mark.usefixtures("in_process")
def test_nobody_is_forgiven_by_hand(tmp_path: Path) -> None:
    """A reference must give the very bytes, and firmware of ours is never forgiven."""
    evidence = make_evidence(different=2)
    by_hand = Reasons(
        (Reason("rounding", "the rounding of TFLite Micro", 2),), 2, 2, forgives=True
    )
    result = replace(evidence.result, reasons=by_hand)

    with pytest.raises(TinycnnError, match=r"results\.json: expected reasons"):
        replayed(replace(evidence, result=result), tmp_path / "run.zip")
