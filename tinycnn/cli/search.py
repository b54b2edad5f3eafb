"""`tinycnn search`: networks for a project are tried until the best are known."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tinycnn.cli.console import (
    ConsoleObserver,
    data_folders,
    json_option,
    print_columns,
    print_json,
    project_argument,
)

if TYPE_CHECKING:
    from tinycnn.search import Evaluate, Found, Study, Task

__all__ = ["search", "study_of"]

_FOLDER, _LOG, _PAGE = "search", "study.log", "search.html"
_STORE = click.option(
    "--store",
    metavar="STORE",
    help="Where trials are kept: a file, postgresql://..., grpc://HOST:PORT.",
)


@click.command()
@project_argument
@click.option("--trials", default=40, show_default=True, type=click.IntRange(1))
@click.option("--hours", type=click.FloatRange(min=0, min_open=True))
@click.option(
    "--batch",
    default=4,
    show_default=True,
    type=click.IntRange(1),
    help="Trials that are decided at once; the same gives the same search.",
)
@_STORE
@click.option(
    "--join",
    metavar="STORE",
    help="Work on the search that another process or computer began there.",
)
@click.option("--on", "cluster", metavar="ray[://HOST]", help="Run trials on Ray.")
@json_option
def search(
    project: Path,
    trials: int,
    hours: float | None,
    batch: int,
    store: str | None,
    join: str | None,
    cluster: str | None,
    as_json: bool,
) -> None:
    """Find the best networks for PROJECT's images and board.

    [search] of tinycnn.toml says what may differ; [budgets] and the board are walls: a
    network that is over one, by the compiler, is never trained. The search goes on
    where it was stopped, until there are so many trials. PROJECT/search/search.html
    shows what was found. A model of your own (my_model.py) is run.

    \b
    Example:
      tinycnn search flowers --trials 60
      tinycnn search flowers --hours 2
      tinycnn init best --from-search 17 --in flowers
    """
    from tinycnn.artifacts import BuildFolder
    from tinycnn.files import write_whole
    from tinycnn.project import load_project
    from tinycnn.search import (
        Plan,
        Study,
        evaluate_here,
        find_front,
        render_search,
    )

    if store and join:
        raise click.UsageError("--store, --join: expected one of the two")
    folder, found = BuildFolder.of(project).project, load_project(project)
    place = join or store or str(folder / _FOLDER / _LOG)
    evaluate: Evaluate = evaluate_here
    if cluster is not None:
        from tinycnn.search.on_ray import evaluate_on_ray

        evaluate = evaluate_on_ray(cluster)
    plan = Plan(
        folder,
        found,
        place,
        trials,
        hours,
        batch=1 if join else batch,
        data_folders=data_folders(),
        joins=join is not None,
    )
    study = Study(plan)
    known = study.found()
    with ConsoleObserver(quiet=as_json) as observer:
        listener = _Told(observer, known, quiet=as_json, epochs=found.search.epochs)
        if known and not as_json:
            click.echo(f"{len(known)} trials are known already")
        study.run(evaluate, listener)
    tried = study.found()
    page = folder / _FOLDER / _PAGE
    text = render_search(
        found.name,
        found.target.board,
        tried,
        study.importances(),
        seconds=sum(one.seconds for one in tried),
    )
    write_whole(text, page)
    front = find_front(tried)
    if as_json:
        print_json(
            {
                "trials": [one.to_json() for one in tried],
                "front": [one.number for one in front],
                "page": str(page),
            }
        )
        return
    for line in _describe(front, tried, project, page):
        click.echo(line)


class _Told:
    """Prints a line for each trial, and the best so far."""

    def __init__(
        self,
        observer: ConsoleObserver,
        known: tuple[Found, ...],
        *,
        quiet: bool,
        epochs: int,
    ) -> None:
        self._observer = observer
        self._quiet = quiet
        self._epochs = epochs
        self._best = max((one.accuracy for one in known if _counts(one)), default=0.0)

    def begins(self, task: Task) -> None:
        from tinycnn.search.words import describe_choice

        if not self._quiet:
            click.echo(f"trial {task.number}: {describe_choice(task.choice)}")

    def learns(self, task: Task, epoch: int, accuracy: float) -> None:
        if not epoch:  # somebody works on it elsewhere
            return
        name = f"trial {task.number}"
        self._observer.progress(name, epoch, self._epochs, f"accuracy {accuracy:.2%}")

    def ends(self, found: Found) -> None:
        from tinycnn.search.words import describe_found

        if self._quiet:
            return
        is_best = _counts(found) and found.accuracy > self._best
        self._best = max(self._best, found.accuracy if _counts(found) else 0.0)
        mark = "the best so far" if is_best else f"best so far {self._best:.2%}"
        click.echo(f"  {describe_found(found)} ({mark})")


def _counts(found: Found) -> bool:
    return found.state == "trained"


def _describe(
    front: tuple[Found, ...], tried: tuple[Found, ...], project: Path, page: Path
) -> Iterator[str]:
    from tinycnn.search.words import describe_choice, short_number

    states = [one.state for one in tried]
    words = {"over": "over a limit", "refused": "refused", "same": "the same again"}
    counts = [f"{states.count('trained')} trained", f"{states.count('pruned')} stopped"]
    counts += [f"{n} {word}" for s, word in words.items() if (n := states.count(s))]
    seconds = sum(one.seconds for one in tried)
    yield f"\n{len(tried)} trials: {', '.join(counts)}; {seconds / 60:.1f} minutes"
    if not front:
        yield "none was trained: widen [search], or the limits of [budgets]"
        return
    rows = [
        (
            str(one.number),
            f"{one.accuracy:.2%}",
            short_number(one.cost.effort),
            f"{one.cost.ram_bytes:,}",
            f"{one.cost.flash_bytes:,}",
        )
        for one in sorted(front, key=lambda one: -one.accuracy)
        if one.cost
    ]
    is_timed = all(one.cost and one.cost.latency_ms is not None for one in front)
    unit = "ms" if is_timed else "M MACs"
    print_columns(("trial", "accuracy", unit, "RAM", "flash"), rows, left=())
    best = max(front, key=lambda one: one.accuracy)
    yield f"the most accurate, {best.number}: {describe_choice(best.choice)}"
    yield f"all: {page}"
    place = "" if project == Path() else f" --in {shlex.quote(str(project))}"
    yield f"next: tinycnn init best --from-search {best.number}{place}"


def study_of(project: Path, store: str | None = None) -> Study:
    """The search of a project, as far as it is.

    Raises:
        ProjectError: If there is none.
    """
    from tinycnn.artifacts import BuildFolder
    from tinycnn.errors import ProjectError
    from tinycnn.project import load_project
    from tinycnn.search import Plan, Study

    folder = BuildFolder.of(project).project
    place = store or str(folder / _FOLDER / _LOG)
    if store is None and not Path(place).is_file():
        raise ProjectError(f"{place}: no search yet", hint="tinycnn search begins one")
    return Study(Plan(folder, load_project(project), place, 0))
