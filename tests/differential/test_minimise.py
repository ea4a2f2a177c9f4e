"""The search for small cases, with predicates that need no engine."""

import random
from dataclasses import replace

import pytest

from differential.minimise.bytecode import assemble, blocks, disassemble, shrink_code
from differential.minimise.passes import minimise
from differential.minimise.reduction import leave_out, make_small, shorter
from differential.minimise.search import NoDifference, WrongLog, begin, keep_log
from differential.outcome import Difference
from tests.differential.planted_cases import KEY, TARGET, TRIGGERS, crowded
from zkos.host.case_errors import CaseError
from zkos.host.signing import address_of_key


def kept_by(test, items):
    """What `leave_out` is left with."""
    kept = [tuple(items)]

    def offer(candidate):
        if test(candidate):
            kept.append(candidate)
            return True
        return False

    leave_out(items, offer)
    return kept[-1]


@pytest.mark.parametrize("needed", [(), (0,), (99,), (3, 50, 51, 97)])
def test_leave_out_keeps_what_is_needed(needed):
    assert kept_by(lambda some: set(needed) <= set(some), range(100)) == needed


def test_leave_out_finds_no_smaller_list_where_order_matters():
    def test(items):
        return len(items) % 2 == 0 and 7 in items

    kept = kept_by(test, range(16))
    assert 7 in kept
    assert len(kept) % 2 == 0


@pytest.mark.parametrize("least", [0, 1, 2, 1000, 123_456])
def test_make_small_comes_near_the_least_number(least):
    number = [10**18]

    def offer(value):
        if value < least:
            return False
        number[0] = value
        return True

    make_small(number[0], offer)
    assert least <= number[0] <= max(1, least + least // 4)


def test_shorter_leaves_out_and_clears_bytes():
    data = [bytes(range(1, 100))]

    def offer(candidate):
        if 50 not in candidate or len(candidate) < 10:
            return False
        data[0] = candidate
        return True

    shorter(data[0], offer)
    assert sorted(data[0]) == [0] * 9 + [50]


def test_code_survives_disassembly():
    generator = random.Random(4)
    for _ in range(200):
        code = generator.randbytes(generator.randrange(60))
        assert assemble(disassemble(code)) == code


def test_labels_follow_their_destinations():
    # PUSH1 0, POP, PUSH1 7, JUMP, INVALID, JUMPDEST, STOP
    code = disassemble(bytes.fromhex("6000 50 6007 56 fe 5b 00"))
    assert [block[-1].opcode for block in blocks(code)] == [0x56, 0xFE, 0x00]
    without = [*code[2:4], *code[5:]]
    assert assemble(without).hex() == "6003565b00"


def test_shrink_code_keeps_what_the_test_sees():
    code = [bytes.fromhex("6001 6002 01 6000 55 6010 56 fe fe fe 5b 61abcd 50 20 00")]

    def offer(candidate):
        if 0x20 not in [item.opcode for item in disassemble(candidate)]:
            return False
        code[0] = candidate
        return True

    shrink_code(code[0], offer)
    assert code[0] == b"\x20"


def storing(value):
    """A difference wherever the target's code has SSTORE and the slot is there."""

    def predicate(case):
        account = next((a for a in case.accounts if a.address == TARGET), None)
        sent = [t for b in case.blocks for t in b.transactions if t.to == TARGET]
        if account is None or not sent or sent[0].gas_limit < 50_000:
            return None
        opcodes = [item.opcode for item in disassemble(account.code)]
        slots = dict(account.storage)
        if 0x55 not in opcodes or slots.get(3, 0) < value:
            return None
        where = f"slot 0x3 of {account.address:#042x}"
        return Difference(("a", "b"), "storage", where, (1, 2))

    return predicate


@pytest.fixture
def case():
    return crowded("".join(TRIGGERS.values()))


def test_minimised_case_is_the_smallest_with_the_difference(case):
    small = minimise(begin(case, storing(64)))
    (block,) = small.blocks
    (transaction,) = block.transactions
    (account,) = small.accounts
    assert (account.address, account.code) == (TARGET, b"\x55")
    assert dict(account.storage).keys() == {3}
    assert 64 <= dict(account.storage)[3] < 80
    assert transaction.data == b""
    assert transaction.access_list is None
    assert transaction.nonce == 0
    assert 50_000 <= transaction.gas_limit <= 100_000
    assert block.context.timestamp == 42
    assert block.context.coinbase == 0


def test_nonces_of_a_sender_begin_at_zero(case):
    first, *others = case.accounts
    (block,) = case.blocks
    sent = tuple(
        replace(item, nonce=item.nonce + 300) if item.private_key == KEY else item
        for item in block.transactions
    )
    busy = replace(
        case,
        accounts=(replace(first, nonce=300), *others),
        blocks=(replace(block, transactions=sent),),
    )

    def in_sequence(candidate):
        found = [item for item in candidate.blocks[0].transactions if item.to == TARGET]
        nonces = {a.address: a.nonce for a in candidate.accounts}
        keys = [item.private_key for item in found]
        if not found or address_of_key(keys[0]) not in nonces:
            return None
        before = [
            item
            for item in candidate.blocks[0].transactions
            if item.private_key == keys[0]
        ].index(found[0])
        if found[0].nonce != nonces[address_of_key(keys[0])] + before:
            return None
        return Difference(("a", "b"), "storage", "slot", (1, 2))

    small = minimise(begin(busy, in_sequence))
    (transaction,) = small.blocks[0].transactions
    assert (transaction.nonce, small.accounts[0].nonce) == (0, 0)


def test_another_difference_is_never_taken(case):
    seen = []

    def predicate(candidate):
        found = storing(64)(candidate)
        if found is None:
            return Difference(("a", "b"), "gas_used", "transactions[0]", (1, 2))
        seen.append(candidate)
        return found

    small = minimise(begin(case, predicate))
    assert small in seen
    assert storing(64)(small) is not None


def test_opcode_at_the_split_is_kept(case):
    def opcode_at(candidate):
        code = next(a for a in candidate.accounts if a.address == TARGET).code
        opcodes = [item.opcode for item in disassemble(code)]
        return "MUL" if 0x02 in opcodes else "ADD"

    search = begin(case, storing(64), opcode_at)
    assert search.wanted.opcode == "MUL"
    code = next(a for a in minimise(search).accounts if a.address == TARGET).code
    assert sorted(code) == [0x02, 0x55]


def test_case_that_cannot_be_encoded_is_not_taken(case):
    def predicate(candidate):
        if not any(account.balance for account in candidate.accounts):
            raise CaseError("case", "accounts", "nobody can pay")
        return Difference(("a", "b"), "outcome", "", ("success", "abort"))

    small = minimise(begin(case, predicate))
    assert len(small.accounts) == 1
    assert small.accounts[0].balance == 1


def test_search_without_a_difference_does_not_begin(case):
    with pytest.raises(NoDifference):
        begin(case, lambda _: None)


class Interrupted(BaseException):
    pass


def test_interrupted_search_goes_on_and_ends_the_same(case, tmp_path):
    whole = begin(case, storing(64))
    expected = minimise(whole)

    log = tmp_path / "log"
    calls = []

    def failing(candidate):
        calls.append(candidate)
        if len(calls) == 60:
            raise Interrupted
        return storing(64)(candidate)

    search = begin(case, failing)
    with pytest.raises(Interrupted), keep_log(search, log, resume=False):
        minimise(search)

    log.write_text(log.read_text() + "0123")  # half a line
    again = begin(case, storing(64))
    with keep_log(again, log, resume=True):
        assert minimise(again) == expected
    assert again.tests == whole.tests - 58  # 60 less the first and the interrupted
    assert again.tests + again.remembered == whole.tests + whole.remembered


def test_log_of_another_search_is_refused(case, tmp_path):
    log = tmp_path / "log"
    with keep_log(begin(case, storing(64)), log, resume=False):
        pass
    other = begin(crowded(""), storing(64))
    with pytest.raises(WrongLog), keep_log(other, log, resume=True):
        pass
