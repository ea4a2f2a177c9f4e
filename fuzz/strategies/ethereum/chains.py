"""Chains of whole blocks of Ethereum: states, proposers and what they put in."""

from dataclasses import replace
from typing import Final

from differential.ethereum.blocks import KnownBlock, State
from differential.ethereum.chains import (
    Body,
    Link,
    Parent,
    Withdrawal,
    blob_fee,
    grow,
    invent_parent,
    next_terms,
)
from differential.ethereum.execution import CannotBuild
from differential.ethereum.reducing import limits_of
from fuzz.strategies.cast import Cast, authorities, senders
from fuzz.strategies.ethereum.paths import some_addresses
from fuzz.strategies.ethereum.transactions import Terms, faulty, transaction
from fuzz.strategies.ethereum.worlds import world
from fuzz.strategies.fees import coinbase
from fuzz.strategies.numbers import word
from fuzz.strategies.source import Source, Weights
from zkos.versions import Fork

Chain = tuple[KnownBlock, ...]
FAULTY: Final = 10
"""Percent of transactions that are mostly not allowed."""
_FORKS: Final = (Fork.PRAGUE, Fork.OSAKA, Fork.BPO1, Fork.BPO2)
_FORK_WEIGHTS: Final = Weights(40, 30, 12, 18)
_LENGTHS: Final = (1, 2, 3, 5)
_LENGTH_WEIGHTS: Final = Weights(58, 22, 13, 7)
_SIZES: Final = (2, 1, 3, 4, 6, 9, 0, 20)
_SIZE_WEIGHTS: Final = Weights(22, 16, 22, 18, 10, 6, 5, 1)
_WITHDRAWALS: Final = (0, 1, 2, 4, 16, 20)
_WITHDRAWAL_WEIGHTS: Final = Weights(36, 20, 20, 14, 8, 2)
_AMOUNTS: Final = (1, 0, 32 * 10**9, (1 << 64) - 1, 7)
_NUMBERS: Final = (1, 0, 5, 300, 21_000_000)
_NUMBER_WEIGHTS: Final = Weights(40, 20, 36, 3, 1)
_GAS_LIMITS: Final = (30_000_000, 5_000_000, 36_000_000, 60_000_000)
_BASE_FEES: Final = (7, 1, 1000, 10**9, 8, 10**11)
_EXCESS: Final = (0, 0, 131_072, 786_432, 60_000_000, 120_000_000)
_BLOB_GAS: Final = 1 << 17
_MOST_BLOBS: Final = 6
_STEPS: Final = (12, 1, 24, 1000)
_LEAST_GAS_LIMIT: Final = 5000


def chain(source: Source, fork: Fork | None = None) -> Chain:
    """Blocks that follow each other, of any fork if none is given; at least one."""
    fork = fork or source.choose(_FORKS, _FORK_WEIGHTS)
    cast, state = world(source, fork)
    before: State = state
    headers = invent_parent(before, _parent(source))
    blocks: list[KnownBlock] = []
    for _ in range(source.choose(_LENGTHS, _LENGTH_WEIGHTS)):
        link = next_block(source, cast, fork, before, headers)
        if link is None:
            break
        blocks.append(link.known)
        if link.flaw:
            break
        before, headers = link.after, link.headers
        for address in (*senders(), *authorities()):
            if address in before:
                cast.nonces[address] = before[address].nonce
    return tuple(blocks) or chain(source, fork)


def lone_block(source: Source, faults: int, fork: Fork | None = None) -> Link:
    """One block, of whose transactions so many percent are mostly not allowed."""
    fork = fork or source.choose(_FORKS, _FORK_WEIGHTS)
    cast, before = world(source, fork)
    headers = invent_parent(before, _parent(source))
    link = next_block(source, cast, fork, before, headers, faults)
    return link or lone_block(source, faults, fork)


def next_block(
    source: Source,
    cast: Cast,
    fork: Fork,
    before: State,
    headers: tuple[bytes, ...],
    faults: int = FAULTY,
) -> Link | None:
    """A block after these; without transactions if the state lets none pass, or None.

    None is for states on which there can be no block: a system contract fails.
    """
    body = _frame(source, cast, headers[-1])
    base_fee, excess, number = next_terms(fork, headers[-1], body.gas_limit)
    terms = Terms(
        base_fee,
        blob_fee(fork, excess),
        body.gas_limit,
        body.coinbase,
        number,
        body.timestamp,
    )
    made = []
    for _ in range(source.choose(_SIZES, _SIZE_WEIGHTS)):
        draw = faulty if source.chance(faults) else transaction
        item = draw(source, cast, terms)
        if item:
            made.append(item)
    withdrawals = _withdrawals(source, cast)
    full = replace(body, transactions=tuple(made), withdrawals=withdrawals)
    for attempt in (full, body):
        try:
            return grow(fork, before, headers, attempt)
        except CannotBuild:
            continue
    return None


def _parent(source: Source) -> Parent:
    """The block before the first, with anything that later fees depend on."""
    number = source.choose(_NUMBERS, _NUMBER_WEIGHTS)
    limit = source.choose(_GAS_LIMITS)
    used = source.choose((limit // 2, 0, limit, limit // 2 + 1, source.below(limit)))
    return Parent(
        number,
        source.choose((1, 1_700_000_000, 8191 * 3)),
        limit,
        used,
        source.choose(_BASE_FEES),
        source.below(_MOST_BLOBS + 1) * _BLOB_GAS,
        source.choose(_EXCESS) + source.choose((0, 0, 1, _BLOB_GAS)),
    )


def _frame(source: Source, cast: Cast, parent: bytes) -> Body:
    """A body without anything in it."""
    limit, time = limits_of(parent)
    room = max(limit // 1024 - 1, 0)
    change = source.choose((0, 0, room, -room, 1, -1))
    change = change if abs(change) <= room else 0
    return Body(
        coinbase=coinbase(source, cast),
        timestamp=time + source.choose(_STEPS),
        gas_limit=max(limit + change, _LEAST_GAS_LIMIT),
        mix_hash=word(source),
        beacon_root=word(source),
        extra=source.bytes(source.choose((0, 0, 5, 31, 32))),
    )


def _withdrawals(source: Source, cast: Cast) -> tuple[Withdrawal, ...]:
    """To strangers whose paths are near each other, to participants, and of nothing."""
    near, made = some_addresses(source), []
    first = source.choose((0, 1, 1 << 32, (1 << 64) - 30))
    for number in range(source.choose(_WITHDRAWALS, _WITHDRAWAL_WEIGHTS)):
        to = source.choose(near) if source.chance(60) else cast.address(source)
        made.append((first + number, source.below(9), to, source.choose(_AMOUNTS)))
    return tuple(made)
