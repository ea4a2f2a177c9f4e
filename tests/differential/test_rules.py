"""Every declared difference on every reference of Ethereum, without ours."""

from dataclasses import replace

import pytest

from differential.compare import compare
from differential.engines import unsupported
from differential.known import FORK, MODEXP_LENGTH_LIMIT, RULES, Origin
from differential.outcome import TransactionStatus
from differential.policy import Policy
from differential.reference import rules
from differential.reference.rules import Rules, Told
from differential.runners import py_evm
from differential.runners.base import state_of_case
from tests.differential.ethereum_cases import (
    COINBASE,
    CONTRACT,
    OTHER,
    SENDER,
    AccountState,
    authorization,
    call,
    case,
    code,
    set_code,
    transaction,
)
from tests.differential.rule_examples import (
    ELSEWHERE,
    EXACT,
    EXAMPLES,
    PRODUCTION,
    UPSTREAM,
    Example,
    calls_precompile,
    free,
    modexp_input,
)
from zkos.host.context import BlockContext
from zkos.host.transactions import RawTransaction
from zkos.versions import VERSIONS, Protocol

eels = pytest.importorskip("differential.runners.eels", exc_type=ImportError)
REFERENCES = {"py_evm": py_evm, "eels": eels}
BY_REFERENCE = pytest.mark.parametrize("name", REFERENCES)
OURS = [rule for rule in EXAMPLES if rule.origin is not Origin.REFERENCE]
SHORT = 2**16
SHORT_MODEXP = Example(
    free(calls_precompile(5, modexp_input(1, SHORT, 0))),
    free(calls_precompile(5, modexp_input(1, SHORT - 1, 0))),
)
"""With a shorter machine word: without the rule, EELS makes memory of that length."""
LIGHT = {**EXAMPLES, MODEXP_LENGTH_LIMIT: SHORT_MODEXP}
THEIRS = [rule for rule in EXAMPLES if rule.origin is Origin.REFERENCE]


def run(name, example, which, policy):
    chosen = getattr(example, which)
    with pytest.MonkeyPatch.context() as patch:
        if example is SHORT_MODEXP:
            patch.setattr(rules, "_MACHINE_WORD", SHORT)
        outcome = REFERENCES[name].run_with(
            chosen.blocks[0],
            state_of_case(chosen),
            policy,
            example.options,
            told=example.told if which == "fires" else None,
            excess_blob_gas=example.excess_blob_gas,
        )
    assert outcome.reason == ""
    return outcome


def differs(one, two):
    return compare(("one", "two"), one, two) is not None


def by_name(rules):
    return pytest.mark.parametrize("rule", rules, ids=lambda rule: rule.name)


def test_every_rule_has_an_example():
    named = [rule.name for rule in (*EXAMPLES, *ELSEWHERE)]
    assert sorted(named) == sorted(RULES)


@BY_REFERENCE
@by_name(OURS)
def test_rule_fires_and_makes_the_difference(rule, name):
    example = LIGHT[rule]
    policy = example.policy()
    outcome = run(name, example, "fires", policy)
    assert policy.fired[0, rule.name] or policy.fired[1, rule.name]
    without = run(name, example, "fires", example.policy().without([rule]))
    assert differs(outcome, without)


@BY_REFERENCE
@by_name(OURS)
def test_rule_spares_the_neighbour(rule, name):
    example = LIGHT[rule]
    policy = example.policy()
    outcome = run(name, example, "spares", policy)
    assert rule.name not in {fired for _, fired in policy.fired}
    without = run(name, example, "spares", example.policy().without([rule]))
    assert not differs(outcome, without)


@pytest.mark.parametrize("which", ["fires", "spares"])
@by_name(EXAMPLES)
def test_references_agree_under_all_rules(rule, which):
    example = EXAMPLES[rule]
    one, two = (run(name, example, which, example.policy()) for name in REFERENCES)
    assert compare(tuple(REFERENCES), one, two) is None


@by_name(THEIRS)
def test_only_py_evm_has_the_fault(rule):
    example = EXAMPLES[rule]
    policy = example.policy()
    right = run("py_evm", example, "fires", policy)
    assert policy.fired[0, rule.name]
    wrong = run("py_evm", example, "fires", example.policy().without([rule]))
    assert differs(right, wrong)
    policy = example.policy()
    run("eels", example, "fires", policy)
    assert rule.name not in {fired for _, fired in policy.fired}


@by_name(THEIRS)
def test_fault_spares_the_neighbour(rule):
    example = EXAMPLES[rule]
    policy = example.policy()
    run("py_evm", example, "spares", policy)
    assert rule.name not in {fired for _, fired in policy.fired}


def test_modexp_refuses_lengths_of_a_machine_word():
    policy = Policy.of(EXACT)
    asked = Rules(policy, BlockContext())
    lengths = [(1, 2**32, 0), (2**32, 0, 0), (0, 0, 2**32), (0, 2**256 - 1, 1)]
    assert all(asked.refuses_modexp(item) for item in lengths)
    fit = [(1, 2**32 - 1, 0), (2**32 - 1,) * 3, (0, 2**32, 0)]
    assert not any(asked.refuses_modexp(item) for item in fit)


def test_quirks_are_declared_for_upstream_only():
    quirks = {rule.name for rule in RULES.values() if rule.origin is Origin.QUIRK}
    assert quirks <= Policy.of(UPSTREAM).enabled
    assert not quirks & Policy.of(EXACT).enabled


def test_rules_hold_from_a_version_and_until_another():
    rule = replace(RULES["p256_is_cold"], since=30, until=31)
    assert [rule.holds_in(version) for version in (29, 30, 31)] == [False, True, False]
    assert replace(rule, until=None).holds_in(99)


def test_references_follow_the_fork_of_the_version():
    for options in (EXACT, PRODUCTION, replace(EXACT, protocol=Protocol.V31)):
        assert VERSIONS[options.protocol].fork == FORK.lower()


def test_faults_that_are_gone_are_declared_no_more():
    older, later = (
        Policy.of(replace(UPSTREAM, protocol=protocol)).enabled
        for protocol in (Protocol.V30, Protocol.V31)
    )
    assert older - later == {
        *("p256_is_cold", "sender_pays_touches", "lax_rlp_lengths"),
        "warms_refused_creation",
    }
    assert later - older == {"absent_precompiles_are_cold"}


@BY_REFERENCE
def test_service_transactions_are_not_for_ethereum(name):
    service = RawTransaction(b"\x7d\xc0", 0x8001)
    block = case(transactions=[service]).blocks[0]
    state, options = state_of_case(case()), replace(EXACT, protocol=Protocol.V31)
    outcome = REFERENCES[name].run_block(block, state, options)
    assert "service transactions" in unsupported(outcome)
    assert REFERENCES[name].run_block(block, state, EXACT).succeeded


def test_what_remains_under_replay():
    """Against Ethereum as of Prague, faults of py-evm left out."""
    left = {RULES[name] for name in Policy.of(EXACT).enabled}
    assert {rule.name for rule in left if rule.origin is Origin.PROTOCOL} == {
        "empty_code_has_hash",
        "no_calldata_floor",
        "no_bls_precompiles",
        "p256_precompile",
        "no_blake2f",
        "no_point_evaluation",
        "blob_base_fee_is_one",
        "out_of_native",
        "out_of_return_memory",
        "limits_of_the_block",
        "gas_limit_binds_gas_used",
        "memory_limit",
        "modexp_length_limit",
        "creation_over_storage",
        "destruction_spares_unseen_slots",
        "no_state_clearing",
        "delegated_to_nothing",
    }


@BY_REFERENCE
@pytest.mark.parametrize("coinbase", [COINBASE, 0xF0])
def test_more_ether_than_there_can_be_is_not_for_ethereum(coinbase, name):
    rich = AccountState(0xF0, balance=2**256 - 1)
    body = call(0xF0, value=1) if coinbase == COINBASE else b""
    odd = case(
        body, accounts=[rich], coinbase=coinbase, transactions=[transaction(value=1)]
    )
    outcome = REFERENCES[name].run_block(odd.blocks[0], state_of_case(odd), EXACT)
    assert "more ether than there can be" in unsupported(outcome)


@BY_REFERENCE
def test_system_contract_that_is_called_is_not_for_ethereum(name):
    hook = case(transactions=[transaction(to=0x8008)])
    block, state = hook.blocks[0], state_of_case(hook)
    policy = Policy.of(PRODUCTION)
    outcome = REFERENCES[name].run_with(block, state, policy, PRODUCTION)
    assert "system contract 0x8008" in unsupported(outcome)
    assert REFERENCES[name].run_block(block, state, EXACT).succeeded


@BY_REFERENCE
def test_limited_native_resource_is_not_for_ethereum_alone(name):
    given = case()
    block, state = given.blocks[0], state_of_case(given)
    outcome = REFERENCES[name].run_block(block, state, PRODUCTION)
    assert "native resource is limited" in unsupported(outcome)


@BY_REFERENCE
@pytest.mark.parametrize("data", [b"", b"\xc0", b"\x05\xc0", b"\x02", bytes(3)])
def test_what_is_no_transaction_is_invalid(name, data):
    odd = case(transactions=[RawTransaction(data, sender=SENDER)])
    outcome = REFERENCES[name].run_block(odd.blocks[0], state_of_case(odd), EXACT)
    assert outcome.transactions[0].status is TransactionStatus.INVALID


@BY_REFERENCE
def test_transaction_without_native_keeps_its_authorizations(name):
    sent = set_code(authorization(CONTRACT), gas_limit=10**5, value=1)
    known = AccountState(OTHER, balance=1)
    delegated = case(transactions=[sent], accounts=[known])
    outcome = REFERENCES[name].run_with(
        delegated.blocks[0],
        state_of_case(delegated),
        Policy.of(PRODUCTION),
        PRODUCTION,
        told=Told(out_of_native=frozenset({0})),
    )
    (receipt,) = outcome.transactions
    assert receipt.status is TransactionStatus.REVERTED
    assert receipt.gas_used == 10**5 - 12_500
    changed = {item.address: item for item in outcome.detail.accounts}
    assert changed[OTHER].nonce == 1
    assert changed[OTHER].code_hash != 0
    assert CONTRACT not in changed


def test_gas_limit_of_a_block_drops_what_leads_beyond():
    """Two of three fit by the gas they use, not by their limits."""
    example = EXAMPLES[RULES["gas_limit_binds_gas_used"]]
    (ours, plain) = (
        run("py_evm", example, "fires", policy)
        for policy in (example.policy(), Policy.ethereum())
    )
    assert [item.status.value for item in ours.transactions] == [
        "success", "success", "invalid"
    ]  # fmt: skip
    assert [item.status.value for item in plain.transactions] == [
        "success", "invalid", "invalid"
    ]  # fmt: skip


def test_code_of_nothing_runs():  # a delegate without code
    sent = set_code(authorization(0xE0), to=OTHER, value=1)
    empty = case(code(), transactions=[sent])
    for name in REFERENCES:
        outcome = REFERENCES[name].run_block(
            empty.blocks[0], state_of_case(empty), EXACT
        )
        assert outcome.transactions[0].status is TransactionStatus.SUCCESS
