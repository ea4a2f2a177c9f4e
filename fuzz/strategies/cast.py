"""Who plays in a case: keys, contracts, strangers and the slots they all use.

Addresses and slots come from small pools, so that transactions and programs meet.
The cast also follows nonces, so that most transactions are valid, and remembers what
earlier transactions made, ended or delegated: later ones come back to it.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

from fuzz.strategies.numbers import word
from fuzz.strategies.source import Source, Weights
from zkos.host import rlp
from zkos.host.signing import address_of_key, keccak256

KEYS: Final = 6
AUTHORITIES: Final = 3
"""Further keys, which only authorize."""
CONTRACTS: Final[tuple[int, ...]] = (
    0xC0DE << 144,
    # Sorted by their lowest 64 bits first: these differ above or only there.
    (1 << 64) + 5,
    (1 << 128) + 5,
    0xC0DE_0000_0000_0000_0005,
    0xFFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF,
    # Below 2**16: a contract like any other (bootloader spec 1).
    0xABCD,
    0x8005,
)
STRANGERS: Final[tuple[int, ...]] = (
    0xDEAD,
    0xBEEF << 140,
    0,
    0x8001,
    0x8003,
    0x8006,
    0x8008,
    0x800A,
    0x800F,
    0x9000,
    0xFFFF,
    0x10000,
    0x100,
    11,
    *range(1, 11),
)
GHOSTS: Final = (0xDEAD << 72, (0xDEAD << 72) + 1, 0x6057)
"""Accounts that are only a part of one: a nonce, ether or code."""
DEEP: Final = 0xDEE9 << 80
"""A contract that does nothing but call itself."""
LOOPER: Final = 0x1009 << 96
"""A contract that makes a call as often as it is told."""
HERALD: Final = 0x4E7A1D << 88
"""A contract that sends long messages to L1."""
UPGRADER: Final = 0x800F
ADDRESS_LIMIT: Final = 1 << 160
_POOLS: Final = Weights(24, 42, 16, 8, 6, 14)
_DEEP_CASES: Final = 1
"""Of a hundred: they take as long as six others."""
_HEAVY_CASES: Final = 1


@cache
def keys() -> tuple[bytes, ...]:
    """The private keys of all cases."""
    return tuple(keccak256(b"sender %d" % number) for number in range(KEYS))


@cache
def senders() -> tuple[int, ...]:
    """The addresses of `keys`."""
    return tuple(address_of_key(key) for key in keys())


@cache
def authority_keys() -> tuple[bytes, ...]:
    """The private keys of accounts that mostly do not exist before."""
    return tuple(keccak256(b"authority %d" % number) for number in range(AUTHORITIES))


@cache
def authorities() -> tuple[int, ...]:
    """The addresses of `authority_keys`."""
    return tuple(address_of_key(key) for key in authority_keys())


class Work(NamedTuple):
    """What a transaction does."""

    to: int | None
    value: int
    data: bytes
    gas: int = 0
    """What it is known to need beyond the usual."""


@dataclass(slots=True)
class Cast:
    """The participants of one case."""

    contracts: list[int]
    """Addresses with code, or about to have it."""
    slots: tuple[int, ...] = (0, 1, 2)
    nonces: dict[int, int] = field(default_factory=dict)
    """The next nonce of senders and authorities, if all went well."""
    last_work: Work | None = None
    """What a transaction before did."""
    delegated: list[int] = field(default_factory=list)
    """Accounts that run, or ran, the code of others."""
    made: list[int] = field(default_factory=list)
    """Contracts that transactions of the case create."""
    doomed: list[int] = field(default_factory=list)
    """Those of them whose code may end them."""
    is_mortal: bool = False
    """Whether code written since this was cleared may end whose it is."""
    deep: bool = False
    """Whether somebody will recurse to the greatest depth."""
    heavy: bool = False
    """Whether transactions go for what a block can hold of native, logs and pubdata."""
    loud: bool = False
    """Whether they go for the pubdata of a batch instead."""
    creator: int | None = None
    """Whose next transaction puts a contract where somebody waits for it."""

    def address(self, source: Source) -> int:
        """A participant, rarely anybody."""
        match source.choose(range(6), _POOLS):
            case 0:
                return source.choose(senders())
            case 1:
                return source.choose(self.contracts)
            case 2:
                return source.choose(STRANGERS)
            case 3:
                return source.choose(GHOSTS)
            case 5:
                return self.remembered(source)
        return word(source) % ADDRESS_LIMIT

    def remembered(self, source: Source) -> int:
        """Somebody with a past: created, destroyed, delegated, or about to be."""
        past = (self.made, self.doomed, self.delegated)
        pool = source.choose(past)
        return source.choose(pool or authorities())

    def slot(self, source: Source) -> int:
        """A storage key, mostly a shared one."""
        return word(source) if source.chance(8) else source.choose(self.slots)

    def expect_contract(self, address: int) -> None:
        """Let others meet a contract that will be created by the code written last."""
        for pool in (self.contracts, self.made):
            if address not in pool:
                pool.append(address)
        if self.is_mortal and address not in self.doomed:
            self.doomed.append(address)

    def expect_delegation(self, address: int) -> None:
        """Let others meet an account that will run another's code."""
        if address not in self.delegated:
            self.delegated.append(address)


def make_cast(source: Source) -> Cast:
    """Contracts and slots of a case."""
    count = source.integer(1, 5)
    start = source.below(len(CONTRACTS))
    contracts = [CONTRACTS[(start + i) % len(CONTRACTS)] for i in range(count)]
    slots = (0, 1, 2, word(source), word(source), (1 << 256) - 1)
    deep = source.chance(_DEEP_CASES)
    heavy = source.chance(_HEAVY_CASES)
    loud = heavy and source.chance(40)
    return Cast(contracts, slots=slots, deep=deep, heavy=heavy, loud=loud)


def created_address(creator: int, nonce: int) -> int:
    """Where a creation by transaction or CREATE puts its contract."""
    digest = keccak256(rlp.encode([creator.to_bytes(20, "big"), nonce]))
    return int.from_bytes(digest[12:], "big")


def create2_address(creator: int, salt: int, initcode: bytes) -> int:
    """Where CREATE2 puts its contract (EIP-1014)."""
    content = creator.to_bytes(20, "big") + salt.to_bytes(32, "big")
    digest = keccak256(b"\xff" + content + keccak256(initcode))
    return int.from_bytes(digest[12:], "big")
