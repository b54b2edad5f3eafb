"""The search: Optuna asks, trials answer, and what was found survives any kill.

A batch of trials is asked for at once and told in the order of their numbers, with a
sampler that is seeded by the study's seed and a trial's number; each trial is compared
with those before its batch. So a search gives the same on one worker as on many, and
whether it was stopped or not. A trial that nobody finished is run again: whoever works
on one says so, with a time by which it will be heard of again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tinycnn.errors import ProjectError
from tinycnn.project import Project
from tinycnn.search.space import find_space
from tinycnn.search.store import STUDY, open_storage, reach
from tinycnn.search.trial import Found, Task, run_trial

__all__ = ["Evaluate", "Listener", "Plan", "Study", "evaluate_here"]

_LEASE_S = 300.0  # longer than an epoch
_RENEW_S = 60.0
_LONGEST_S = 3600.0  # of an epoch; a number may be another process's by then
_CLAIM_S = 20.0  # from asking for a trial to its lease, in a store that is busy
_POLL_S = 2.0
_WORST = 1e9  # effort of what cannot be built
_STARTUP = 10  # trials that are drawn at random


class Listener(Protocol):
    """Who is told how a search proceeds."""

    def begins(self, task: Task) -> None:
        """A trial is about to be run."""

    def learns(self, task: Task, epoch: int, accuracy: float) -> None:
        """A trial was trained for one epoch more; 0: it is worked on elsewhere."""

    def ends(self, found: Found) -> None:
        """A trial is over."""


Evaluate = Callable[[Sequence[Task], Listener], Iterator[Found]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is searched, and for how long.

    Attributes:
        folder: The project's.
        project: As its file says.
        store: Where trials are kept.
        trials: How many there are to be in all.
        hours: After which no new trial begins; None without end.
        batch: Trials that are asked for at once.
        data_folders: Where published data sets may lie.
        joins: Whether others ask, too: then each draws otherwise.
    """

    folder: Path
    project: Project
    store: str
    trials: int
    hours: float | None = None
    batch: int = 4
    data_folders: Sequence[Path] = field(default_factory=tuple)
    joins: bool = False


class Study:
    """A search that is going on, or over.

    Args:
        plan: What is searched.

    Raises:
        ProjectError: If the store holds the search of another project, or cannot be
            opened.
        ToolchainError: If Optuna is not installed.
    """

    def __init__(self, plan: Plan) -> None:
        import optuna

        self.plan = plan
        self._space = find_space(plan.project)
        self._unclaimed: dict[int, float] = {}  # since when, by our clock
        asked = _identify(plan.project)
        storage = open_storage(plan.store)
        with reach(plan.store):
            self._study = optuna.create_study(
                storage=storage,
                study_name=STUDY,
                directions=["maximize", "minimize"],
                load_if_exists=True,
            )
            known = self._study.user_attrs.get("asked")
            if known is None:
                self._study.set_user_attr("asked", asked)
        if known not in (None, asked):
            raise ProjectError(
                f"{plan.store}: the search of another tinycnn.toml",
                hint="undo what changed in it, or start another with --store FILE",
            )

    def found(self) -> tuple[Found, ...]:
        """The trials that are over, by number."""
        trials = self._study.get_trials(deepcopy=False)
        told = (trial.user_attrs.get("found") for trial in trials)
        return tuple(Found.from_json(table) for table in told if table)

    def importances(self) -> dict[str, float]:
        """How much of what is good each choice explains (PED-ANOVA), in all 1.

        Empty where too little is known.
        """
        from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

        evaluator = PedAnovaImportanceEvaluator()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of few trials, which the page says
                shares = get_param_importances(
                    self._study,
                    evaluator=evaluator,
                    target=lambda trial: (
                        -trial.values[0]
                    ),  # the evaluator's good is low
                )
        except (RuntimeError, ValueError):
            return {}
        return {name: share for name, share in shares.items() if share > 0}

    def run(self, evaluate: Evaluate, listener: Listener) -> None:
        """Go on until there are as many trials as planned, or time is over.

        Raises:
            ToolchainError: If the store cannot be reached any more.
        """
        with reach(self.plan.store):
            self._run(evaluate, listener)

    def _run(self, evaluate: Evaluate, listener: Listener) -> None:
        hours = self.plan.hours
        end = None if hours is None else time.monotonic() + 3600 * hours
        while end is None or time.monotonic() < end:
            trials = self._take_up() or self._ask()
            if not trials:
                if not self._running():
                    return
                time.sleep(_POLL_S)  # others work on the last ones, and may be lost
                continue
            tasks = self._tasks(trials)
            by_number = {trial.number: trial for trial in trials}
            watch = _Watch(listener, by_number)
            for found in evaluate(tasks, watch):
                self._tell(by_number[found.number], found)
                listener.ends(found)
                if end is not None and time.monotonic() >= end:
                    return

    def _take_up(self) -> list[Any]:
        """Trials of one batch that were begun, and that nobody works on."""
        from optuna.exceptions import UpdateFinishedTrialError
        from optuna.trial import Trial

        running = self._running()
        while not self.plan.joins and any(map(self._is_new, running)):
            time.sleep(_POLL_S)  # a kill came between asking and the lease
            running = self._running()
        free = [
            one
            for one in running
            if not self._is_new(one) and not _is_held(one.user_attrs.get("lease"))
        ]
        batch = min((one.number // self.plan.batch for one in free), default=0)
        taken = []
        for one in free:
            if one.number // self.plan.batch == batch:
                trial = Trial(self._study, one._trial_id)
                with contextlib.suppress(UpdateFinishedTrialError):  # just now
                    self._choose(trial)
                    taken.append(trial)
        return taken

    def _is_new(self, trial: Any) -> bool:
        """Whether who asked for a trial may be about to say that he works on it."""
        if "lease" in trial.user_attrs:
            return False
        seen = self._unclaimed.setdefault(trial.number, time.monotonic())
        return time.monotonic() < seen + _CLAIM_S

    def _running(self) -> list[Any]:
        """Trials that were begun and are not over."""
        from optuna.trial import TrialState

        states = (TrialState.RUNNING,)
        return list(self._study.get_trials(deepcopy=False, states=states))

    def _ask(self) -> list[Any]:
        known = len(self._study.get_trials(deepcopy=False))
        count = min(self.plan.batch - known % self.plan.batch, self.plan.trials - known)
        asked = []
        for number in range(known, known + count):
            self._study.sampler = self._sampler(number)
            asked.append(self._study.ask())
            self._choose(asked[-1])
        return asked

    def _choose(self, trial: Any) -> None:
        trial.set_user_attr("lease", _lease())
        if "choice" not in trial.user_attrs:
            trial.set_user_attr("choice", self._space.choose(trial))

    def _sampler(self, number: int) -> Any:
        import optuna

        who = f" {_computer()} {os.getpid()}" if self.plan.joins else ""
        seed = f"{self.plan.project.seed} {number}{who}".encode()
        value = int.from_bytes(hashlib.sha256(seed).digest()[:4], "little")
        return optuna.samplers.TPESampler(seed=value, n_startup_trials=_STARTUP)

    def _tasks(self, trials: Sequence[Any]) -> list[Task]:
        first = min(t.number for t in trials) // self.plan.batch * self.plan.batch
        before = tuple(one for one in self.found() if one.number < first)
        return [
            Task(
                self.plan.folder,
                self.plan.project,
                trial.number,
                dict(trial.user_attrs["choice"]),
                before,
                self.plan.data_folders,
            )
            for trial in trials
        ]

    def _tell(self, trial: Any, found: Found) -> None:
        """Limits are told as values: a sampler learns nothing from a failure."""
        from optuna.exceptions import UpdateFinishedTrialError

        with contextlib.suppress(UpdateFinishedTrialError):  # another took it up
            self._tell_first(trial, found)

    def _tell_first(self, trial: Any, found: Found) -> None:
        from optuna.trial import TrialState

        over = dict(found.cost.over) if found.cost else {}
        for name, share in {**over, "builds": float(found.state == "refused")}.items():
            trial.set_constraint(name, share)
        trial.set_user_attr("found", found.to_json())
        effort = found.cost.effort if found.cost else _WORST
        is_pruned = found.state == "pruned"
        self._study.tell(
            trial.number,
            None if is_pruned else [found.accuracy, effort],
            state=TrialState.PRUNED if is_pruned else TrialState.COMPLETE,
            skip_if_finished=True,
        )


def evaluate_here(tasks: Sequence[Task], listener: Listener) -> Iterator[Found]:
    """Run one after another in this process."""
    for task in tasks:
        listener.begins(task)

        def on_epoch(epoch: int, accuracy: float, task: Task = task) -> None:
            listener.learns(task, epoch, accuracy)

        yield run_trial(task, on_epoch)


class _Watch:
    """Passes on what happens, and keeps the leases of what is worked on."""

    def __init__(self, listener: Listener, trials: dict[int, Any]) -> None:
        self._listener = listener
        self._trials = trials
        self._renewed = 0.0

    def begins(self, task: Task) -> None:
        self._renew()
        self._listener.begins(task)

    def learns(self, task: Task, epoch: int, accuracy: float) -> None:
        if time.monotonic() > self._renewed + _RENEW_S:
            self._renew()
        self._listener.learns(task, epoch, accuracy)

    def ends(self, found: Found) -> None:
        self._listener.ends(found)

    def _renew(self) -> None:
        from optuna.exceptions import UpdateFinishedTrialError

        self._renewed = time.monotonic()
        for trial in self._trials.values():
            with contextlib.suppress(UpdateFinishedTrialError):
                trial.set_user_attr("lease", _lease())


def _lease() -> list[Any]:
    return [_computer(), os.getpid(), time.time() + _LEASE_S]


def _computer() -> str:
    """Where numbers of processes mean the same: a host, or one container of it."""
    with contextlib.suppress(OSError):
        return f"{socket.gethostname()} {os.readlink('/proc/self/ns/pid')}"
    return socket.gethostname()


def _is_held(lease: list[Any] | None) -> bool:
    """Whether somebody else works on a trial and may still be heard of."""
    if lease is None:
        return False
    host, pid, until = lease
    if host == _computer():
        is_other = pid != os.getpid() and _is_alive(pid)
        return bool(is_other and until + _LONGEST_S > time.time())
    return bool(until > time.time())


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        return True
    return True


def _identify(project: Project) -> str:
    """A digest of all that decides what a trial gives."""
    text = project.model_dump_json(exclude={"name"})
    return hashlib.sha256(text.encode()).hexdigest()[:16]
