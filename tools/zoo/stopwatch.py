"""The time of trainings, also of those that were stopped and go on.

In: what the pipeline tells an observer. Out: minutes, kept in the build folder.
"""

from __future__ import annotations

import json
import time

from tinycnn.artifacts import BuildFolder
from tinycnn.files import write_whole
from tinycnn.workbench import Observer

__all__ = ["Stopwatch"]

_TRAININGS = ("train", "quantize")


class Stopwatch:
    """An observer that also sums up the time of trainings, those that were stopped too.

    Args:
        build: The build folder, where the sums are kept.
        observer: Told everything.
    """

    def __init__(self, build: BuildFolder, observer: Observer) -> None:
        self._build, self._observer = build, observer
        self._path = build.path / "seconds.json"
        self._stage, self._last = "", (0.0, 0.0)
        self.seconds: dict[str, list[float]] = {}  # clock and processor, by stage
        if self._path.exists():
            self.seconds = json.loads(self._path.read_text("utf-8"))

    def stage(self, name: str, *, is_current: bool) -> None:
        """A stage starts, so the one before is over."""
        self.stop()
        if name in _TRAININGS and not is_current:
            self._stage, self._last = name, _now()
            if not any(self._build.checkpoints(name)):
                self.seconds[name] = [0.0, 0.0]
        self._observer.stage(name, is_current=is_current)

    def progress(self, name: str, done: int, total: int, detail: str = "") -> None:
        """An epoch is over."""
        self._add()
        self._observer.progress(name, done, total, detail)

    def note(self, name: str, text: str) -> None:
        """Passed on."""
        self._observer.note(name, text)

    def stop(self) -> None:
        """No stage runs any more."""
        self._add()
        self._stage = ""

    @property
    def minutes(self) -> tuple[float, float] | tuple[None, None]:
        """By the clock and of the processor; None if a training was not seen."""
        if not self.seconds.keys() >= set(_TRAININGS):
            return None, None
        spent = zip(*self.seconds.values(), strict=True)
        clock, cpu = (sum(seconds) / 60 for seconds in spent)
        return round(clock, 2), round(cpu, 2)

    def _add(self) -> None:
        if not self._stage:
            return
        now = _now()
        spent = (new - old for new, old in zip(now, self._last, strict=True))
        sums = self.seconds[self._stage]
        self.seconds[self._stage] = [a + b for a, b in zip(sums, spent, strict=True)]
        self._last = now
        write_whole(json.dumps(self.seconds) + "\n", self._path)


def _now() -> tuple[float, float]:
    return time.monotonic(), time.process_time()
