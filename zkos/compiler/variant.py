"""Builds that differ from the plain one: overridden constants, patches, coverage."""

from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True)
class Patch:
    """A change of one place of a source text, as planted faults need it."""

    module: str
    old: str
    """Text that occurs exactly once in the module."""
    new: str


@dataclass(frozen=True)
class Variant:
    """What a build changes. The plain build is `Variant()`."""

    overrides: tuple[tuple[str, object], ...] = ()
    """Module constants by `module:NAME` with the value to compile instead."""
    patches: tuple[Patch, ...] = ()
    replacements: tuple[tuple[str, str], ...] = ()
    """Modules to take instead: (name that is imported, name of the other module)."""
    coverage: bool = False
    """Count blocks and report comparisons (x86-64 only)."""
    lines: bool = False
    """Keep which line of the guest an instruction comes from, as debug information."""

    def key(self) -> str:
        """Text that tells variants apart."""
        return repr(self) if self != PLAIN else ""


class PatchError(Exception):
    """A patch does not fit the source it names."""


PLAIN: Final = Variant()
TRACE: Final = Variant(overrides=(("zkos.guest.evm.trace:TRACE", True),))
COVERAGE: Final = Variant(coverage=True)


def with_lines(variant: Variant) -> Variant:
    """The variant that keeps lines and is the same otherwise."""
    return replace(variant, lines=True)


def patched(text: str, module: str, variant: Variant) -> str:
    """The source of a module with the variant's patches applied; PatchError."""
    for patch in variant.patches:
        if patch.module == module:
            if text.count(patch.old) != 1:
                raise PatchError(
                    f"{module}: {text.count(patch.old)} places match {patch.old!r}"
                )
            text = text.replace(patch.old, patch.new)
    return text
