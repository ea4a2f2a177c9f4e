"""Variants of the OS and the option word that selects them for a run.

Profiles are feature sets of bootloader spec 1; modes and quirks are those of the
command line.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from zkos.compiler.variant import PLAIN, Variant
from zkos.guest.protocol.options import (
    OPTION_BATCH,
    OPTION_BURN_BASE_FEE,
    OPTION_DISABLE_SYSTEM_CONTRACTS,
    OPTION_EXTRA_PRECOMPILES,
    OPTION_PREVRANDAO,
    OPTION_PROVING,
    OPTION_QUIRKS_UPSTREAM,
    OPTION_REPORT,
    OPTION_SIMULATE,
    OPTION_TRACE_MEMORY,
    OPTION_TRACE_RETURN_DATA,
    OPTION_UNLIMITED_NATIVE,
)
from zkos.host.context import DataAvailability
from zkos.versions import DEFAULT, Build, Fork, Instance, Protocol


class Profile(Enum):
    """Which features the OS has."""

    PRODUCTION = "production"
    """Those of the images chains run; native resources are limited."""
    REPLAY = "replay"
    """For comparison with Ethereum: native is unlimited, system contracts are ordinary
    accounts, PREVRANDAO comes from the metadata, the base fee is burnt."""


class Mode(Enum):
    """How far the guest trusts the oracle."""

    FORWARD = "forward"
    """Answers are believed; for the sequencer."""
    PROVING = "proving"
    """Every preimage and the tree are verified."""


class Quirks(Enum):
    """What to do about upstream's faults."""

    NONE = "none"
    UPSTREAM = "upstream"
    """Reproduce them bit for bit."""


class Emulation(Enum):
    """How RISC-V images are run; results do not depend on it."""

    FASTEST = "fastest"
    """Translated where a translation of the image is at hand."""
    INTERPRETED = "interpreted"


_PROFILE_BITS: Final = {
    Profile.PRODUCTION: 0,
    Profile.REPLAY: int(
        OPTION_UNLIMITED_NATIVE
        | OPTION_DISABLE_SYSTEM_CONTRACTS
        | OPTION_PREVRANDAO
        | OPTION_BURN_BASE_FEE
    ),
}


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Everything that selects a variant of the OS for a run."""

    profile: Profile = Profile.PRODUCTION
    mode: Mode = Mode.PROVING
    quirks: Quirks = Quirks.NONE
    report: bool = True
    """Ask the guest for receipts, diffs, events and pubdata."""
    simulate: bool = False
    extra_precompiles: bool = False
    """BLAKE2F and point evaluation, which no production image has."""
    trace_memory: bool = False
    """Have a build that traces show memory at every step."""
    trace_return_data: bool = False
    """Likewise what the last call returned."""
    unlimited_native: bool = False
    """Native resources are without limit, whatever the profile says."""
    batch: bool = False
    """Ask how many blocks there are, as the image for several does."""
    da: DataAvailability | None = None
    """Instead of what the blocks say."""
    emulation: Emulation = Emulation.FASTEST
    time_limit: float | None = None
    """Seconds after which the run ends as a timeout; None is no limit."""
    protocol: Protocol = DEFAULT
    """Of cases that name none: a build of its own, not a word of the guest."""
    instance: Instance = Instance.ZK
    """Likewise a build of its own."""
    fork: Fork = Fork.OSAKA
    """Of blocks of the Ethereum instance."""

    def build(self, variant: Variant = PLAIN) -> Build:
        """The build of the OS that runs with these options."""
        return Build(self.protocol, self.instance, variant, self.fork)

    def word(self) -> int:
        """Option word 0 of the guest, see `zkos.guest.protocol.options`."""
        word = _PROFILE_BITS[self.profile]
        for wanted, bit in (
            (self.mode is Mode.PROVING, OPTION_PROVING),
            (self.quirks is Quirks.UPSTREAM, OPTION_QUIRKS_UPSTREAM),
            (self.report, OPTION_REPORT),
            (self.simulate, OPTION_SIMULATE),
            (self.extra_precompiles, OPTION_EXTRA_PRECOMPILES),
            (self.trace_memory, OPTION_TRACE_MEMORY),
            (self.trace_return_data, OPTION_TRACE_RETURN_DATA),
            (self.batch, OPTION_BATCH),
            (self.unlimited_native, OPTION_UNLIMITED_NATIVE),
        ):
            if wanted:
                word |= int(bit)
        return word
