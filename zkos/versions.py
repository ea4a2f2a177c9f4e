"""Protocol versions and instances, and builds of the OS: one row each.

A version is a number the guest's constants are chosen by, and the modules that stand
behind its seams. A build is a version, an instance and what the compiler varies. To add
a version: a member of `Protocol` and its row in `VERSIONS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from zkos.compiler.variant import PLAIN, Variant
from zkos.lang.linkage import Linkage

Bindings = tuple[tuple[str, str], ...]
"""Seams with the modules behind them; other seams keep their default."""
_NUMBER: Final = "zkos.guest.protocol.version:VERSION"
_FORK: Final = "zkos.guest.protocol.fork:FORK"


class Protocol(Enum):
    """The protocol versions that can be built, oldest first."""

    V30 = "v30"
    V31 = "v31"
    V32 = "v32"


class Instance(Enum):
    """Whose state transition a build computes."""

    ZK = "zk"
    """ZKsync OS: its transactions, system contracts and flat storage tree."""
    ETHEREUM = "ethereum"
    """Ethereum's own: its blocks, its state trie, a stateless witness as input."""


class Fork(Enum):
    """The forks of Ethereum that its instance knows, oldest first."""

    PRAGUE = "prague"
    OSAKA = "osaka"
    BPO1 = "bpo1"
    BPO2 = "bpo2"

    @property
    def number(self) -> int:
        """By which the guest's constants go, see `zkos.guest.protocol.fork`."""
        return list(Fork).index(self) + 1


@dataclass(frozen=True, slots=True)
class Version:
    """What a protocol version is."""

    number: int
    """The minor number of the protocol version, by which the guest's constants go."""
    release: str
    """Upstream's release (zksync-os) whose images ours must agree with."""
    fork: str
    """The Ethereum fork that references run, by py-evm's name: the oldest that has all
    of Ethereum's rules the version has. What the fork has besides is taken away by the
    references' policy, rule by rule."""
    images: tuple[str, ...]
    """The released images to compare with, without `.bin`."""
    bindings: Bindings = ()


_V31: Final[Bindings] = (
    ("zkos.guest.commitment.batch", "zkos.guest.commitment.interop_batch"),
    ("zkos.guest.commitment.result", "zkos.guest.commitment.service_result"),
    ("zkos.guest.evm.instructions.blobs", "zkos.guest.evm.instructions.priced_blobs"),
    ("zkos.guest.flow.l1", "zkos.guest.flow.treasury_l1"),
    ("zkos.guest.flow.terms", "zkos.guest.flow.worst_case_terms"),
    ("zkos.guest.flow.validation", "zkos.guest.flow.prepaid_validation"),
    ("zkos.guest.state.absence", "zkos.guest.state.whole_block"),
    ("zkos.guest.state.events", "zkos.guest.state.interop_events"),
    ("zkos.guest.system.metadata", "zkos.guest.system.blob_metadata"),
    ("zkos.guest.transactions.kinds", "zkos.guest.transactions.service"),
)
_SINCE_V32: Final[Bindings] = (
    ("zkos.guest.commitment.binding", "zkos.guest.commitment.chain_in_input"),
    ("zkos.guest.commitment.result", "zkos.guest.commitment.tree_result"),
    ("zkos.guest.flow.terms", "zkos.guest.flow.capped_terms"),
    ("zkos.guest.hooks.modexp_native", "zkos.guest.hooks.modexp_by_work"),
    ("zkos.guest.state.slot", "zkos.guest.state.paid_slot"),
    ("zkos.guest.system.metadata", "zkos.guest.system.configured_metadata"),
)
"""On top of those of v31; of two for one seam the last counts."""
VERSIONS: Final[Mapping[Protocol, Version]] = MappingProxyType({
    # Cancun, EIP-7702 (hence Prague for references) and P256 of EIP-7951. Of Prague it
    # lacks EIP-2537, EIP-2935 and EIP-7623; of Cancun blobs, EIP-4788, blake2f and
    # point evaluation.
    Protocol.V30: Version(
        30,
        "0.2.5",
        "prague",
        ("singleblock_batch", "multiblock_batch", "evm_replay"),
    ),
    # The same of Ethereum. No image of it is public.
    Protocol.V31: Version(31, "0.3.2", "prague", (), _V31),
    # And EIP-7623; what else, `zkos/unsettled.py` lists as not known. No image either.
    Protocol.V32: Version(32, "0.4.0", "prague", (), _V31 + _SINCE_V32),
})  # fmt: skip
INSTANCES: Final[Mapping[Instance, Bindings]] = MappingProxyType({
    Instance.ZK: (),
    Instance.ETHEREUM: (
        ("zkos.guest.crypto.keccak", "zkos.guest.crypto.delegated_keccak"),
        (
            "zkos.guest.evm.instructions.blobs",
            "zkos.guest.evm.instructions.transaction_blobs",
        ),
        ("zkos.guest.hooks.call", "zkos.guest.hooks.ethereum_call"),
        ("zkos.guest.hooks.table", "zkos.guest.hooks.ethereum_table"),
        ("zkos.guest.state.backing", "zkos.guest.models.mpt.backing"),
        ("zkos.guest.state.deployment", "zkos.guest.models.mpt.deployment"),
        ("zkos.guest.system.metadata", "zkos.guest.blocks.ethereum.metadata"),
    ),
})  # fmt: skip
DEFAULT: Final = Protocol.V30

ENTRIES: Final[Mapping[Instance, str]] = MappingProxyType({
    Instance.ZK: "zkos.guest.entry.block",
    Instance.ETHEREUM: "zkos.guest.entry.ethereum",
})  # fmt: skip
"""The modules whose `main` the guest runs."""


class UnknownVersion(ValueError):
    """A name no version has; the text is one line for the user."""


def protocol_of(name: str) -> Protocol:
    """The version called `name`, such as "v30". Raises UnknownVersion."""
    known = {protocol.value: protocol for protocol in Protocol}
    if name not in known:
        there = ", ".join(known)
        raise UnknownVersion(f"no protocol version {name!r}: there is {there}")
    return known[name]


@dataclass(frozen=True, slots=True)
class Build:
    """One build of the OS."""

    protocol: Protocol = DEFAULT
    instance: Instance = Instance.ZK
    variant: Variant = PLAIN
    fork: Fork = Fork.OSAKA
    """Of the Ethereum instance only, which in turn has no protocol version: where it
    shares numbers with ZKsync OS, they are those of the default one."""

    @property
    def entry(self) -> str:
        """The module whose `main` the guest runs."""
        return ENTRIES[self.instance]

    @property
    def main(self) -> str:
        """The function that the guest runs."""
        return f"{self.entry}:main"

    def linked(self) -> Variant:
        """What the compiler and CPython make of it: the variant on top of the rest."""
        if self.instance is Instance.ETHEREUM:
            fork = ((_FORK, self.fork.number),)
            return self.variant.over(Linkage(INSTANCES[self.instance], fork))
        version = VERSIONS[self.protocol]
        bindings = version.bindings + INSTANCES[self.instance]
        default = version.number == VERSIONS[DEFAULT].number
        number = () if default else ((_NUMBER, version.number),)
        return self.variant.over(Linkage(bindings, number))


STANDARD: Final = Build()
"""The guest as it stands in the source."""
