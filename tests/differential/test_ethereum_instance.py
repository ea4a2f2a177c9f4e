"""Whole blocks of Ethereum: every field equal, and nothing wrong accepted."""

import gzip
import json
import random
from dataclasses import replace

import pytest

from differential.compare import first_difference
from differential.ethereum.blocks import KnownBlock
from differential.ethereum.running import run_block, run_served
from differential.ethereum.session import check_engines, result, run_engine
from differential.importers.ethereum_blocks import load_blocks
from differential.outcome import Result
from differential.runners import native
from tests.pins import CORPORA
from tests.support.published import SHARED
from zkos.compiler.variant import Variant
from zkos.guest.protocol import ethereum_queries as queries
from zkos.host.case_errors import CaseError
from zkos.host.ethereum.lookup import Lookup
from zkos.host.ethereum.oracle import WitnessOracle
from zkos.host.profile import RunOptions
from zkos.host.rlp import decode
from zkos.terminal.errors import UserError
from zkos.versions import Fork

FOLDER = CORPORA / "ethereum"
SHIPPED = sorted(FOLDER.glob("*.blocks.json.gz"))
PUBLISHED = sorted((SHARED / "fixtures" / "ethereum_blocks").glob("*.json.gz"))
TRANSFERS = FOLDER / "transfers_osaka_1000.blocks.json.gz"
TRIE = FOLDER / "account_trie_osaka_1000.blocks.json.gz"


def names(path):
    return path.name.partition(".")[0]


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    """Forks after Osaka differ in numbers only: their builds optimise little."""
    whole = native.library

    def library(build, *more):
        if build.fork in (Fork.BPO1, Fork.BPO2):
            build = replace(build, variant=Variant(hurried=True))
        return whole(build, *more)

    monkeypatch.setattr(native, "library", library)


def check(engine: str, known: KnownBlock) -> None:
    outcome = run_engine(engine, known, RunOptions())
    told = result(TRANSFERS, 0, known, {engine: outcome})
    assert not told.without, told.without
    assert outcome.succeeded, outcome.reason
    assert told.difference is None, told.difference
    assert outcome.block_hash == int.from_bytes(known.block.hash, "big")


@pytest.mark.native
@pytest.mark.parametrize("path", SHIPPED, ids=names)
def test_a_shipped_block_is_as_expected(path):
    for known in load_blocks(path):
        check("native", known)


@pytest.mark.riscv
@pytest.mark.parametrize(
    "path", [p for p in SHIPPED if "osaka" in p.name or "prague" in p.name], ids=names
)
def test_a_shipped_block_is_as_expected_on_the_machine(path):
    for known in load_blocks(path):
        check("riscv", known)


@pytest.mark.parametrize("path", SHIPPED, ids=names)
def test_the_specification_agrees_about_a_shipped_block(path):
    pytest.importorskip("ethereum")
    for known in load_blocks(path):
        check("eels", known)


@pytest.mark.parametrize("path", [p for p in SHIPPED if "prague" in p.name], ids=names)
def test_py_evm_agrees_about_a_shipped_block(path):
    for known in load_blocks(path):
        check("py_evm", known)


@pytest.mark.native
@pytest.mark.parametrize("path", PUBLISHED, ids=names)
def test_a_published_block_is_as_expected(path):
    for known in load_blocks(path):
        check("native", known)


@pytest.mark.slow
@pytest.mark.riscv
@pytest.mark.parametrize("path", PUBLISHED, ids=names)
def test_a_published_block_is_as_expected_on_the_machine(path):
    for known in load_blocks(path):
        check("riscv", known)


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", [p for p in PUBLISHED if "mainnet" not in p.name], ids=names
)
def test_the_specification_agrees_about_a_published_block(path):
    pytest.importorskip("ethereum")
    for known in load_blocks(path):
        check("eels", known)


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", [p for p in PUBLISHED if "prague" in p.name], ids=names
)
def test_py_evm_agrees_about_a_published_block(path):
    for known in load_blocks(path):
        check("py_evm", known)


class Liar:
    """Answers honestly but for one bit of one answer to a kind of query."""

    def __init__(self, known: KnownBlock, query: int, number: int, bit: int) -> None:
        self.honest = WitnessOracle(known.block)
        self.query = query
        self.left = number
        self.bit = bit
        self.lied = False

    def answer(self, query: int, parameters: bytes) -> bytes:
        answer = self.honest.answer(query, parameters)
        if query != self.query:
            return answer
        self.left -= 1
        if self.left != -1 or len(answer) == 4:
            return answer
        self.lied = True
        changed = bytearray(answer)
        place = 4 + self.bit // 8 % (len(answer) - 4)
        changed[place] ^= 1 << self.bit % 8
        return bytes(changed)


LIES = (
    queries.QUERY_HEADER,
    queries.QUERY_ANCESTOR,
    queries.QUERY_NEXT,
    queries.QUERY_WITHDRAWALS,
    queries.QUERY_CODE,
    queries.QUERY_NODE,
    queries.QUERY_ACCOUNT,
    queries.QUERY_STORAGE,
    queries.QUERY_NEXT_SIZE,
    queries.QUERY_NODE_SIZE,
)


@pytest.mark.native
@pytest.mark.parametrize("query", LIES, ids=lambda query: f"{int(query):#x}")
@pytest.mark.parametrize("path", [TRANSFERS, TRIE], ids=names)
def test_a_changed_bit_is_refused_or_changes_nothing(path, query):
    """Padding and what nobody looks at may change; the header then is another's."""
    known = load_blocks(path)[0]
    rng = random.Random(int(query))
    honest = int.from_bytes(known.block.hash, "big")
    wanted = run_block("native", known.block)
    lies = 0
    for _ in range(40):
        liar = Liar(known, int(query), rng.randrange(6), rng.randrange(1 << 13))
        outcome = run_served("native", liar, known.block.fork)
        if outcome.result is Result.CRASH:
            # The guest believed it for a moment, and asked for what there is not.
            assert outcome.reason.startswith("oracle: the witness has nothing")
        lies += liar.lied
        if outcome.succeeded and outcome.block_hash == honest:
            assert outcome.transactions == wanted.transactions
            assert outcome.detail.accounts == wanted.detail.accounts
            assert outcome.detail.storage == wanted.detail.storage
        elif outcome.succeeded:
            assert query == queries.QUERY_HEADER
    if query not in (queries.QUERY_STORAGE, queries.QUERY_WITHDRAWALS):
        assert lies


FIELDS = {
    "parent": 4,
    "ommers": 37,
    "state root": 91,
    "transactions root": 124,
    "receipts root": 157,
    "bloom": 192,
}
"""Places in an encoded header."""


@pytest.mark.native
@pytest.mark.parametrize("place", FIELDS.values(), ids=list(FIELDS))
def test_a_header_with_another_field_is_refused(place):
    known = load_blocks(TRANSFERS)[0]
    header = bytearray(known.block.header)
    header[place] ^= 1

    outcome = run_block("native", replace(known.block, header=bytes(header)))

    assert outcome.result is Result.ABORT, outcome


@pytest.mark.native
def test_a_block_without_one_of_its_transactions_is_refused():
    known = load_blocks(TRANSFERS)[0]
    fewer = known.block.transactions[:-1]

    outcome = run_block("native", replace(known.block, transactions=fewer))

    assert outcome.result is Result.ABORT
    assert "gas used is not" in outcome.reason


@pytest.mark.native
def test_a_witness_that_lacks_a_node_is_of_no_use():
    known = load_blocks(TRIE)[0]
    witness = known.block.witness
    reasons = set()
    for place in range(len(witness.nodes)):
        nodes = witness.nodes[:place] + witness.nodes[place + 1 :]
        block = replace(known.block, witness=replace(witness, nodes=nodes))

        outcome = run_block("native", block)

        assert not outcome.succeeded
        reasons.add(outcome.reason.partition(" with hash")[0])
    assert "oracle: the witness has nothing" in reasons


@pytest.mark.native
@pytest.mark.parametrize(
    "path", [p for p in SHIPPED if "blobs" not in p.name], ids=names
)
def test_the_state_before_serves_as_well_as_a_witness(path, tmp_path):
    content = json.loads(gzip.decompress(path.read_bytes()))
    for block in content["blocks"]:
        del block["witness"]
    bare = tmp_path / "bare.blocks.json"
    bare.write_text(json.dumps(content))

    for known in load_blocks(bare):
        check("native", known)


def test_without_the_parent_there_is_no_run():
    known = load_blocks(TRIE)[0]
    witness = replace(known.block.witness, headers=())

    outcome = run_block("native", replace(known.block, witness=witness))

    assert outcome.result is Result.CRASH
    assert "no header of the parent" in outcome.reason


@pytest.mark.native
@pytest.mark.parametrize("parent", [b"", b"\xc0", b"\xc4\1\2\3\xc0", b"\xff" * 40])
def test_a_parent_that_is_no_header_is_told(parent):
    known = load_blocks(TRIE)[0]
    witness = replace(known.block.witness, headers=(parent,))

    outcome = run_block("native", replace(known.block, witness=witness))

    assert outcome.result is Result.CRASH
    assert outcome.reason.startswith("oracle: the header of the parent")


@pytest.mark.native
def test_a_witness_of_other_things_is_told():
    known = load_blocks(TRIE)[0]
    parent = decode(known.block.witness.headers[-1])
    root = parent[3]
    assert isinstance(root, bytes)
    oracle = WitnessOracle(known.block)
    oracle._state = Lookup({root: b"\xc1\x80"}, root)

    outcome = run_served("native", oracle, known.block.fork)

    assert outcome.result is Result.CRASH
    assert outcome.reason.startswith("oracle: the witness is malformed")


WITHOUT_STATE = json.dumps(
    {
        "format": "zkos-ethereum-blocks/1",
        "fork": "osaka",
        "blocks": [
            {
                "block": {
                    "header_rlp": "0x",
                    "transactions": [],
                    "withdrawals_rlp": "0x",
                }
            }
        ],
    }
)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{}", "the field format is missing"),
        ('{"format": "other", "fork": "osaka", "blocks": []}', "format: expected"),
        (
            '{"format": "zkos-ethereum-blocks/1", "fork": "paris", "blocks": []}',
            "fork: no fork 'paris'",
        ),
        (
            '{"format": "zkos-ethereum-blocks/1", "fork": "osaka", "blocks": []}',
            "blocks: there is no block",
        ),
        (
            '{"format": "zkos-ethereum-blocks/1", "fork": "osaka", "blocks": [{}]}',
            "blocks[0]: the field block is missing",
        ),
        (
            WITHOUT_STATE,
            "blocks[0]: neither a witness nor a complete alloc",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(tmp_path, text, complaint):
    path = tmp_path / "some.blocks.json"
    path.write_text(text)

    with pytest.raises(CaseError) as caught:
        load_blocks(path)

    assert str(caught.value).startswith(f"{path}: ")
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("engines", [["image"], ["native", "native"]])
def test_engines_that_cannot_be_used_are_named(engines):
    with pytest.raises(UserError):
        check_engines(engines)


def test_what_is_expected_is_compared():
    known = load_blocks(TRANSFERS)[0]
    assert known.expected is not None
    wrong = replace(known.expected, state_root=1)
    assert first_difference({"expected": known.expected, "wrong": wrong}) is not None
    told = result(TRANSFERS, 0, known, {"native": wrong})
    assert told.difference is not None
    assert told.difference.layer == "state_root"
