"""Signed transactions taken apart, damaged, and signed as they then are."""

from collections import Counter

import pytest

from differential.runners import native
from differential.runners.base import run_chain
from fuzz.strategies.authorizations import FAULTS, authorization_list
from fuzz.strategies.cast import authorities, authority_keys, keys, make_cast, senders
from fuzz.strategies.envelopes import damaged_envelope, seal, unsigned_items
from fuzz.strategies.fees import first_context
from fuzz.strategies.source import RandomSource
from fuzz.strategies.transactions import signed
from fuzz.targets.envelope_reader import Refused, read_envelope
from zkos.guest.protocol import report
from zkos.host import rlp
from zkos.host.case import AccountState, Block, Case
from zkos.host.codecs.rlp import encode_signed
from zkos.host.context import BlockContext
from zkos.host.profile import RunOptions
from zkos.host.transactions import Authorization, FieldTransaction, Kind

CHAIN = 37
CONTEXT = BlockContext()
DELEGATE = 0xC0DE


def some_transactions(count: int) -> list[FieldTransaction]:
    made = []
    for seed in range(count):
        source = RandomSource(seed)
        cast = make_cast(source)
        made.append(signed(source, cast, first_context(source, cast)))
    return made


def test_sealed_pieces_are_the_envelope() -> None:
    kinds = Counter()
    for made in some_transactions(150):
        pieces = [rlp.encode(item) for item in unsigned_items(made, CHAIN)]
        try:
            read_envelope(encode_signed(made, CHAIN), CHAIN)
        except Refused:
            continue
        assert seal(pieces, made, CHAIN) == encode_signed(made, CHAIN)
        kinds[made.kind] += 1
    assert min(kinds.values()) > 10
    assert len(kinds) == 4


def test_damage_is_refused_for_every_reason_of_the_decoder() -> None:
    seen: Counter[int] = Counter()
    for seed, made in enumerate(some_transactions(600)):
        raw = damaged_envelope(RandomSource(seed), made, CHAIN)
        assert raw.data
        assert raw.sender in senders()
        try:
            read_envelope(raw.data, CHAIN)
        except Refused as refused:
            seen[refused.reason] += 1
        else:
            seen[0] += 1
    assert seen[int(report.REASON_INVALID_STRUCTURE)] > 200
    assert seen[int(report.REASON_INVALID_ENCODING)] > 5
    # Bits of values, and types that are numbers of the same list, may be changed.
    assert 0 < seen[0] < 300


def sent(*entries: Authorization, nonce: int = 0) -> FieldTransaction:
    return FieldTransaction(
        Kind.EIP7702,
        1_000_000,
        100_000,
        nonce=nonce,
        to=0xDEAD,
        authorization_list=entries,
        private_key=keys()[0],
    )


def delegates_after(*entries: Authorization) -> list[int | None]:
    """Nonces of the authorities after a transaction with these entries."""
    accounts = (
        AccountState(senders()[0], 10**30),
        AccountState(authorities()[0], 1),
    )
    case = Case((Block(CONTEXT, (sent(*entries),)),), accounts)
    (outcome,) = run_chain(native.run_block, case, RunOptions())
    assert outcome.transactions is not None
    if outcome.transactions[0].status.value == "invalid":
        return []
    changed = {item.address: item.nonce for item in outcome.detail.accounts or ()}
    return [changed.get(address) for address in authorities()[:1]]


def good() -> Authorization:
    return Authorization(DELEGATE, 0, None, authority_keys()[0])


@pytest.mark.native
def test_good_authorization_counts_the_nonce() -> None:
    assert delegates_after(good()) == [1]


@pytest.mark.native
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_every_broken_rule_keeps_the_authority_as_it_was(fault: object) -> None:
    assert callable(fault)
    for seed in range(8):
        broken = fault(RandomSource(seed), CONTEXT, good())
        # Skipped, or the whole transaction cannot be read.
        assert delegates_after(broken) in ([None], [])


def test_lists_have_all_kinds_of_entries() -> None:
    entries: list[Authorization] = []
    for seed in range(300):
        source = RandomSource(seed)
        cast = make_cast(source)
        cast.nonces[senders()[0]] = 1
        entries += authorization_list(source, cast, CONTEXT, senders()[0])
    addresses = {entry.address for entry in entries}
    assert {0, 5, 0x100, 0x8008, *senders()[:1]} <= addresses
    own = [entry for entry in entries if entry.private_key == keys()[0]]
    # Of the sender itself: its nonce is counted first.
    assert any(entry.nonce == 1 for entry in own)
    assert any(entry.y is not None and entry.y > 1 for entry in entries)
