"""What a diagnosis says: which likely mistake gives the very answers of a device."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Diagnosis", "Explanation"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A mistake that gives a device's answers, byte for byte.

    Attributes:
        name: What to call it.
        explanation: What happens instead of what should.
        hint: What to look at.
        differing_explained: Differing images whose answers it gives.
        differing_tried: Differing images that were replayed.
        images_explained: Images, equal ones too, whose answers it gives.
        images_tried: Images that were replayed.
    """

    name: str
    explanation: str
    hint: str
    differing_explained: int
    differing_tried: int
    images_explained: int
    images_tried: int

    @property
    def shares(self) -> str:
        """How much it explains, in words."""
        differing = f"{self.differing_explained:,} of {self.differing_tried:,}"
        text = f"explains {differing} differing images that were replayed"
        if self.images_tried == self.differing_tried:
            return text
        images = f"{self.images_explained:,} of {self.images_tried:,}"
        return f"{text}, {images} with equal ones"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why a device differs from its reference.

    Attributes:
        explanations: The best ones; several if they explain equally much, none if no
            mistake explains what chance does not.
        tried: How many likely mistakes were replayed.
        left_out: How many there was no time for.
    """

    explanations: tuple[Explanation, ...]
    tried: int
    left_out: int = 0

    @property
    def lines(self) -> tuple[str, ...]:
        """What a verdict says: a cause and a hint each, or that nothing explains it."""
        if not self.explanations:
            rest = f"; no time for {self.left_out:,} more" if self.left_out else ""
            return (f"cause: unexplained by {self.tried:,} likely mistakes{rest}",)
        pairs = [
            (f"cause: {e.name}: {e.shares}", f"hint: {e.explanation}: {e.hint}")
            for e in self.explanations
        ]
        return tuple(line for pair in pairs for line in pair)
