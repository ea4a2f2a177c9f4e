"""Each declared difference explains ours beside Ethereum, and forgives nothing else."""

from dataclasses import replace

import pytest

from differential.evm_compare import (
    compare_with_ethereum,
    first_transaction_apart,
    judge,
    told_by,
)
from differential.known import (
    OUT_OF_RETURN_MEMORY,
    RULES,
    SENDER_PAYS_TOUCHES,
    Origin,
)
from differential.outcome import SlotDiff, TransactionStatus
from differential.policy import Policy
from differential.runners import native, py_evm
from differential.runners.base import state_of_case
from tests.differential.ethereum_cases import (
    COINBASE,
    CONTRACT,
    CREATE,
    KEY,
    RICH,
    SENDER,
    SSTORE,
    AccountState,
    authorization,
    call,
    case,
    code,
    keep,
    set_code,
    transaction,
)
from tests.differential.rule_examples import EXACT, EXAMPLES, PRODUCTION, UPSTREAM

pytestmark = pytest.mark.native

REFERENCES = ("py_evm", "eels")
SLOW = (OUT_OF_RETURN_MEMORY,)
PARAMETERS = [
    pytest.param(rule, id=rule.name, marks=[pytest.mark.slow] if rule in SLOW else [])
    for rule, example in EXAMPLES.items()
    if not example.plain
]


def compare(example, which, policy, engine="py_evm"):
    example_case = getattr(example, which)
    block, state = example_case.blocks[0], state_of_case(example_case)
    ours = native.run_block(block, state, example.options)
    assert ours.succeeded
    return compare_with_ethereum(
        block,
        state,
        example.options,
        ours,
        policy=policy,
        engine=engine,
        excess_blob_gas=example.excess_blob_gas,
    )


@pytest.mark.parametrize("engine", REFERENCES)
@pytest.mark.parametrize("rule", PARAMETERS)
def test_rule_fires_and_explains_the_difference(rule, engine):
    if engine == "eels":
        pytest.importorskip("ethereum")
    compared = compare(EXAMPLES[rule], "fires", EXAMPLES[rule].policy(), engine)
    assert compared.reference.reason == ""
    assert compared.difference is None
    if rule.origin is not Origin.REFERENCE or engine == "py_evm":
        assert compared.declared[rule.name] >= 1


@pytest.mark.parametrize("rule", PARAMETERS)
def test_without_its_rule_the_difference_is_found(rule):
    policy = EXAMPLES[rule].policy().without([rule])
    assert compare(EXAMPLES[rule], "fires", policy).difference is not None


@pytest.mark.parametrize("rule", PARAMETERS)
def test_rule_spares_the_neighbour(rule):
    example = EXAMPLES[rule]
    with_rule = compare(example, "spares", example.policy())
    assert with_rule.difference is None
    assert rule.name not in with_rule.declared
    without = example.policy().without([rule])
    assert compare(example, "spares", without).difference is None


DELEGATED = AccountState(SENDER, balance=RICH, delegate=CONTRACT)
DEPLOYED_EMPTY = AccountState(SENDER, balance=RICH, deployed_empty=True)


@pytest.mark.parametrize("missing", [0, 1, 300])
@pytest.mark.parametrize("sender", [DELEGATED, DEPLOYED_EMPTY], ids=["7702", "empty"])
def test_sender_short_of_gas_for_touches_is_dropped(sender, missing):
    gas = 21_000 + 300 - missing
    short = case(transactions=[transaction(to=0xE0, gas_limit=gas)], sender=sender)
    block, state = short.blocks[0], state_of_case(short)
    for options, is_dropped in ((UPSTREAM, missing > 0), (EXACT, False)):
        ours = native.run_block(block, state, options)
        compared = compare_with_ethereum(block, state, options, ours)
        assert compared.difference is None
        dropped = ours.transactions[0].status is TransactionStatus.INVALID
        assert dropped == is_dropped
        fired = SENDER_PAYS_TOUCHES.name in compared.declared
        assert fired == (options is UPSTREAM)


@pytest.mark.parametrize("data_length", [0, 5000])
def test_refunds_are_those_of_ethereum(data_length):
    """The cap of a fifth, before the native resource is paid for."""
    clears = code((0, 0), SSTORE, (1, 0), SSTORE)
    body = case(
        clears,
        storage=((0, 1), (1, 1)),
        transactions=[transaction(data=bytes([1]) * data_length)],
    )
    block, state = body.blocks[0], state_of_case(body)
    ours = native.run_block(block, state, EXACT)
    assert compare_with_ethereum(block, state, EXACT, ours).difference is None
    (receipt,) = ours.transactions
    before = receipt.gas_used + receipt.gas_refunded
    assert receipt.gas_refunded == min(2 * 4800, before // 5)


def test_references_are_told_only_what_ethereum_has_not():
    block = case(transactions=[transaction(nonce=5), transaction()]).blocks[0]
    state = state_of_case(case())
    ours = native.run_block(block, state, PRODUCTION)
    told = told_by(ours)
    assert ours.transactions[0].status is TransactionStatus.INVALID
    assert told.dropped == told.out_of_native == frozenset()
    assert set(told.native_used) == {1}


def test_a_call_out_of_native_anywhere_is_no_end_of_the_block():
    """A call with value in a frame never reached before, at many limits."""
    body = call(4, value=1) + keep() + code((0, 0, 0), CREATE) + keep(1)
    reasons = set()
    for gas_limit in (*range(1_000_000, 1_700_000, 3_500), 5_000_000):
        short = case(body, transactions=[transaction(gas_limit=gas_limit)])
        block, state = short.blocks[0], state_of_case(short)
        ours = native.run_block(block, state, PRODUCTION)
        assert ours.reason == ""
        assert compare_with_ethereum(block, state, PRODUCTION, ours).difference is None
        reasons.add(ours.transactions[0].reason)
    assert {"OutOfNative", ""} <= reasons


def test_quirks_are_those_of_the_guest():
    quirks = {rule for rule in RULES.values() if rule.origin is Origin.QUIRK}
    assert len(quirks) == 5


def test_every_beginning_of_a_block_agrees_and_a_corrupted_one_is_found():
    sent = [transaction(nonce=number) for number in range(5)]
    body = code((7,), 0x43, SSTORE, (1, 1), 0x5A, SSTORE)
    many = case(body, transactions=sent)
    block, state = many.blocks[0], state_of_case(many)
    assert first_transaction_apart(block, state, EXACT, native.run_block) is None

    def corrupted(part, before, options):
        outcome = native.run_block(part, before, options)
        if len(part.transactions) <= 3:
            return outcome
        storage = tuple(
            replace(diff, current=diff.current + 1) for diff in outcome.detail.storage
        )
        return replace(outcome, detail=replace(outcome.detail, storage=storage))

    assert first_transaction_apart(block, state, EXACT, corrupted) == 3


def busy():
    sent = set_code(authorization(CONTRACT, 1, KEY), to=SENDER, value=1)
    return case(code((0, 0), SSTORE), storage=((0, 1),), transactions=[sent])


def test_corrupted_outcome_is_found():
    given = busy()
    block, state = given.blocks[0], state_of_case(given)
    ours = native.run_block(block, state, EXACT)
    receipt = ours.transactions[0]
    wrong = {
        "gas_used": replace(receipt, gas_used=receipt.gas_used - 1),
        "gas_refunded": replace(receipt, gas_refunded=receipt.gas_refunded - 1),
        "status": replace(receipt, status=TransactionStatus.REVERTED),
        "return_data": replace(receipt, return_data=b"1"),
        "transaction_hash": replace(receipt, hash=1),
        "sender": replace(receipt, sender=1),
        "created": replace(receipt, created=1),
    }
    for layer, changed in wrong.items():
        outcome = replace(ours, transactions=(changed,))
        found = compare_with_ethereum(block, state, EXACT, outcome).difference
        assert found.layer == layer
    accounts = tuple(
        replace(diff, balance=diff.balance + 1) for diff in ours.detail.accounts
    )
    changed = replace(ours, detail=replace(ours.detail, accounts=accounts))
    found = compare_with_ethereum(block, state, EXACT, changed).difference
    assert (found.layer, found.where) == ("accounts", f"balance of {COINBASE:#042x}")
    storage = (*ours.detail.storage, SlotDiff(CONTRACT, 9, 1))
    changed = replace(ours, detail=replace(ours.detail, storage=storage))
    found = compare_with_ethereum(block, state, EXACT, changed).difference
    assert (found.layer, found.where) == ("storage", f"slot 0x9 of {CONTRACT:#042x}")


def test_of_three_engines_the_one_that_is_alone_is_named():
    given = busy()
    block, state = given.blocks[0], state_of_case(given)
    ours = native.run_block(block, state, EXACT)
    other = py_evm.run_block(block, state, EXACT)
    receipt = ours.transactions[0]

    def wrong(by):
        changed = replace(receipt, gas_used=receipt.gas_used + by)
        return replace(other, transactions=(changed,))

    assert judge({"native": ours, "py_evm": other, "eels": other}) is None
    for name in ("native", "py_evm", "eels"):
        outcomes = {"native": ours, "py_evm": other, "eels": other, name: wrong(1)}
        found = judge(outcomes)
        assert found.alone == name
        assert name in found.difference.engines
    found = judge({"native": ours, "py_evm": wrong(1), "eels": wrong(2)})
    assert (found.alone, found.difference.engines) == ("", ("native", "py_evm"))
    assert judge({"native": ours, "py_evm": wrong(1)}).alone == ""


def test_difference_of_references_is_found_without_ours():
    given = busy()
    block, state = given.blocks[0], state_of_case(given)
    policy = Policy.of(EXACT)
    one = py_evm.run_with(block, state, policy, EXACT)
    two = py_evm.run_with(block, state, Policy.ethereum("Cancun"), EXACT)
    assert judge({"py_evm": one, "eels": two}).difference.layer == "status"
