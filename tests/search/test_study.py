"""A search goes on after any kill, and gives the same."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.search.conftest import Silent, make_cost, make_found, pretend
from tinycnn.errors import ProjectError
from tinycnn.search import Found, Plan, Study, Task, find_front, render_search
from tinycnn.search.store import open_storage
from tinycnn.search.study import Listener
from tinycnn.search.trial import is_dominated


def run(plan: Plan, evaluate: Callable[..., Iterator[Found]] = pretend) -> list[Found]:
    """What is found."""
    study = Study(plan)
    study.run(evaluate, Silent())
    return list(study.found())


def test_a_search_that_was_stopped_gives_the_same(plan: Callable[..., Plan]) -> None:
    """In the middle of a batch, again and again, in whatever order trials end."""

    class Stop(Exception):
        pass

    def stop_after(count: int) -> Callable[..., Iterator[Found]]:
        def evaluate(tasks: Sequence[Task], listener: Listener) -> Iterator[Found]:
            for done, found in enumerate(pretend(tasks, listener)):
                if done == count:
                    raise Stop
                yield found

        return evaluate

    whole = run(plan("whole.log"))
    for count in (0, 1, 3, 2):
        with pytest.raises(Stop):
            run(plan("parts.log"), stop_after(count))

    def backwards(tasks: Sequence[Task], listener: Listener) -> Iterator[Found]:
        yield from reversed(list(pretend(tasks, listener)))

    assert run(plan("parts.log"), backwards) == whole
    assert len(whole) == 12
    assert {one.state for one in whole} == {"over", "trained"}


def test_limits_are_learned(plan: Callable[..., Plan]) -> None:
    """Later trials keep them more often than the first, which are drawn."""
    found = run(plan(trials=60))
    over = [one.state == "over" for one in found]

    assert sum(over[40:]) < sum(over[:20])


def test_another_project_is_refused(plan: Callable[..., Plan]) -> None:
    """Results of another board or recipe are not mixed in."""
    first = plan(trials=2)
    run(first)
    other = first.project.model_copy(update={"seed": 5})

    with pytest.raises(ProjectError, match=r"the search of another tinycnn\.toml"):
        Study(Plan(first.folder, other, first.store, 2))


@pytest.mark.parametrize("torn", [1, 7, 40])
def test_a_torn_end_is_cut(plan: Callable[..., Plan], torn: int) -> None:
    """As a power cut leaves it; nothing that was told is lost."""
    before = run(plan(trials=4))
    path = Path(plan().store)
    line = json.dumps({"op_code": 5, "trial_id": 0, "worker_id": "x"})
    with path.open("a") as file:
        file.write(line[:torn])

    after = run(plan(trials=8))

    assert after[:4] == before
    assert len(after) == 8
    assert all(json.loads(line) for line in path.read_text().splitlines())


def _work(plan: Plan, pause_s: float) -> None:
    def slow(tasks: Sequence[Task], listener: Listener) -> Iterator[Found]:
        for found in pretend(tasks, listener):
            time.sleep(pause_s)
            yield found

    Study(plan).run(slow, Silent())


def test_a_killed_worker_loses_nothing(plan: Callable[..., Plan]) -> None:
    """Others take its trial up, and go on at once."""
    first = plan(trials=10, batch=1)
    context = multiprocessing.get_context("spawn")
    workers = [
        context.Process(target=_work, args=(first, pause)) for pause in (0.01, 600)
    ]
    workers[1].start()  # begins a trial and never ends it
    while len(open_storage(first.store).get_all_studies()) == 0 or not _begun(first):
        time.sleep(0.05)
    os.kill(workers[1].pid or 0, signal.SIGKILL)
    workers[1].join()
    workers[0].start()
    workers[0].join(60)

    found = Study(first).found()

    assert [one.number for one in found] == list(range(10))


def _begun(plan: Plan) -> bool:
    storage = open_storage(plan.store)
    (study,) = storage.get_all_studies()
    return any("lease" in t.user_attrs for t in storage.get_all_trials(study._study_id))


def test_the_front_has_what_nothing_beats() -> None:
    """In accuracy, time, RAM and flash at once; of equals the first."""
    slow = make_cost(latency_ms=9.0)
    small = make_cost(latency_ms=9.0, ram_bytes=5_000)
    trials = [
        make_found(0),
        make_found(1),
        make_found(2, accuracy=0.95, cost=slow),
        make_found(3, accuracy=0.85, cost=slow),
        make_found(4, accuracy=0.85, cost=small),
        make_found(5, state="pruned", accuracy=0.99),
    ]

    assert [one.number for one in find_front(trials)] == [0, 2, 4]


@pytest.mark.parametrize(
    ("curve", "cost", "is_worth"),
    [
        ((0.4,), make_cost(), False),  # a quarter of four epochs, two points behind
        ((0.49,), make_cost(), True),
        ((0.4,), make_cost(latency_ms=4.0), True),  # it is faster
        ((0.4, 0.5), make_cost(), False),
        ((0.4, 0.5, 0.5), make_cost(), True),  # not asked at this age
    ],
)
def test_a_network_beside_a_better_and_cheaper_one_is_given_up(
    curve: tuple[float, ...], cost: object, is_worth: bool
) -> None:
    """At a quarter and at half of its epochs."""
    rival = is_dominated(curve, cost, 4, [make_found(3)])  # type: ignore[arg-type]

    assert (rival is None) == is_worth


def test_the_page_shows_each_network(plan: Callable[..., Plan]) -> None:
    """The front, what each is, and what was never trained; no script."""
    study = Study(plan(trials=30))
    study.run(pretend, Silent())
    found = study.found()

    page = render_search("demo", "nano33ble", found, study.importances(), seconds=60)

    front = find_front(found)
    assert "<script" not in page
    assert page.count('class="point best"') == len(front)
    trained = [one for one in found if one.state == "trained"]
    assert all(f'id="trial-{one.number}"' for one in trained)
    assert page.count('class="network card"') == len(trained)
    assert "What mattered" in page
    assert page.count("not trained, flash_bytes +") == len(found) - len(trained)


def test_a_search_that_found_nothing_has_a_page() -> None:
    """It says why."""
    over = make_found(0, state="over", says="flash_bytes +30%", accuracy=0.0)

    page = render_search("demo", "nano33ble", [over], {}, seconds=1)

    assert "not trained, flash_bytes +30%" in page
