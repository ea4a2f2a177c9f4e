"""Targets once a version, chains that change theirs, and what v31 binds besides."""

from dataclasses import replace

import pytest

from differential.runners import native
from differential.runners.base import run_chain
from fuzz.strategies.cases import case
from fuzz.strategies.interop import EXTRAS, service
from fuzz.strategies.source import RandomSource
from fuzz.strategies.upgrades import AFTER, BEFORE, as_upgrade_chain, upgrade_chain
from fuzz.targets.block_native import block_native
from fuzz.targets.blocks import BlockTarget
from fuzz.targets.catalogue import NAMES, describe
from fuzz.targets.outside_judge import Event, knows_chains, outside_of
from fuzz.targets.versions import extras_of, named
from tests.support.published import CORPORA
from zkos.host.case import load_case, parse_case
from zkos.host.case_writer import case_to_json
from zkos.host.commitments import InteropRoot, Outside, interop_hash
from zkos.host.profile import RunOptions
from zkos.host.signing import keccak256
from zkos.host.state import ChainState
from zkos.versions import DEFAULT, Protocol

V31 = RunOptions(protocol=Protocol.V31)
ROOT_ADDED = int.from_bytes(
    keccak256(b"InteropRootAdded(uint256,uint256,bytes32[])"), "big"
)


def test_targets_are_there_once_a_version():
    assert {"block_differential", "block_differential_v31", "oracle_v31"} <= {*NAMES}
    assert "block_upgrade" in NAMES
    told = dict(describe())
    assert told["block_batch_v31"].endswith("under the rules of v31.")
    assert named("x", DEFAULT) == "x"
    assert extras_of(DEFAULT) is None
    assert extras_of(Protocol.V31) is EXTRAS


def test_cases_of_v30_are_as_they_were():
    plain = case(RandomSource(7))
    assert case(RandomSource(7), None) == plain
    assert case(RandomSource(7), EXTRAS) != plain


@pytest.mark.parametrize("seed", range(30))
def test_generated_cases_are_cases(seed):
    for made in (case(RandomSource(seed), EXTRAS), upgrade_chain(RandomSource(seed))):
        assert parse_case(case_to_json(made), "x") == made


@pytest.mark.parametrize("seed", range(30))
def test_chains_change_their_protocol_once(seed):
    for made in (
        upgrade_chain(RandomSource(seed)),
        as_upgrade_chain(case(RandomSource(seed))),
    ):
        holds = [made.protocol_at(index) for index in range(len(made.blocks))]
        assert holds[0] is BEFORE
        assert holds[-1] is AFTER
        assert holds == sorted(holds, key=lambda item: item.value)
        assert as_upgrade_chain(made).protocol is BEFORE


def test_generated_blocks_of_v31_do_what_is_new():
    seen = set()
    for seed in range(120):
        made = case(RandomSource(seed), EXTRAS)
        for outcome in run_chain(native.run_block, made, V31):
            for receipt in outcome.transactions or ():
                seen.add((receipt.type_byte, receipt.status.value))
                seen.add(receipt.reason.split(" ")[0])
            if outcome.detail.l1_messages:
                seen.add("message")
    assert {(0x7D, "success"), (0x7D, "reverted"), (0x7F, "success")} <= seen
    assert {"ServiceBlock", "TreasuryShort", "AssetTrackerFailed", "message"} <= seen


@pytest.mark.parametrize("make", ["v31", "upgrade"])
def test_judge_agrees_with_the_guest(make):
    engines = block_native().engines
    engine = replace(engines[0], run=native.run_guest, counters=None)
    if make == "v31":
        target = BlockTarget("x", [engine], V31)
    else:
        target = BlockTarget(
            "x", [engine], generate=upgrade_chain, repair=as_upgrade_chain
        )
    included = 0
    for seed in range(60):
        seen = target.run(target.generate(RandomSource(seed)))
        assert seen.problem is None
        included += seen.included
    assert included > 60


def test_a_case_of_a_target_names_its_version():
    target = BlockTarget("x", block_native().engines, V31)
    made = target.generate(RandomSource(1))
    assert made.protocol is Protocol.V31
    assert target.mutate(RandomSource(2), made, made).protocol is Protocol.V31


def test_service_transactions_are_mostly_of_the_operator():
    sent = [service(RandomSource(seed)) for seed in range(200)]
    assert sum(item.sender == 0x8001 for item in sent) > 180
    assert all(item.data[:1] == b"\x7d" for item in sent)


def test_roots_are_those_of_the_contract_that_keeps_them():
    data = (32).to_bytes(32, "big") + (1).to_bytes(32, "big") + (77).to_bytes(32, "big")
    topics = (ROOT_ADDED, 5, 6)
    events = [Event(0, 0x10008, topics, data), Event(0, 0x10009, topics, data)]
    events.append(Event(0, 0x10008, (1, 2, 3), data))
    state = ChainState()
    assert outside_of(3, events, state) == Outside(3, (InteropRoot(5, 6, 77),))
    state.set_slot(0x800B, 0, 506)
    state.set_slot(0x10005, 4, 1)
    place = int.from_bytes(keccak256((6).to_bytes(32, "big")), "big") + 1
    node = int.from_bytes(keccak256(place.to_bytes(32, "big")), "big")
    assert node == 0x768C3A22B1E4688C94525EB9BC2CF1CE7601FC9E871DC6E10FC44F0F06340CE1
    state.set_slot(0x10005, node, 9)
    found = outside_of(0, (), state)
    assert (found.message_root, found.settlement_layer) == (9, 506)


def test_interop_hash_rolls_over_three_words_a_root():
    assert interop_hash([]) == bytes(32)
    words = [number.to_bytes(32, "big") for number in (1, 2, 3)]
    one = keccak256(bytes(32) + b"".join(words))
    assert interop_hash([InteropRoot(1, 2, 3)]) == one
    assert interop_hash([InteropRoot(1, 2, 3)] * 2) == keccak256(one + b"".join(words))


def test_versions_that_know_no_chains_bind_none():
    assert not knows_chains(Protocol.V30)
    assert knows_chains(Protocol.V31)


def test_batch_that_ships_binds_what_the_judge_says():
    made = load_case(CORPORA / "protocols" / "interop.json")
    target = BlockTarget("x", block_native().engines, V31)
    assert target.run(made).problem is None
