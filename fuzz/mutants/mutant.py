"""What a planted fault is: a change of one place in the sources, and who must see it.

Only one side of a comparison is built with the change, the other is the plain peer.
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from fuzz.strategies.source import RandomSource
from zkos.compiler.variant import Variant
from zkos.lang.linkage import Patch
from zkos.versions import DEFAULT, Build, Protocol

_SEED_SHIFT: Final = 40


class Where(Enum):
    """What is built from the changed source."""

    NATIVE = "native"
    """The guest for x86-64; its peer is the plain RISC-V image."""
    RISCV = "riscv"
    """The guest for RV32IM; its peer is the plain native guest."""
    MACHINE = "machine"
    """The emulated machine, running the plain image; likewise."""
    TRANSLATOR = "translator"
    """What translates images for this machine; its peer is the interpreter."""
    HOST = "host"
    """The host around plain native code; its peer is the guest's own arithmetic."""


class Hunt(Enum):
    """The property of the campaign that must find it."""

    BLOCKS = "blocks"
    """Generated blocks on two engines, and the state after them."""
    ORACLE = "oracle"
    """The host that lies, in proving mode."""
    STREAMS = "streams"
    """Random instructions on the compiled machine and on the plain one."""
    FIELDS = "fields"
    """Arithmetic of fields, beside Python's integers."""
    PRECOMPILES = "precompiles"
    """Functions of precompiles, beside libraries."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault with a name."""

    name: str
    category: str
    patch: Patch
    what: str
    """The fault in words."""
    where: Where = Where.NATIVE
    hunt: Hunt = Hunt.BLOCKS
    harmless: str = ""
    """Why nothing can tell it from the plain build: it is expected to survive."""
    reach: str = ""
    """What a case must have to show it, for faults that take long to find."""
    protocol: Protocol = DEFAULT
    """The version whose build contains it."""

    @property
    def variant(self) -> Variant:
        """The build that contains it."""
        return replace(Build(self.protocol).linked(), patches=(self.patch,))


def source_of(seed: int, number: int) -> RandomSource:
    """The choices from which case `number` of a seed is drawn."""
    return RandomSource((seed << _SEED_SHIFT) + number)


class Table:
    """Collects the mutants of a category, one `plant` each."""

    def __init__(
        self,
        category: str,
        package: str,
        where: Where = Where.NATIVE,
        hunt: Hunt = Hunt.BLOCKS,
        protocol: Protocol = DEFAULT,
    ) -> None:
        self._protocol: Final = protocol
        self._category: Final = category
        self._package: Final = package
        self._where: Final = where
        self._hunt: Final = hunt
        self.mutants: Final[list[Mutant]] = []

    def plant(
        self,
        name: str,
        module: str,
        old: str,
        new: str,
        what: str,
        *,
        where: Where | None = None,
        hunt: Hunt | None = None,
        harmless: str = "",
        reach: str = "",
    ) -> None:
        """Add one; `module` is below the package."""
        patch = Patch(f"{self._package}.{module}", old, new)
        mutant = Mutant(
            name,
            self._category,
            patch,
            what,
            where or self._where,
            hunt or self._hunt,
            harmless,
            reach,
            self._protocol,
        )
        self.mutants.append(mutant)
