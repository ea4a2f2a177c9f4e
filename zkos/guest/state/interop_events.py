"""Events and L2->L1 logs, of which some tell of other chains (v31 system spec 6.8).

Two system contracts speak to the system by events: one adds roots of other chains'
messages, one says where this chain settles. Upstream the latter outlives a reverted
frame.
"""

from typing import Final

from zkos.guest.protocol.addresses import INTEROP_ROOTS, SYSTEM_CONTEXT
from zkos.guest.protocol.limits import MAX_U32
from zkos.guest.protocol.native import NATIVE_INTEROP_ROOT, NATIVE_SETTLEMENT_LAYER
from zkos.guest.protocol.options import (
    OPTION_DISABLE_SYSTEM_CONTRACTS,
    OPTION_QUIRKS_UPSTREAM,
)
from zkos.guest.state.emitted import Event, Log
from zkos.guest.state.event_log import LOG_PUBDATA_BYTES, MESSAGE_LENGTH_BYTES
from zkos.guest.state.other_chains import InteropRoot, OtherChains
from zkos.guest.system.errors import Fatal
from zkos.guest.system.resources import Resources
from zkos.lang.control import urange
from zkos.lang.intrinsics import option_word
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import ByteView, List

INTEROP_ROOT_ADDED: Final = U256(
    0x6B451B84_22636E45_B93BF7F5_94FA2C17_69D03976_6C4254A6_E7F9C0EE_1715CDB0
)
"""Topic of `InteropRootAdded(uint256,uint256,bytes32[])`."""
SETTLEMENT_LAYER_UPDATED: Final = U256(
    0x208DAF0B_9291C1E9_A1697737_D736630C_808045F8_1F5BC5AE_7B8ED740_EB5A4D7A
)
"""Topic of `SettlementLayerChainIdUpdated(uint256)`."""
ROOT_DATA_BYTES: Final = U32(96)
"""An array of one root: where it begins, its length, the root."""
ROOT_OFFSET: Final = U256(32)


class EventLog:
    """Events and logs in order of emission."""

    events: List[Event]
    """Empty unless a report is wanted or the block binds them."""
    logs: List[Log]
    first_log: U32
    """Index of the first log of the current transaction."""
    chains: OtherChains
    roots_at: List[U32]
    """Number of roots when the frame of that index began."""
    announced_at: List[U32]
    """The same of settlement layers."""
    listens: bool
    """Whether there are system contracts."""
    forgets_layers: bool
    """Whether a settlement layer is forgotten when its frame reverts."""

    def __init__(self) -> None:
        options = option_word(U32(0))
        self.events = List(Event)
        self.logs = List(Log)
        self.first_log = U32(0)
        self.chains = OtherChains()
        self.roots_at = List(U32)
        self.announced_at = List(U32)
        self.listens = options & OPTION_DISABLE_SYSTEM_CONTRACTS == 0
        self.forgets_layers = options & OPTION_QUIRKS_UPSTREAM == 0

    def begin_transaction(self) -> None:
        self.first_log = self.logs.length()

    def log_pubdata(self) -> U64:
        """Pubdata bytes of this transaction's logs (bootloader spec 9)."""
        total = U64(0)
        for index in urange(self.first_log, self.logs.length()):
            log = self.logs[index]
            total = total + LOG_PUBDATA_BYTES
            if log.is_message:
                total = total + MESSAGE_LENGTH_BYTES + U64(log.data.length())
        return total

    def frame_started(self, index: U32) -> None:
        """Remember what is known of other chains."""
        self.roots_at.truncate(index)
        self.announced_at.truncate(index)
        self.roots_at.append(self.chains.roots.length())
        self.announced_at.append(self.chains.announced.length())

    def frame_finished(self, index: U32, revert: bool) -> None:
        """Forget what was learnt since then if `revert`."""
        if revert:
            self.chains.roots.truncate(self.roots_at[index])
            if self.forgets_layers:
                self.chains.announced.truncate(self.announced_at[index])

    def observe(
        self, resources: Resources, address: Address, topics: List[U256], data: ByteView
    ) -> None:
        """Learn from an event. Raises OutOfNative and Fatal."""
        if U256(address) > MAX_U32 or topics.length() == 0 or not self.listens:
            return
        if address == INTEROP_ROOTS and topics[0] == INTEROP_ROOT_ADDED:
            self.add_root(resources, topics, data)
        elif address == SYSTEM_CONTEXT and topics[0] == SETTLEMENT_LAYER_UPDATED:
            self.announce(resources, topics, data)

    def add_root(
        self, resources: Resources, topics: List[U256], data: ByteView
    ) -> None:
        """Keep a root. Raises OutOfNative, and Fatal if there is not exactly one."""
        if topics.length() != 3 or data.length() != ROOT_DATA_BYTES:
            raise Fatal
        if data.load_u256_be(0) != ROOT_OFFSET or data.load_u256_be(32) != 1:
            raise Fatal
        resources.charge(U64(0), NATIVE_INTEROP_ROOT)
        root = data.load_u256_be(64)
        self.chains.roots.append(InteropRoot(topics[1], topics[2], root))

    def announce(
        self, resources: Resources, topics: List[U256], data: ByteView
    ) -> None:
        """Keep a settlement layer. Raises OutOfNative, and Fatal if it is malformed."""
        if topics.length() != 2 or data.length() != 0:
            raise Fatal
        resources.charge(U64(0), NATIVE_SETTLEMENT_LAYER)
        self.chains.announced.append(topics[1])

    def other_chains(self) -> OtherChains:
        """What the block knows of other chains."""
        return self.chains
