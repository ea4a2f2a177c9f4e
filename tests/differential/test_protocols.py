"""Chains that change their protocol, and what each protocol makes of a block."""

import itertools
from dataclasses import replace

import pytest

from differential.compare import first_difference
from differential.outcome import TransactionStatus
from differential.runners import cpython, native, riscv
from differential.runners.base import run_chain
from fuzz.adversary.parts import scene, send
from tests.cli.support import rows, zkos_here
from tests.support.published import CORPORA
from zkos.host.case import AccountState, load_case
from zkos.host.profile import Mode, Quirks, RunOptions
from zkos.versions import Protocol

UPGRADE = CORPORA / "protocols" / "upgrade_chain.json"
REGRESSIONS = CORPORA / "regressions"
MESSENGER, TOKEN, CONTEXT = 0x8008, 0x800A, 0x800B
TREASURY, ROOTS = 0x10011, 0x10008
MADE = (1 << 127) - 1


@pytest.fixture(scope="module")
def case():
    return load_case(UPGRADE)


@pytest.fixture(scope="module")
def outcomes(case):
    return list(run_chain(native.run_block, case, RunOptions()))


def test_protocol_of_a_block_holds_from_there_on(case):
    said = [block.protocol for block in case.blocks]
    assert said == [None, Protocol.V31, None, None, None]
    holds = [case.protocol_at(index) for index in range(len(case.blocks))]
    assert holds == [Protocol.V30] + [Protocol.V31] * 4


def test_all_blocks_succeed(outcomes):
    assert [outcome.succeeded for outcome in outcomes] == [True] * 5
    statuses = {item.status.value for block in outcomes for item in block.transactions}
    assert statuses == {"success"}


def test_what_was_a_hook_is_a_contract_after_the_upgrade(outcomes):
    before, upgrade, after, *_ = outcomes
    assert before.detail.l1_messages[0] == b"hello"
    assert after.detail.l1_messages == (b"hello again",)
    assert {log.sender for log in after.detail.l1_logs} == {MESSENGER, 0x8001}
    hook_events = [item.address for item in before.transactions[1].logs]
    assert hook_events == [MESSENGER]
    assert after.transactions[0].logs == ()
    changed = {item.address for item in upgrade.detail.accounts}
    assert {MESSENGER, TOKEN, CONTEXT, ROOTS, TREASURY} <= changed


def test_ether_comes_from_the_treasury_after_the_upgrade(outcomes):
    def balance(outcome, address):
        return next(
            item.balance for item in outcome.detail.accounts if item.address == address
        )

    assert balance(outcomes[1], TREASURY) == MADE
    assert balance(outcomes[2], TREASURY) < MADE
    assert MADE - balance(outcomes[4], TREASURY) > 10**15


def test_upgrade_is_logged_before_v31_only(case, outcomes):
    assert outcomes[1].detail.l1_logs == ()
    blocks = [case.blocks[0], replace(case.blocks[1], protocol=None)]
    older = replace(case, blocks=tuple(blocks))
    first, *_ = run_chain(native.run_block, older, RunOptions())
    assert first.block_hash == outcomes[0].block_hash


def test_state_commitments_join_over_the_upgrade(outcomes):
    for one, two in itertools.pairwise(outcomes):
        assert one.batch.state_after == two.batch.state_before


@pytest.mark.parametrize("quirks", list(Quirks), ids=lambda item: item.value)
@pytest.mark.parametrize("mode", list(Mode), ids=lambda item: item.value)
@pytest.mark.parametrize("engine", [native, riscv], ids=["native", "riscv"])
def test_engines_agree_on_the_chain(case, outcomes, engine, mode, quirks):
    options = RunOptions(mode=mode, quirks=quirks)
    for known, outcome in zip(
        outcomes, run_chain(engine.run_block, case, options), strict=True
    ):
        known = replace(
            known, oracle_words=None, detail=replace(known.detail, queries=None)
        )
        assert first_difference({"native": known, "other": outcome}) is None


@pytest.mark.cpython
@pytest.mark.slow
def test_cpython_agrees_on_the_chain(case, outcomes):
    for known, outcome in zip(
        outcomes, run_chain(cpython.run_block, case, RunOptions()), strict=True
    ):
        assert first_difference({"native": known, "cpython": outcome}) is None


def test_json_names_the_protocol_of_each_block():
    done = zkos_here("diff", UPGRADE, "-e", "native", "--json")
    assert done.returncode == 0
    assert [row["protocol"] for row in rows(done)] == ["v30"] + ["v31"] * 4


def test_blocks_of_several_protocols_are_no_batch():
    done = zkos_here("diff", UPGRADE, "-e", "native", "--batch")
    assert (
        "blocks of several protocol versions are no batch" in done.stdout + done.stderr
    )


def alone(case, protocol, quirks=Quirks.NONE):
    """The outcome of a case of one block under a protocol."""
    options = RunOptions(protocol=protocol, quirks=quirks)
    (outcome,) = run_chain(native.run_block, case, options)
    return outcome


def test_address_of_a_refused_creation_is_cold_since_v31():
    refused = load_case(REGRESSIONS / "upstream_warm_refused_creation" / "case.json")
    used = {
        (protocol, quirks): alone(refused, protocol, quirks).transactions[0].gas_used
        for protocol in Protocol
        for quirks in Quirks
    }
    assert used.pop((Protocol.V30, Quirks.UPSTREAM)) == used[
        Protocol.V30, Quirks.NONE
    ] - (2600 - 100)
    assert len(set(used.values())) == 1


def creation(value):
    """Of nothing, by a contract that has one wei."""
    code = bytes.fromhex(f"5f5f60{value:02x}f000")
    contract = AccountState(0xC0FFEE, code=code, balance=1)
    return scene((contract,), [send(0xC0FFEE)])


@pytest.mark.parametrize(("protocol", "looks"), [(Protocol.V30, 1), (Protocol.V31, 2)])
def test_ether_for_a_creation_is_looked_at_twice_since_v31(protocol, looks):
    with_ether, without = (
        alone(creation(value), protocol).transactions[0] for value in (1, 0)
    )
    assert {with_ether.status, without.status} == {TransactionStatus.SUCCESS}
    moved = 2 * (4000 + 1000)
    assert with_ether.native_used - without.native_used == moved + 4000 * looks
