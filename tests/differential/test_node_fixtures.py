"""Blocks of real nodes of v31: every engine of ours gives what the nodes recorded.

The files lie beside the repository; a few of their blocks ship (`corpora/nodes`).
"""

import pytest
import rlp

from differential.expectations import first_unexpected
from differential.importers.chain import read_chain
from differential.runners import cpython, native, riscv
from differential.runners.base import options_of, settle, state_after, state_of_case
from tests.support.published import SHARED
from zkos.host.case_reader import read_json
from zkos.host.profile import Mode, RunOptions
from zkos.host.signing import keccak256

FIXTURES = SHARED / "fixtures"
BUNDLES = sorted((FIXTURES / "v31_bundles").glob("*.json.gz"))
SMALL = FIXTURES / "v31_bundles" / "delegated_c_000461.json.gz"
CHAIN = FIXTURES / "v31_chain" / "chain_506.json.gz"
OLDER_CHAIN = FIXTURES / "v31_chain" / "chain_6565_interop.json.gz"
RUNS = [
    pytest.param(native, Mode.PROVING, marks=pytest.mark.native, id="native"),
    pytest.param(native, Mode.FORWARD, marks=pytest.mark.native, id="forward"),
    pytest.param(riscv, Mode.PROVING, marks=pytest.mark.riscv, id="riscv"),
]
on_each = pytest.mark.parametrize(("engine", "mode"), RUNS)
pytestmark = pytest.mark.skipif(not CHAIN.exists(), reason="no files of nodes there")


def differences(case, engine, mode):
    """By number of a block or of the last of a batch: what is not as recorded."""
    options = RunOptions(mode=mode)
    state = state_of_case(case)
    found, settled, states = {}, [], []
    for index, block in enumerate(case.blocks):
        asked = options_of(case, index, options)
        settled.append(settle(block, state, asked))
        states.append(state)
        outcome = engine.run_block(settled[-1], state, asked)
        number = block.context.block_number
        found["block", number] = unexpected(block.expected, outcome)
        state = state_after(state, outcome)
        for batch in case.batches:
            if batch.last == index:
                blocks = slice(batch.first, batch.last + 1)
                outcome = engine.run_batch(settled[blocks], states[blocks], asked)
                found["batch", number] = unexpected(batch.expected, outcome)
    return found


def unexpected(expected, outcome):
    assert expected is not None
    found = first_unexpected(expected, {"ours": outcome})
    return found and (found[0].layer, found[0].where, found[0].values)


def header_hash(header):
    """Of the header of a bundle, whose fields stand in order."""
    fields = [
        value.to_bytes((value.bit_length() + 7) // 8, "big")
        if isinstance(value, int)
        else bytes.fromhex(value)
        for value in header.values()
    ]
    fields[7] = fields[7].lstrip(b"\0")
    return keccak256(rlp.encode(fields))


@on_each
@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.name.partition(".")[0])
def test_block_on_a_whole_state_is_as_recorded(path, engine, mode):
    root = read_json(path)
    ((_, case),) = read_chain(root)
    assert differences(case, engine, mode) == {
        ("block", case.blocks[0].context.block_number): None
    }
    recorded = root.value["expected"]
    block = case.blocks[0]
    state = state_of_case(case)
    options = options_of(case, 0, RunOptions(mode=mode))
    outcome = engine.run_block(settle(block, state, options), state, options)
    leaves = state_after(state, outcome).tree.leaves()[2:]
    assert [[leaf.key.hex(), leaf.value.hex()] for leaf in leaves] == recorded[
        "leaves_after"
    ]
    header = recorded["header"]
    assert header_hash(header) == outcome.block_hash.to_bytes(32, "big")
    used = sum(receipt.gas_used for receipt in outcome.transactions)
    assert used == header["gas_used"] == recorded["gas_used"]


@pytest.mark.cpython
def test_small_block_is_as_recorded_under_cpython():
    ((_, case),) = read_chain(read_json(SMALL))
    assert set(differences(case, cpython, Mode.PROVING).values()) == {None}


@on_each
def test_chain_is_as_recorded(engine, mode):
    ((_, case),) = read_chain(read_json(CHAIN))
    assert (len(case.blocks), len(case.batches)) == (19, 10)
    found = differences(case, engine, mode)
    assert len(found) == 29
    assert set(found.values()) == {None}


@pytest.mark.native
def test_upgrade_is_as_recorded():
    """Its contracts create others, which pay for two looks at what refuses them."""
    _, case = next(iter(read_chain(read_json(CHAIN), apart=True)))
    assert [len(block.transactions) for block in case.blocks] == [2]
    assert differences(case, native, Mode.PROVING) == {
        ("block", 1): None,
        ("batch", 1): None,
    }


@on_each
def test_service_transactions_and_roots_of_an_older_chain_are_as_recorded(engine, mode):
    """Its transactions from L1 go by rules that no release has."""
    compared = {"block": 0, "batch": 0}
    for _, case in read_chain(read_json(OLDER_CHAIN), apart=True):
        (block,) = case.blocks
        if any(receipt.type != 0x7D for receipt in block.expected.transactions):
            continue
        found = differences(case, engine, mode)
        assert set(found.values()) == {None}
        for kind, _ in found:
            compared[kind] += 1
    assert compared == {"block": 10, "batch": 5}
