"""Changes of chains of Ethereum's blocks; EELS makes the headers anew.

A chain is its first state and ancestors, and what proposers decided: everything else
follows. What Ethereum does not allow any more after a change is left out.
"""

from dataclasses import replace
from typing import Any, Final

from differential.ethereum.blocks import Account, KnownBlock, State
from differential.ethereum.chains import Body, body_of, grow
from differential.ethereum.execution import CannotBuild
from differential.ethereum.reducing import rebuild
from fuzz.mutation.codes import mutate_code
from fuzz.mutation.transactions import mutate_number, mutate_transaction
from fuzz.strategies.cast import (
    Cast,
    authorities,
    keys,
    make_cast,
    senders,
)
from fuzz.strategies.ethereum.chains import Chain, next_block
from fuzz.strategies.ethereum.transactions import CHAIN_ID
from fuzz.strategies.numbers import word
from fuzz.strategies.source import Source, Weights
from zkos.host.case import AccountState, Case
from zkos.host.context import BlockContext
from zkos.host.delivery import decode_transaction, deliver
from zkos.host.transactions import (
    FieldTransaction,
    RawTransaction,
    TransactionError,
)
from zkos.versions import Fork

MOST_BLOCKS: Final = 6
_CHANGES: Final = Weights(34, 14, 16, 10, 8, 12, 6)
_MOST_GAS: Final = 3_000_000


def mutate_chain(source: Source, parent: Chain, donor: Chain) -> Chain:
    """A chain with one thing changed."""
    try:
        bodies = [body_of(known) for known in parent]
        given = [body_of(known) for known in donor]
    except ValueError:
        return parent
    first = parent[0]
    assert first.before is not None
    before, headers, fork = first.before, first.block.witness.headers, first.block.fork
    at = source.below(len(bodies))
    match source.choose(range(7), _CHANGES):
        case 0:
            bodies[at] = _change_transaction(source, bodies[at], first)
        case 1:
            bodies[at] = _change_list(source, bodies[at], source.choose(given))
        case 2:
            before = _change_state(source, before, donor[0].before or {})
        case 3:
            bodies[at] = _change_withdrawals(source, bodies[at])
        case 4:
            bodies[at] = _change_frame(source, bodies[at])
        case 5:
            return _longer(source, parent)
        case _:
            fork = source.choose(tuple(Fork))
    return rebuild(fork, before, headers, bodies) or parent


def _change_transaction(source: Source, body: Body, first: KnownBlock) -> Body:
    """Other fields in one, signed again where the key is ours."""
    if not body.transactions:
        return body
    at = source.below(len(body.transactions))
    raw = RawTransaction(body.transactions[at])
    context = BlockContext(chain_id=CHAIN_ID, native_price=1, coinbase=body.coinbase)
    known = tuple(
        AccountState(address, code=account.code)
        for address, account in (first.before or {}).items()
        if account.code
    )
    try:
        item = decode_transaction(raw)
        if item.sender in senders():
            key = keys()[senders().index(item.sender)]
            item = replace(item, private_key=key, signature=None, sender=None, v=None)
        made = mutate_transaction(source, item, Case((), accounts=known), context)
        if isinstance(made, FieldTransaction):
            if not made.kind.is_signed:
                return body
            made = replace(made, gas_limit=min(made.gas_limit, _MOST_GAS), format=None)
        data = deliver(made, CHAIN_ID).data
    except TransactionError:
        return body
    items = (*body.transactions[:at], data, *body.transactions[at + 1 :])
    return replace(body, transactions=tuple(item for item in items if item))


def _change_list(source: Source, body: Body, other: Body) -> Body:
    """One less, one twice, two exchanged, or some of another block."""
    items = list(body.transactions)
    at = source.below(len(items) + 1)
    match source.below(4):
        case 0:
            del items[at : at + source.integer(1, 2)]
        case 1 if len(items) > 1:
            one, two = source.below(len(items)), source.below(len(items))
            items[one], items[two] = items[two], items[one]
        case 2:
            items[at:at] = other.transactions[source.below(4) :][:3]
        case _:
            items[at:at] = items[at : at + 1]
    return replace(body, transactions=tuple(items))


def _change_state(source: Source, before: State, donor: State) -> State:
    address = source.choose(tuple(before))
    account = before[address]
    match source.below(5):
        case 0:
            if account.code:
                other = source.choose(tuple(donor.values()) or (Account(),)).code
                account = replace(
                    account, code=mutate_code(source, account.code, other)
                )
        case 1 | 2:
            slots = (*account.storage, word(source))
            value = source.choose((0, 1, word(source)))
            storage = {**account.storage, source.choose(slots): value}
            storage = {slot: value for slot, value in storage.items() if value}
            account = replace(account, storage=storage)
        case 3:
            balance = mutate_number(source, account.balance) >> source.choose((0, 150))
            account = replace(account, balance=balance)
        case _:
            number = mutate_number(source, account.nonce) % (1 << 64)
            account = replace(account, nonce=number)
    changed = dict(before)
    changed[address] = account
    if not (account.nonce or account.balance or account.code):
        del changed[address]
    return changed


def _change_withdrawals(source: Source, body: Body) -> Body:
    items = list(body.withdrawals)
    at = source.below(len(items) + 1)
    address = source.choose((*senders(), *(item[2] for item in items), 0))
    amount = source.choose((0, 1, mutate_number(source, 1) % (1 << 64)))
    items[at : at + source.below(2)] = [(at, source.below(5), address, amount)]
    return replace(body, withdrawals=tuple(items))


def _change_frame(source: Source, body: Body) -> Body:
    changes: tuple[dict[str, Any], ...] = (
        {"coinbase": source.choose((*senders(), *authorities(), 0, 5))},
        {"timestamp": body.timestamp + source.choose((1, 12, 8191))},
        {"gas_limit": body.gas_limit + source.choose((1, -1, 1000, -1000))},
        {"mix_hash": word(source)},
        {"beacon_root": word(source)},
        {"extra": source.bytes(source.below(33))},
    )
    return replace(body, **source.choose(changes))


def _longer(source: Source, parent: Chain) -> Chain:
    """One fresh block more."""
    if len(parent) >= MOST_BLOCKS:
        return parent
    last = parent[-1]
    try:
        again = grow(
            last.block.fork,
            last.before or {},
            last.block.witness.headers,
            body_of(last),
        )
    except CannotBuild:
        return parent
    if again.flaw:
        return parent
    cast = cast_of(source, again.after)
    link = next_block(source, cast, last.block.fork, again.after, again.headers)
    return parent if link is None else (*parent, link.known)


def cast_of(source: Source, state: State) -> Cast:
    """Who plays on a state that is there already."""
    cast = make_cast(source)
    cast.deep = cast.heavy = False
    cast.contracts = [a for a, item in state.items() if item.code] or cast.contracts
    for address in (*senders(), *authorities()):
        if address in state:
            cast.nonces[address] = state[address].nonce
    return cast
