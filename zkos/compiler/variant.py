"""Builds that differ from the plain one: other modules, constants, coverage."""

from dataclasses import dataclass, replace
from typing import Final

from zkos.lang.linkage import Linkage


@dataclass(frozen=True)
class Variant(Linkage):
    """What a build changes. The plain build is `Variant()`."""

    coverage: bool = False
    """Count blocks and report comparisons (x86-64 only)."""
    lines: bool = False
    """Keep which line of the guest an instruction comes from, as debug information.

    With coverage it is which lines a counter stands for; then all blocks have one.
    """
    hurried: bool = False
    """Optimise little, in a tenth of the time (x86-64 only): what runs briefly."""

    def key(self) -> str:
        """Text that tells variants apart."""
        return repr(self) if self != PLAIN else ""

    def over(self, below: Linkage) -> "Variant":
        """This variant of what another linkage makes of the guest."""
        return replace(
            self,
            bindings=below.bindings + self.bindings,
            overrides=below.overrides + self.overrides,
            patches=below.patches + self.patches,
        )


PLAIN: Final = Variant()
TRACE: Final = Variant(
    bindings=(("zkos.guest.evm.trace", "zkos.guest.evm.steps"),), hurried=True
)
COVERAGE: Final = Variant(coverage=True)


def with_lines(variant: Variant) -> Variant:
    """The variant that keeps lines and is the same otherwise."""
    return replace(variant, lines=True)
