"""The build options of this run, read once."""

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
    OPTION_UNLIMITED_NATIVE,
)
from zkos.guest.protocol.quirks import QUIRKS_UPSTREAM
from zkos.lang.intrinsics import option_word
from zkos.lang.ints import U32


def quirk_bits() -> U32:
    """Bits of `zkos.guest.protocol.quirks`: all or none."""
    if option_word(U32(0)) & OPTION_QUIRKS_UPSTREAM != 0:
        return QUIRKS_UPSTREAM
    return U32(0)


class Options:
    """See `zkos.guest.protocol.options` for the meaning of each."""

    proving: bool
    unlimited_native: bool
    batch: bool
    disable_system_contracts: bool
    quirk_bits: U32
    report: bool
    simulate: bool
    extra_precompiles: bool
    prevrandao: bool
    burn_base_fee: bool

    def __init__(self) -> None:
        word = option_word(U32(0))
        self.proving = word & OPTION_PROVING != 0
        self.unlimited_native = word & OPTION_UNLIMITED_NATIVE != 0
        self.batch = word & OPTION_BATCH != 0
        self.disable_system_contracts = word & OPTION_DISABLE_SYSTEM_CONTRACTS != 0
        self.quirk_bits = quirk_bits()
        self.report = word & OPTION_REPORT != 0
        self.simulate = word & OPTION_SIMULATE != 0
        self.extra_precompiles = word & OPTION_EXTRA_PRECOMPILES != 0
        self.prevrandao = word & OPTION_PREVRANDAO != 0
        self.burn_base_fee = word & OPTION_BURN_BASE_FEE != 0
