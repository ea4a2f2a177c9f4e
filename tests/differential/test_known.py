"""Each declared difference fires where it must, and forgives nothing else."""

from dataclasses import replace

import pytest

from differential.engines import unsupported
from differential.evm_compare import (
    compare_with_ethereum,
    first_transaction_apart,
)
from differential.known import (
    BOOTLOADER_BALANCE_SWEPT,
    CODELESS_CALL_AT_DEPTH_LIMIT,
    CREATE_AT_DEPTH_LIMIT,
    INITCODE_GAS,
    NO_REFUNDS,
    RULES,
    WIPED_AGAIN,
    Origin,
    Policy,
)
from differential.outcome import TransactionStatus
from differential.runners import native, py_evm
from differential.runners.base import state_of_case
from tests.differential.ethereum_cases import (
    COINBASE,
    CONTRACT,
    RICH,
    SENDER,
    SSTORE,
    AccountState,
    call,
    case,
    code,
    transaction,
)
from tests.differential.rule_examples import (
    BOOTLOADER,
    BORN,
    DIES,
    ELSEWHERE,
    EXACT,
    EXAMPLES,
    UPSTREAM,
    creation,
)

pytestmark = pytest.mark.native

SLOW = (CREATE_AT_DEPTH_LIMIT, CODELESS_CALL_AT_DEPTH_LIMIT)
PARAMETERS = [
    pytest.param(rule, id=rule.name, marks=[pytest.mark.slow] if rule in SLOW else [])
    for rule in EXAMPLES
]


def compare(example, which, policy):
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
        excess_blob_gas=example.excess_blob_gas,
    )


def test_every_rule_has_an_example():
    named = [rule.name for rule in (*EXAMPLES, *ELSEWHERE)]
    assert sorted(named) == sorted(RULES)


@pytest.mark.parametrize("rule", PARAMETERS)
def test_rule_fires_and_explains_the_difference(rule):
    example = EXAMPLES[rule]
    compared = compare(example, "fires", Policy.of(example.options))
    assert compared.difference is None
    assert compared.declared[rule.name] >= 1


@pytest.mark.parametrize("rule", PARAMETERS)
def test_without_its_rule_the_difference_is_found(rule):
    example = EXAMPLES[rule]
    policy = Policy.of(example.options).without([rule])
    assert compare(example, "fires", policy).difference is not None


@pytest.mark.parametrize("rule", PARAMETERS)
def test_rule_spares_the_neighbour(rule):
    example = EXAMPLES[rule]
    with_rule = compare(example, "spares", Policy.of(example.options))
    assert with_rule.difference is None
    assert rule.name not in with_rule.declared
    without = Policy.of(example.options).without([rule])
    assert compare(example, "spares", without).difference is None


def test_words_of_initcode_are_intrinsic_gas():
    initcode = bytes(64)
    gas = 53_000 + 4 * len(initcode)
    for missing, status in ((1, "invalid"), (0, "success")):
        words = 2 * 2
        short = case(transactions=[creation(initcode, gas + words - missing)])
        state, block = state_of_case(short), short.blocks[0]
        policy = Policy.ethereum()
        outcome = py_evm.run_with(block, state, policy, EXACT)
        assert outcome.transactions[0].status.value == status
        assert (policy.fired[0, INITCODE_GAS.name] > 0) == bool(missing)
        faulty = py_evm.run_with(block, state, policy.without([INITCODE_GAS]), EXACT)
        assert faulty.transactions[0].status is not TransactionStatus.INVALID


DEPLOYED_EMPTY = AccountState(SENDER, balance=RICH, deployed_empty=True)
LEFT_FOR_TOUCHES = (-1, 0, 100, 199, 200, 299, 300, 399, 400)


@pytest.mark.parametrize("left", LEFT_FOR_TOUCHES)
@pytest.mark.parametrize("to", [0xE0, 0x9000, None])
def test_sender_with_empty_code_short_of_gas_for_touches(left, to):
    """What was done before the gas ran out stays, on both sides."""
    data = bytes(64)
    words = 0 if to == 0xE0 else 2 * 2
    gas = 21_000 + 4 * len(data) + words + left
    short = case(
        transactions=[
            transaction(to=to, gas_limit=gas, data=data),
            transaction(to=0xE0, gas_limit=30_000, nonce=int(left >= 200)),
        ],
        sender=DEPLOYED_EMPTY,
    )
    ours = native.run_block(short.blocks[0], state_of_case(short), EXACT)
    compared = compare_with_ethereum(short.blocks[0], state_of_case(short), EXACT, ours)
    assert compared.difference is None
    dropped = ours.transactions[0].status is TransactionStatus.INVALID
    assert dropped == (left < 400)
    assert ours.transactions[1].status is TransactionStatus.SUCCESS


@pytest.mark.parametrize(("length", "missing"), [(49153, 0), (49152, 0), (64, 1)])
def test_data_for_the_old_deployer_is_limited_as_initcode(length, missing):
    gas = 21_000 + 4 * length + 2 * ((length + 31) // 32) - missing
    data = bytes(length)
    sent = case(transactions=[transaction(to=0x9000, data=data, gas_limit=gas)])
    state, block = state_of_case(sent), sent.blocks[0]
    ours = native.run_block(block, state, EXACT)
    assert compare_with_ethereum(block, state, EXACT, ours).difference is None
    refused = ours.transactions[0].status is TransactionStatus.INVALID
    assert refused == (length > 49152 or missing > 0)


@pytest.mark.parametrize("length", [49152, 49153])
def test_long_initcode_without_gas_for_the_creation_is_refused(length):
    gas = 21_000 + 4 * length + 2 * 1537
    sent = case(transactions=[creation(bytes(length), gas)])
    state, block = state_of_case(sent), sent.blocks[0]
    ours = native.run_block(block, state, EXACT)
    assert compare_with_ethereum(block, state, EXACT, ours).difference is None
    refused = ours.transactions[0].status is TransactionStatus.INVALID
    assert refused == (length == 49153)


def test_balance_of_the_bootloader_is_swept_after_a_dropped_transaction():
    dropped = case(
        transactions=[transaction(nonce=1)],
        accounts=[AccountState(BOOTLOADER, balance=5)],
    )
    state, block = state_of_case(dropped), dropped.blocks[0]
    ours = native.run_block(block, state, EXACT)
    assert ours.transactions[0].status is TransactionStatus.INVALID
    compared = compare_with_ethereum(block, state, EXACT, ours)
    assert compared.difference is None
    assert compared.declared == {BOOTLOADER_BALANCE_SWEPT.name: 1}


@pytest.mark.parametrize("coinbase", [COINBASE, 0xF0])
def test_more_ether_than_there_can_be_is_not_for_ethereum(coinbase):
    rich = AccountState(0xF0, balance=2**256 - 1)
    body = call(0xF0, value=1) if coinbase == COINBASE else b""
    odd = case(
        body, accounts=[rich], coinbase=coinbase, transactions=[transaction(value=1)]
    )
    outcome = py_evm.run_block(odd.blocks[0], state_of_case(odd), EXACT)
    assert "more ether than there can be" in unsupported(outcome)
    assert native.run_block(odd.blocks[0], state_of_case(odd), EXACT).succeeded


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (
            {"max_priority_fee_per_gas": 0},
            "max_priority_fee_per_gas: this type has none",
        ),
        ({"signature": bytes(64) + b"\x1b\0"}, "signature: 66 bytes long"),
        (
            {"signature": bytes(65)},
            "signature: its last byte is neither 27 nor 28",
        ),
    ],
)
def test_what_no_envelope_can_carry_is_not_for_ethereum(fields, reason):
    odd = case(transactions=[transaction(sender=SENDER, **fields)])
    outcome = py_evm.run_block(odd.blocks[0], state_of_case(odd), EXACT)
    assert unsupported(outcome) == reason


@pytest.mark.parametrize("nonce", [1, 2])
def test_destroyed_coinbase_is_wiped_also_by_a_refused_transaction(nonce):
    """What it got for the transaction before is lost; it is paid after the wiping."""
    sent = [creation(DIES), transaction(nonce=nonce)]
    block_case = case(transactions=sent, coinbase=BORN)
    block, state = block_case.blocks[0], state_of_case(block_case)
    ours = native.run_block(block, state, UPSTREAM)
    refused = ours.transactions[1].status is TransactionStatus.INVALID
    assert refused == (nonce == 2)
    compared = compare_with_ethereum(block, state, UPSTREAM, ours)
    assert compared.difference is None
    assert compared.declared[WIPED_AGAIN.name] == 1


def test_quirks_are_declared_for_upstream_only():
    quirks = {rule.name for rule in RULES.values() if rule.origin is Origin.QUIRK}
    assert quirks <= Policy.of(UPSTREAM).enabled
    assert not quirks & Policy.of(EXACT).enabled


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


def test_corrupted_outcome_is_found():
    example = EXAMPLES[NO_REFUNDS].fires
    block, state = example.blocks[0], state_of_case(example)
    ours = native.run_block(block, state, EXACT)
    receipt = ours.transactions[0]
    wrong = {
        "gas_used": replace(receipt, gas_used=receipt.gas_used - 1),
        "status": replace(receipt, status=TransactionStatus.REVERTED),
        "return_data": replace(receipt, return_data=b"1"),
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
    storage = tuple(replace(diff, current=9) for diff in ours.detail.storage)
    changed = replace(ours, detail=replace(ours.detail, storage=storage))
    found = compare_with_ethereum(block, state, EXACT, changed).difference
    assert (found.layer, found.where) == ("storage", f"slot 0x0 of {CONTRACT:#042x}")
