"""Authorization lists (EIP-7702): who lets whose code run, and rules broken one by one.

Most entries are good: of senders, of the sender itself, of accounts that do not exist.
Delegates are contracts, other delegated accounts, precompiles, system contracts, what
was destroyed or is about to be, and nobody, which ends a delegation.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from fuzz.strategies.cast import (
    Cast,
    authorities,
    authority_keys,
    keys,
    senders,
)
from fuzz.strategies.numbers import SECP256K1_ORDER, word
from fuzz.strategies.source import Source, Weights
from zkos.host.codecs.rlp import authorization_hash
from zkos.host.context import BlockContext
from zkos.host.signing import sign
from zkos.host.transactions import Authorization

GAS: Final = 25_000
"""Of an entry."""
LAST_NONCE: Final = (1 << 64) - 1
_COUNTS: Final = (1, 2, 3, 4, 6)
_COUNT_WEIGHTS: Final = Weights(48, 28, 14, 7, 3)
_BROKEN: Final = 30
"""Percent of entries with a broken rule."""
_DELEGATES: Final = Weights(38, 14, 10, 8, 12, 10, 8)
_PRECOMPILES: Final[tuple[int, ...]] = (*range(1, 11), 0x100)
_HOOKS: Final[tuple[int, ...]] = (0x8008, 0x800A, 0x8006)
Fault = Callable[[Source, BlockContext, Authorization], Authorization]


def authorization_list(
    source: Source, cast: Cast, context: BlockContext, sender: int
) -> tuple[Authorization, ...]:
    """The list of a transaction whose sender's nonce is already counted in the cast."""
    entries = []
    for _ in range(source.choose(_COUNTS, _COUNT_WEIGHTS)):
        entry, authority = _good(source, cast, context, sender)
        if source.chance(_BROKEN):
            entry = source.choose(FAULTS)(source, context, entry)
        else:
            cast.nonces[authority] = min(entry.nonce + 1, LAST_NONCE)
            cast.expect_delegation(authority)
        entries.append(entry)
    return tuple(entries)


def _good(
    source: Source, cast: Cast, context: BlockContext, sender: int
) -> tuple[Authorization, int]:
    """An entry that is accepted if nothing unforeseen has happened, and whose it is."""
    known = (*keys(), *authority_keys())
    addresses = (*senders(), *authorities())
    at = source.below(len(known))
    if source.chance(15):
        at = addresses.index(sender)
    elif source.chance(10) and context.coinbase in addresses:
        at = addresses.index(context.coinbase)
    authority = addresses[at]
    entry = Authorization(
        address=_delegate(source, cast, authority),
        nonce=cast.nonces.get(authority, 0),
        chain_id=source.choose((None, 0)),
        private_key=known[at],
    )
    return entry, authority


def _delegate(source: Source, cast: Cast, authority: int) -> int:
    match source.choose(range(7), _DELEGATES):
        case 0:
            return source.choose(cast.contracts)
        case 1:
            return source.choose(cast.delegated or senders())
        case 2:
            return source.choose(_PRECOMPILES)
        case 3:
            return source.choose(_HOOKS)
        case 4:
            return 0
        case 5:
            return source.choose((authority, cast.remembered(source)))
    return cast.address(source)


def wrong_chain(
    source: Source, context: BlockContext, entry: Authorization
) -> Authorization:
    """Signed for another chain, of a higher or a lower id."""
    here = context.chain_id
    others = {here + 1, max(here - 1, 0), 1, here ^ 1 << 32, here >> 1} - {here, 0}
    return replace(entry, chain_id=source.choose(tuple(sorted(others))))


def wide_chain(source: Source, _: BlockContext, entry: Authorization) -> Authorization:
    """A chain id that no chain can have, or that cannot be read at all."""
    return replace(entry, chain_id=source.choose((1 << 64, 1 << 255, 1 << 256)))


def wrong_nonce(source: Source, _: BlockContext, entry: Authorization) -> Authorization:
    """A nonce that was or will be."""
    step = source.choose((1, -1, 2, 1000))
    return replace(entry, nonce=entry.nonce + (step if entry.nonce + step >= 0 else 1))


def last_nonce(source: Source, _: BlockContext, entry: Authorization) -> Authorization:
    """A nonce that cannot be counted up, or that cannot be read."""
    return replace(entry, nonce=source.choose((LAST_NONCE, LAST_NONCE, 1 << 64)))


def malleable(_: Source, context: BlockContext, entry: Authorization) -> Authorization:
    """The other signature of the same key: s is high."""
    r, s, y = _signed(context, entry)
    return replace(entry, r=r, s=SECP256K1_ORDER - s, y=1 - y)


def wrong_parity(
    source: Source, context: BlockContext, entry: Authorization
) -> Authorization:
    """The signature of somebody else, of nobody, or that cannot be read."""
    y = _signed(context, entry)[2]
    return replace(entry, y=source.choose((1 - y, 2, 27, 255, 256)))


def wrong_number(
    source: Source, _: BlockContext, entry: Authorization
) -> Authorization:
    """A part of the signature at an edge of what it may be, or beyond."""
    edges = (0, 1, SECP256K1_ORDER - 1, SECP256K1_ORDER, word(source), 1 << 256)
    value = source.choose(edges)
    return replace(entry, r=value) if source.chance(50) else replace(entry, s=value)


def half_order(source: Source, _: BlockContext, entry: Authorization) -> Authorization:
    """The greatest s there may be, and the next: of other signers."""
    return replace(entry, s=SECP256K1_ORDER // 2 + source.below(2))


def wrong_delegate(
    source: Source, context: BlockContext, entry: Authorization
) -> Authorization:
    """Signed for another delegate: whoever that signs is nobody known."""
    r, s, y = _signed(context, entry)
    return replace(entry, address=word(source) >> 96, r=r, s=s, y=y, private_key=None)


def _signed(context: BlockContext, entry: Authorization) -> tuple[int, int, int]:
    key = entry.private_key
    assert key is not None
    made = sign(key, authorization_hash(entry, context.chain_id))
    r, s = (int.from_bytes(made[at : at + 32], "big") for at in (0, 32))
    return r, s, made[64] - 27


FAULTS: Final[tuple[Fault, ...]] = (
    wrong_chain,
    wrong_nonce,
    malleable,
    wrong_parity,
    last_nonce,
    half_order,
    wrong_number,
    wrong_delegate,
    wide_chain,
)
