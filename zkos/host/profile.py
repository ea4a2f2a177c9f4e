"""Build variants of the OS and the option word that selects them.

Profiles are the shipped feature sets of bootloader spec 1; modes and quirks are
those of the command line.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from zkos.guest.protocol.options import (
    OPTION_DISABLE_SYSTEM_CONTRACTS,
    OPTION_PROVING,
    OPTION_QUIRKS_UPSTREAM,
    OPTION_REAL_PRECOMPILES,
    OPTION_REPORT,
    OPTION_SIMULATE,
    OPTION_TRACE_MEMORY,
    OPTION_UNLIMITED_NATIVE,
    OPTION_WRAP_IN_BATCH,
)
from zkos.versions import DEFAULT, Protocol


class Profile(Enum):
    """Which shipped build the OS behaves like."""

    APP = "app"
    """Native resources limited, public input of one block (`app.bin`)."""
    SERVER = "server"
    """Unlimited native, public input of a batch (`server_app.bin`)."""
    REPLAY = "replay"
    """Unlimited native, no system contracts (`evm_replay.bin`)."""

    @property
    def image(self) -> str:
        """Name of the shipped image with these features, without `.bin`."""
        return IMAGES[self]


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


IMAGES: Final = {
    Profile.APP: "app",
    Profile.SERVER: "server_app",
    Profile.REPLAY: "evm_replay",
}
_PROFILE_BITS: Final = {
    Profile.APP: 0,
    Profile.SERVER: int(OPTION_UNLIMITED_NATIVE) | int(OPTION_WRAP_IN_BATCH),
    Profile.REPLAY: int(OPTION_UNLIMITED_NATIVE) | int(OPTION_DISABLE_SYSTEM_CONTRACTS),
}


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Everything that selects a variant of the OS for a run."""

    profile: Profile = Profile.APP
    mode: Mode = Mode.PROVING
    quirks: Quirks = Quirks.NONE
    report: bool = True
    """Ask the guest for receipts, diffs, events and pubdata."""
    simulate: bool = False
    real_precompiles: bool = False
    trace_memory: bool = False
    """Have a build that traces show memory at every step."""
    emulation: Emulation = Emulation.FASTEST
    time_limit: float | None = None
    """Seconds after which the run ends as a timeout; None is no limit."""
    protocol: Protocol = DEFAULT
    """The version of the OS; a build of its own, not a word of the guest."""

    def word(self) -> int:
        """Option word 0 of the guest, see `zkos.guest.protocol.options`."""
        word = _PROFILE_BITS[self.profile]
        for wanted, bit in (
            (self.mode is Mode.PROVING, OPTION_PROVING),
            (self.quirks is Quirks.UPSTREAM, OPTION_QUIRKS_UPSTREAM),
            (self.report, OPTION_REPORT),
            (self.simulate, OPTION_SIMULATE),
            (self.real_precompiles, OPTION_REAL_PRECOMPILES),
            (self.trace_memory, OPTION_TRACE_MEMORY),
        ):
            if wanted:
                word |= int(bit)
        return word
