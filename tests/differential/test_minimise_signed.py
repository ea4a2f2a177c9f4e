"""Transactions given as bytes are made small like those given by fields."""

from dataclasses import replace

import pytest

from differential.minimise.passes import minimise
from differential.minimise.predicate import compared
from differential.minimise.search import begin
from differential.outcome import Difference, TransactionStatus
from differential.runners import native
from tests.differential.planted_cases import OTHER_KEY, TARGET, crowded, push, store
from zkos.host.case import parse_case
from zkos.host.case_writer import case_to_json
from zkos.host.delivery import deliver
from zkos.host.profile import Profile, Quirks, RunOptions
from zkos.host.renaming import rename
from zkos.host.signing import address_of_key
from zkos.host.transactions import EncodedTransaction, FieldTransaction, RawTransaction

OPTIONS = RunOptions(Profile.REPLAY)
UNKNOWN_KEY = b"\x77" * 32
UNKNOWN = address_of_key(UNKNOWN_KEY)
ASKS_P256 = push(0) * 4 + push(0x100) + push(9999) + "fa" + "50" + "5a" + store(1)


def as_raw(transaction, chain_id):
    return RawTransaction(deliver(transaction, chain_id).data)


def in_bytes(case):
    """The case with all but the second sender's transactions as bytes."""
    (block,) = case.blocks
    chain_id = block.context.chain_id
    transactions = tuple(
        item
        if item.private_key == OTHER_KEY
        else as_raw(replace(item, private_key=UNKNOWN_KEY), chain_id)
        for item in block.transactions
    )
    known = address_of_key(b"\1" * 32)
    return rename(
        replace(case, blocks=(replace(block, transactions=transactions),)),
        {known: UNKNOWN},
    )


def upstream(block, state, options):
    return native.run_block(block, state, replace(options, quirks=Quirks.UPSTREAM))


FAULTY = (("native", native.run_block), ("upstream", upstream))


@pytest.mark.native
def test_difference_in_a_transaction_of_bytes_is_made_small():
    # It also asks for its origin, so that the name of the sender matters.
    trigger = "32" + "73" + f"{UNKNOWN:040x}" + "1415" + ASKS_P256
    case = in_bytes(crowded(trigger))
    predicate = compared(*FAULTY, OPTIONS)
    assert predicate(case).layer == "storage"

    search = begin(case, predicate)
    small = minimise(search)
    (block,) = small.blocks
    (transaction,) = block.transactions
    assert isinstance(transaction, FieldTransaction)
    assert transaction.private_key is not None
    assert (transaction.signature, transaction.sender) == (None, None)
    assert (transaction.nonce, transaction.data) == (0, b"")
    assert transaction.access_list is None
    assert sum(len(account.code) for account in small.accounts) <= 13
    assert begin(small, predicate).wanted == search.wanted
    assert parse_case(case_to_json(small), "small") == small


def accepts_odd_bodies(block, state, options):
    """Our OS, but envelopes of unknown type are no error to it."""
    outcome = native.run_block(block, state, options)
    transactions = tuple(
        replace(item, status=TransactionStatus.SUCCESS, reason="")
        if isinstance(given, RawTransaction) and given.data[:1] == b"\x7b"
        else item
        for item, given in zip(outcome.transactions, block.transactions, strict=False)
    )
    return replace(outcome, transactions=transactions)


@pytest.mark.native
def test_malformed_envelope_is_cut_to_what_matters():
    case = in_bytes(crowded(""))
    (block,) = case.blocks
    odd = bytearray(block.transactions[3].data)
    odd[:1] = b"\x7b"
    transactions = list(block.transactions)
    transactions[3] = RawTransaction(bytes(odd))
    case = replace(case, blocks=(replace(block, transactions=tuple(transactions)),))
    sides = (("native", native.run_block), ("lenient", accepts_odd_bodies))
    predicate = compared(*sides, OPTIONS)
    assert predicate(case).values == ("invalid", "success")

    small = minimise(begin(case, predicate))
    assert small.blocks[0].transactions == (RawTransaction(b"\x7b"),)
    assert small.accounts == ()


def differs_where(test):
    """A difference wherever the one transaction passes a test."""

    def predicate(case):
        found = [item for block in case.blocks for item in block.transactions]
        if not any(test(case, item) for item in found):
            return None
        return Difference(("a", "b"), "gas_used", "transactions[0]", (1, 2))

    return predicate


def test_bytes_without_fields_lose_what_nothing_needs():
    data = bytes(range(1, 200))
    case = crowded("")
    (block,) = case.blocks
    case = replace(
        case, blocks=(replace(block, transactions=(EncodedTransaction(data),)),)
    )
    predicate = differs_where(lambda _, item: {7, 90, 91} <= set(item.data))
    small = minimise(begin(case, predicate))
    assert small.blocks[0].transactions == (EncodedTransaction(bytes([7, 90, 91])),)


def test_signature_that_matters_is_kept():
    case = in_bytes(crowded(""))

    def signed(_, item):
        return isinstance(item, RawTransaction) or item.signature is not None

    small = minimise(begin(case, differs_where(signed)))
    (transaction,) = small.blocks[0].transactions
    assert transaction.signature is not None
    assert parse_case(case_to_json(small), "small") == small


def test_transactions_of_a_sender_known_by_its_key_are_signed_with_it():
    case = crowded("")
    (block,) = case.blocks
    first, *others = block.transactions
    raw = as_raw(first, block.context.chain_id)
    mixed = replace(case, blocks=(replace(block, transactions=(raw, others[1])),))

    def by_one_sender(case, _):
        items = case.blocks[0].transactions
        senders = [deliver(item, block.context.chain_id).sender for item in items]
        return senders.count(address_of_key(first.private_key)) == 2

    small = minimise(begin(mixed, differs_where(by_one_sender)))
    keys = [item.private_key for item in small.blocks[0].transactions]
    assert keys == [first.private_key] * 2


def test_target_keeps_its_name():
    assert in_bytes(crowded("")).accounts[3].address == TARGET
