"""Smaller chains of Ethereum's blocks; EELS makes their headers anew.

A chain is its first state and ancestors, and what proposers decided. What Ethereum
does not allow any more when something is gone goes too.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from differential.ethereum.blocks import Account, KnownBlock, State
from differential.ethereum.chains import (
    PLACES,
    Body,
    body_of,
    fields_of,
    grow,
    next_terms,
    refit_parent,
)
from differential.ethereum.execution import CannotBuild
from differential.ethereum.less import (
    smaller_transactions,
    with_known_keys,
    without_pieces,
)
from zkos.versions import Fork

Blocks = tuple[KnownBlock, ...]
Shows = Callable[[Blocks], bool]
"""Whether blocks show what is looked for."""


@dataclass(frozen=True)
class _Parts:
    """A chain as it can be made smaller."""

    fork: Fork
    before: State
    headers: tuple[bytes, ...]
    bodies: tuple[Body, ...]

    def built(self) -> Blocks:
        return rebuild(self.fork, self.before, self.headers, self.bodies)


def rebuild(
    fork: Fork, before: State, headers: Sequence[bytes], bodies: Sequence[Body]
) -> Blocks:
    """The blocks of these bodies, up to the first that cannot be."""
    ancestors = refit_parent(before, headers)
    made: list[KnownBlock] = []
    for body in bodies:
        try:
            link = grow(fork, before, ancestors, _fitting(fork, ancestors[-1], body))
        except CannotBuild:
            break
        made.append(link.known)
        if link.flaw:
            break
        before, ancestors = link.after, link.headers
    return tuple(made)


def limits_of(header: bytes) -> tuple[int, int]:
    """Gas limit and time of a block."""
    fields = fields_of(header)
    limit, time = (fields[PLACES[name]] for name in ("gasLimit", "timestamp"))
    return int.from_bytes(limit, "big"), int.from_bytes(time, "big")


def reduce_blocks(blocks: Blocks, shows: Shows) -> Blocks:
    """The smallest blocks found that still show it, beginning with these.

    Each part is left out in turn, the boldest first, until none can be. ValueError for
    blocks whose state is not known in full.
    """
    parts = _parts(blocks)
    signed = _with_known_keys(parts)
    made = signed.built()
    if made and shows(made):
        parts, blocks = signed, made
    while True:
        for candidate in _smaller(parts):
            made = candidate.built()
            if made and shows(made):
                parts, blocks = candidate, made
                break
        else:
            return blocks


def smaller_blocks(blocks: Blocks) -> Iterator[Blocks]:
    """Chains with something less, the boldest first."""
    try:
        parts = _parts(blocks)
    except ValueError:
        return
    for candidate in _smaller(parts):
        made = candidate.built()
        if made:
            yield made


def _parts(blocks: Blocks) -> _Parts:
    first = blocks[0]
    if first.before is None:
        raise ValueError("the state before the block is not known in full")
    bodies = tuple(body_of(known) for known in blocks)
    return _Parts(first.block.fork, first.before, first.block.witness.headers, bodies)


def _with_known_keys(parts: _Parts) -> _Parts:
    """The same with transactions that can be signed again."""
    before, items = with_known_keys(
        parts.before, [body.transactions for body in parts.bodies]
    )
    bodies = tuple(
        replace(body, transactions=tuple(own))
        for body, own in zip(parts.bodies, items, strict=True)
    )
    return replace(parts, before=before, bodies=bodies)


def _smaller(parts: _Parts) -> Iterator[_Parts]:
    bodies = parts.bodies
    for end in range(1, len(bodies)):
        yield replace(parts, bodies=bodies[:end])
    for at, body in enumerate(bodies):
        for less in _smaller_body(body):
            changed = (*bodies[:at], less, *bodies[at + 1 :])
            yield replace(parts, bodies=changed)
    for state in _smaller_state(parts.before):
        yield replace(parts, before=state)


def _smaller_body(body: Body) -> Iterator[Body]:
    for items in without_pieces(body.transactions):
        yield replace(body, transactions=items)
    for withdrawals in without_pieces(body.withdrawals):
        yield replace(body, withdrawals=withdrawals)
    if body.extra:
        yield replace(body, extra=b"")
    for at, item in enumerate(body.transactions):
        for less in smaller_transactions(item):
            items = (*body.transactions[:at], less, *body.transactions[at + 1 :])
            yield replace(body, transactions=items)


def _smaller_state(before: State) -> Iterator[State]:
    addresses = tuple(before)
    for kept in without_pieces(addresses):
        yield {address: before[address] for address in kept}
    for address, account in before.items():
        for slots in without_pieces(tuple(account.storage)):
            storage = {slot: account.storage[slot] for slot in slots}
            yield {**before, address: replace(account, storage=storage)}
        if account.code and account.storage == {}:
            yield {**before, address: Account(account.nonce, account.balance)}


def _fitting(fork: Fork, parent: bytes, body: Body) -> Body:
    """The body with a gas limit and a time that its parent allows."""
    limit, time = limits_of(parent)
    body = replace(body, timestamp=max(body.timestamp, time + 1))
    try:
        next_terms(fork, parent, body.gas_limit)
    except CannotBuild:
        body = replace(body, gas_limit=limit)
    return body
