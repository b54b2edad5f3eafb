"""Searches of several processes and computers in one store."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.search.conftest import Silent, pretend
from tinycnn.errors import ProjectError
from tinycnn.search import Found, Plan, Study, Task
from tinycnn.search import study as studies
from tinycnn.search.study import Listener

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="namespaces of Linux")


def at(plan: Plan, store: str, trials: int) -> Plan:
    """The same search elsewhere."""
    return dataclasses.replace(plan, store=store, trials=trials)


def _work(plan: Plan, pause_s: float, lease_s: float) -> None:
    studies._LEASE_S = lease_s
    studies._POLL_S = 0.1

    def slow(tasks: Sequence[Task], listener: Listener) -> Iterator[Found]:
        for found in pretend(tasks, listener):
            time.sleep(pause_s)
            yield found

    Study(plan).run(slow, Silent())


@pytest.mark.parametrize(
    "store", ["grpc://127.0.0.1:1", "postgresql://me@127.0.0.1:1/x", "mongo://x/y"]
)
def test_a_store_that_is_not_there_is_one_line(
    plan: Callable[..., Plan], store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what may be given."""
    monkeypatch.setattr("tinycnn.search.store._PATIENCE_S", 0.5)

    with pytest.raises(ProjectError, match=rf"^{store}: cannot be opened: .") as error:
        Study(at(plan(), store, 1))

    assert "give a file, postgresql://" in str(error.value.hint)


_HOST = """
import sys
from tests.search.test_stores import host_of
host_of(*sys.argv[1:])
"""


def host_of(name: str, folder: str, store: str, pause_s: str) -> None:
    """What a computer named `name` does; its leases last two seconds."""
    from tinycnn.project import parse_project, project_template

    studies._computer = lambda: name
    project = parse_project(project_template("demo"), source="demo")
    plan = Plan(Path(folder), project, store, 10, batch=1, joins=True)
    _work(plan, float(pause_s), 2.0)


def test_two_hosts_share_a_folder(plan: Callable[..., Plan], tmp_path: Path) -> None:
    """Each with its own name; one is killed within a trial, and its lease runs out.

    Where namespaces can be made each has its own network and processes, too.
    """
    alone = ["unshare", "--net", "--pid", "--fork", "--kill-child"]
    if not shutil.which("unshare") or subprocess.run([*alone, "true"]).returncode:
        alone = []
    store = str(tmp_path / "shared.log")

    def start(name: str, pause_s: float) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-c", _HOST, name, str(tmp_path), store, str(pause_s)]
        return subprocess.Popen([*alone, *words], cwd=Path(__file__).parents[2])

    lost = start("lost", 600)
    study = Study(at(plan(), store, 10))
    end = time.monotonic() + 120
    while not [t for t in study._running() if "lease" in t.user_attrs]:
        assert lost.poll() is None
        assert time.monotonic() < end
        time.sleep(0.1)
    lost.kill()
    lost.wait()
    with start("kept", 0.01) as kept:
        assert kept.wait(180) == 0

    (taken, *others) = study._study.get_trials(deepcopy=False)
    assert [one.number for one in study.found()] == list(range(10))
    assert taken.user_attrs["lease"][0] == "kept"
    assert len(others) == 9
