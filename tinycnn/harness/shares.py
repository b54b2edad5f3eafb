"""Which of several boards did what of a run that they shared.

A board is told apart by the id that it says, and where two say the same by its place on
the USB bus, too. One that answered in an earlier part of a run and is gone counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tinycnn.device import Counters

__all__ = ["Share", "Worker", "describe_shares", "share_out"]

_LISTED = 100  # images that differ, of each board
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Worker:
    """A board at work.

    Attributes:
        board: What it is told apart by.
        port: Where it is.
        answered: Images, in this part of the run.
        seconds: Until the last of these answers.
        counters: What happened on its link.
        failure: Why it was set aside; empty if it was not.
    """

    board: str
    port: str
    answered: int = 0
    seconds: float = 0.0
    counters: Counters = field(default_factory=Counters)
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """What one of several boards did.

    Attributes:
        board: What it is told apart by.
        port: Where it is; empty if it is gone.
        images: Those that it answered, in all parts of the run.
        different: How many of these are not equal.
        differs: The first 100 of them, by their places in the data set.
        images_per_second: Of this part of the run.
        counters: What happened on its link.
        failure: Why it was set aside; empty if it was not.
    """

    board: str
    port: str
    images: int
    different: int
    differs: tuple[int, ...]
    images_per_second: float
    counters: Counters
    failure: str


def share_out(
    workers: Sequence[Worker], answered_by: Sequence[str], differing: dict[int, str]
) -> tuple[Share, ...]:
    """What each board did, those at work first.

    Args:
        workers: The boards of this part of the run.
        answered_by: Which board answered each image that is judged.
        differing: Which board answered each image that differs.
    """
    images, different = Counter(answered_by), Counter(differing.values())
    known = {worker.board for worker in workers}
    gone = (Worker(board, "") for board in sorted(images.keys() - known))
    return tuple(
        Share(
            board=one.board,
            port=one.port,
            images=images[one.board],
            different=different[one.board],
            differs=tuple(i for i, b in differing.items() if b == one.board)[:_LISTED],
            images_per_second=one.answered / one.seconds if one.seconds else 0.0,
            counters=one.counters,
            failure=one.failure,
        )
        for one in (*workers, *gone)
    )


def describe_shares(shares: Sequence[Share]) -> Iterator[str]:
    """Which boards failed, and which differ; nothing of one board alone."""
    if len(shares) < 2:
        return
    for share in shares:
        if share.failure:
            whose = f"board {share.board}" if share.board else "the board"
            yield f"{whose} on {share.port} was set aside: {share.failure}"
    at_work = [share for share in shares if share.images]
    wrong = [share for share in at_work if share.different]
    for share in wrong:
        is_alone = len(wrong) == 1 and len(at_work) > 1
        shown = ", ".join(map(str, share.differs[:_SHOWN]))
        more = ", ..." if share.different > _SHOWN else ""
        yield (
            f"{'only ' if is_alone else ''}board {share.board} differs: "
            f"{share.different:,} of its {share.images:,} images ({shown}{more})"
        )
