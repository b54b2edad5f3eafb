"""Trials as plain tasks of a Ray cluster, asked for and told by this process.

A task is a function of plain values, so that one that was lost is simply run again: by
Ray where it notices that a worker is gone, by a deadline of our own where a link was
cut silently. The project's folder and the data must be where the workers see them.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Iterator, Sequence
from typing import Any

from tinycnn.errors import ProjectError, ToolchainError
from tinycnn.search.study import Evaluate, Listener
from tinycnn.search.trial import Found, Task, run_trial

__all__ = ["evaluate_on_ray"]

_STARTS = 3  # of a cluster here; Ray waits 30 s for each
_TRIES = 3  # of a trial whose worker is lost
_LEAST_S = 900.0  # before a trial is held to be lost
_PATIENCE = 10.0  # times as long as the longest so far
_POLL_S = 2.0
_CPUS = 1
_QUIET = {"RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0", "RAY_USAGE_STATS_ENABLED": "0"}


def evaluate_on_ray(address: str, *, least_s: float = _LEAST_S) -> Evaluate:
    """What runs trials on the cluster at `address`: ray, ray://HOST:PORT, HOST:PORT.

    `ray` alone is the cluster of RAY_ADDRESS, or one of this computer's cores.

    Raises:
        ToolchainError: If Ray is not installed.
        ProjectError: If there is no such cluster.
    """
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        import ray
    except ImportError as error:
        raise ToolchainError(
            "search: Ray is not installed", hint="pip install 'tinycnn[ray]'"
        ) from error
    _connect(ray, address)
    remote = ray.remote(num_cpus=_CPUS, max_retries=_TRIES)(run_trial)

    def evaluate(tasks: Sequence[Task], listener: Listener) -> Iterator[Found]:
        for task in tasks:
            listener.begins(task)
        yield from _Batch(ray, remote, least_s).run(tasks, listener)

    return evaluate


def _connect(ray: Any, address: str) -> None:
    """Connect to a cluster, or start one here, which a busy computer may delay."""
    where = None if address == "ray" else address
    tries = _STARTS if where is None else 1
    while not ray.is_initialized():
        tries -= 1
        try:
            ray.init(
                where,
                log_to_driver=False,
                logging_level=logging.FATAL,
                include_dashboard=False if where is None else None,
            )
        except Exception as error:  # of many kinds, by how it cannot be reached
            ray.shutdown()
            if tries > 0:
                continue
            raise ProjectError(
                f"--on {address}: no cluster: {str(error).splitlines()[0]}",
                hint="ray start --head makes one; --on ray takes this computer's cores",
            ) from error


class _Batch:
    """Trials that run at once, each until it gives a result."""

    def __init__(self, ray: Any, remote: Any, least_s: float) -> None:
        self._ray, self._remote = ray, remote
        self._longest_s = least_s / _PATIENCE

    def run(self, tasks: Sequence[Task], listener: Listener) -> Iterator[Found]:
        """Their results, in the order of the tasks."""
        done: dict[int, Found] = {}
        refs = {task.number: self._submit(task) for task in tasks}
        began = dict.fromkeys(refs, time.monotonic())
        tries = dict.fromkeys(refs, 1)
        by_number = {task.number: task for task in tasks}
        for number in list(refs):
            while number not in done:
                known = len(done)
                self._collect(refs, done)
                if len(done) > known:  # one that waited may only now have begun
                    began = dict.fromkeys(refs, time.monotonic())
                for other, ref in list(refs.items()):
                    late = time.monotonic() - began[other] > self._deadline_s
                    if other in done or not (late or ref is None):
                        continue
                    if tries[other] >= _TRIES:
                        task = by_number[other]
                        says = f"lost {_TRIES} times by its workers"
                        done[other] = Found(other, task.choice, "refused", says=says)
                        continue
                    tries[other] += 1
                    began[other] = time.monotonic()
                    refs[other] = self._submit(by_number[other])
                listener.learns(by_number[number], 0, 0.0)
            yield done[number]

    @property
    def _deadline_s(self) -> float:
        return _PATIENCE * self._longest_s

    def _submit(self, task: Task) -> Any:
        return self._remote.remote(task)

    def _collect(self, refs: dict[int, Any], done: dict[int, Found]) -> None:
        """Take what is there, and forget what is lost."""
        open_ = {ref: n for n, ref in refs.items() if n not in done and ref is not None}
        ready, _ = (
            self._ray.wait(list(open_), num_returns=len(open_), timeout=_POLL_S)
            if open_
            else ([], [])
        )
        for ref in ready:
            number = open_[ref]
            with contextlib.suppress(self._ray.exceptions.RaySystemError):
                try:
                    found = self._ray.get(ref)
                except self._ray.exceptions.RayTaskError as error:
                    raise error.as_instanceof_cause() from None
                except self._ray.exceptions.RayError:
                    refs[number] = None
                    continue
                done[number] = found
                self._longest_s = max(self._longest_s, found.seconds)
