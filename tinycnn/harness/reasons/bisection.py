"""What a bisection found: the first operator that differs, and a wrong number of it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Bisection", "Sum", "WrongNumber"]

_PARTS = 5  # of a sum, on one line


@dataclass(frozen=True, slots=True)
class Sum:
    """How the reference comes to a number.

    Attributes:
        words: In one sentence.
        columns: What each term's parts are.
        terms: Parts of each term; none where there is no sum.
        stages: What becomes of the sum, one value after the other.
    """

    words: str
    columns: tuple[str, ...] = ()
    terms: tuple[tuple[str, ...], ...] = ()
    stages: tuple[tuple[str, int], ...] = ()

    @property
    def line(self) -> str:
        """The stages on one line."""
        parts = [f"{name} = {value}" for name, value in self.stages]
        return ", ".join(parts) if parts else self.words


@dataclass(frozen=True, slots=True)
class WrongNumber:
    """The first wrong number of a tensor.

    Attributes:
        position: Where it is in the tensor.
        got: What the device has.
        expected: What the reference has.
        differing: Numbers of the tensor that differ.
        elements: Numbers of the tensor.
        region: Where all that differ are; empty if they are all over it.
        suspects: Likely slips that give all of them.
        sum: How the reference comes to `expected`.
    """

    position: tuple[int, ...]
    got: float
    expected: float
    differing: int
    elements: int
    region: str
    suspects: tuple[str, ...]
    sum: Sum

    @property
    def lines(self) -> tuple[str, ...]:
        """What a verdict says."""
        where = ", ".join(map(str, self.position))
        region = f", {self.region}" if self.region else ""
        text = f"{self.differing:,} of {self.elements:,} numbers differ{region}"
        lines = [
            f"{text}; at ({where}) expected {self.expected:g}, got {self.got:g}",
            f"expected: {self.sum.line}",
        ]
        if self.suspects:
            lines.append(f"as if: {'; '.join(self.suspects)}")
        return tuple(lines)


@dataclass(frozen=True, slots=True)
class Bisection:
    """Where a device's computation leaves the reference's.

    Attributes:
        image: Which image was run.
        verdict: What was found, in a sentence.
        hint: What to do about it.
        checked: Places that were compared.
        unknown: Places that no reference tells of.
        op: The operator as the file has it, "op 3 CONV_2D"; empty if none is blamed.
        tensor: Name and shape of the tensor.
        function: The C function that computed it.
        source: The file of that function, in the C runtime.
        number: Of the tensor; None if nothing was fetched.
    """

    image: int
    verdict: str
    hint: str
    checked: int
    unknown: int = 0
    op: str = ""
    tensor: str = ""
    function: str = ""
    source: str = ""
    number: WrongNumber | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """What a verdict says."""
        lines = [f"bisect: image {self.image}: {self.verdict}"]
        if self.source:
            name = self.function or "its kernel"
            lines.append(f"computed by {name}, {self.source}")
        if self.number is not None:
            lines += self.number.lines
        return (*lines, f"hint: {self.hint}")
