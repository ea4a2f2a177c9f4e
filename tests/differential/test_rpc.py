"""Blocks of a running node as cases: from a server that serves chains as nodes do."""

import gzip
import json
from contextlib import contextmanager
from dataclasses import replace

import pytest

from differential.engines import find_program
from differential.expectations import first_unexpected
from differential.importers.chain import read_chain
from differential.importers.json_rpc import Archive, Endpoint, MethodMissing, RpcError
from differential.importers.rpc import RpcBlock, Wanted, block_hash
from differential.runners import native
from differential.runners.base import options_of, run_chain
from differential.runners.node import Node as Program
from tests.cli.support import zkos_here
from tests.support.node_chain import chain_of
from tests.support.node_server import Refusal, serving
from zkos.cases.builder import CaseBuilder, word
from zkos.host.case import load_case
from zkos.host.case_errors import CaseError
from zkos.host.case_reader import Node
from zkos.host.profile import Quirks, RunOptions
from zkos.host.transactions import FieldTransaction, Kind
from zkos.terminal.errors import UserError
from zkos.versions import Protocol

STORE = "PUSH0 CALLDATALOAD DUP1 PUSH0 SSTORE PUSH0 MSTORE PUSH1 7 PUSH1 32 PUSH0 LOG1"
SENDS = (
    "PUSH4 0x62f84b24 PUSH0 MSTORE PUSH1 32 PUSH0 MSTORE PUSH0 PUSH0 PUSH1 68 "
    "PUSH1 28 PUSH0 PUSH2 0x8008 GAS CALL POP"
)
REVERTS = "PUSH1 1 PUSH0 SSTORE PUSH0 PUSH0 REVERT"
HASHES = "PUSH1 2 NUMBER SUB BLOCKHASH PUSH0 SSTORE"
PORT_OF_NOBODY = "http://127.0.0.1:9"


def made(protocol):
    """A chain with transactions of all types that the version has."""
    builder = CaseBuilder(protocol=protocol, timestamp=5)
    store = builder.contract(0x7777, STORE)
    reverts = builder.contract(0x7778, REVERTS)
    hashes = builder.contract(0x7779, HASHES)
    builder.call("alice", store, word(1), kind=Kind.LEGACY)
    builder.call("alice", store, word(2), kind=Kind.EIP2930)
    builder.deploy("bob", b"\x60\x2a\x5f\x55\x60\x01\x5f\xf3")
    builder.block(timestamp=6)
    builder.delegate("alice", [("carol", store)])
    builder.call("bob", "carol", word(3))
    builder.call("bob", reverts)
    # Since v31 what L1 sends comes from a treasury, which is empty here.
    free = {} if protocol is Protocol.V30 else {"max_fee_per_gas": 0}
    builder.from_l1(0xB0B, store, word(4), value=0 if free else 5, **free)
    builder.block(timestamp=8, pubdata_price=3)
    builder.call("bob", hashes)
    builder.call("bob", "carol", word(0))
    if protocol is not Protocol.V30:
        builder.block(timestamp=9)
        chosen = builder.contract(0x800B, STORE)
        data = bytes.fromhex("040203e6") + word(9)
        service = {"to": chosen, "data": data, "nonce": 77}
        builder.add(FieldTransaction(Kind.SERVICE, 0, 0, **service))
    return chain_of(builder.build())


@pytest.fixture(scope="module", params=list(Protocol), ids=lambda item: item.value)
def chain(request):
    return made(request.param)


@pytest.fixture(scope="module")
def v30():
    return made(Protocol.V30)


@pytest.fixture
def node(chain):
    with serving(chain) as node:
        yield node


@pytest.fixture
def v30_node(v30):
    with serving(v30) as node:
        yield node


def imported(node, name, answers=None, **wanted):
    archive = Archive(Endpoint(node.url, pause=0.0), answers)
    block = RpcBlock(archive, block_hash(archive, str(name)), Wanted(**wanted))
    return block.case()


def surprise(case, quirks=Quirks.UPSTREAM):
    """The first difference of what the block gives from what the node said."""
    options = options_of(case, 0, RunOptions(quirks=quirks))
    (outcome,) = run_chain(native.run_block, case, options)
    assert outcome.succeeded, outcome.reason
    found = first_unexpected(case.blocks[0].expected, {"native": outcome})
    return None if found is None else found[0]


def test_blocks_give_what_the_node_said(node):
    count = len(node.chain.blocks)
    for number in range(1, count):
        case = imported(node, number)
        (block,) = case.blocks
        assert case.protocol.value == node.chain.protocol
        assert block.context.block_number == number
        assert block.expected.block_hash == int(node.chain.hashes[number], 16)
        assert len(block.expected.transactions) == len(block.transactions) > 0
        assert surprise(case) is None
    assert count > 3
    assert "eth_getProof" in node.asked


def test_a_block_by_hash_is_the_block_by_number(node):
    assert imported(node, node.chain.hashes[2]) == imported(node, 2)


def test_another_answer_is_noticed(v30_node):
    """So the comparison above is one."""

    def change(method, answer):
        if method == "eth_getBlockReceipts":
            answer[0]["gasUsed"] = hex(int(answer[0]["gasUsed"], 16) + 1)
        return answer

    v30_node.meddle = change
    assert surprise(imported(v30_node, 1)).layer == "gas_used"
    v30_node.meddle = lambda method, answer: (
        "0x" + "0" * 64 if method == "eth_getStorageAt" else answer
    )
    assert surprise(imported(v30_node, 3)) is not None


def test_state_is_only_what_the_block_looks_at(v30_node):
    accounts = {account.address: account for account in imported(v30_node, 3).accounts}
    assert 0x7779 in accounts
    assert 0x7778 not in accounts
    (delegating,) = [item for item in accounts.values() if item.delegate is not None]
    assert delegating.delegate == 0x7777
    assert delegating.storage == ((0, 3),)


def test_hashes_and_times_are_those_of_the_chain(v30_node):
    context = imported(v30_node, 3).blocks[0].context
    hashes = [int(name, 16) for name in v30_node.chain.hashes]
    assert context.block_hashes == tuple(reversed(hashes[:3]))
    assert (context.last_block_timestamp, context.timestamp) == (6, 8)
    assert context.pubdata_price == 3
    assert imported(v30_node, 3, pubdata_limit=9).blocks[0].context.pubdata_limit == 9


def test_the_version_can_be_told(v30_node):
    case = imported(v30_node, 1, protocol=Protocol.V31)
    assert case.protocol is Protocol.V31

    def unknown(method, answer):
        if method == "zks_getBlockMetadataByNumber":
            answer["execution_version"] = 99
        return answer

    v30_node.meddle = unknown
    with pytest.raises(CaseError, match="execution version 99 is of no protocol"):
        imported(v30_node, 1)
    assert imported(v30_node, 1, protocol=Protocol.V30).protocol is Protocol.V30


def test_what_was_answered_is_not_asked_again(v30_node, tmp_path):
    answers = tmp_path / "deep" / "answers.jsonl"
    case = imported(v30_node, 2, answers)
    first = len(v30_node.asked)
    assert imported(v30_node, 2, answers) == case
    # The number alone is looked up anew.
    assert len(v30_node.asked) == first + 1
    other = v30_node.chain.hashes[2]
    v30_node.working = 0
    assert imported(v30_node, other, answers) == case


@pytest.mark.parametrize("working", [1, 5, 12, 30])
def test_an_import_that_was_stopped_goes_on(v30_node, tmp_path, working):
    whole = imported(v30_node, 2)
    total = len(v30_node.asked)
    answers = tmp_path / "answers.jsonl"
    v30_node.working = working
    with pytest.raises(RpcError, match="HTTP status 500"):
        imported(v30_node, 2, answers)
    v30_node.working = None
    # The last line was being written.
    content = answers.read_bytes() if answers.exists() else b""
    kept = content.count(b"\n")
    answers.write_bytes(content + b'{"method":"eth_getC')
    v30_node.asked.clear()

    assert imported(v30_node, 2, answers) == whole
    # But for the look-up of the number.
    assert kept == working - 1
    assert len(v30_node.asked) == total - kept
    assert imported(v30_node, 2, answers) == whole


def test_a_node_that_is_busy_is_asked_again(v30_node, monkeypatch):
    answers = iter([503, 502])
    reply = v30_node.reply

    def busy(content):
        status, body = reply(content)
        return next(answers, status), body

    monkeypatch.setattr(v30_node, "reply", busy)
    assert surprise(imported(v30_node, 1)) is None


def spoiled(name, value):
    def meddle(method, answer):
        if method == "eth_getBlockByHash" and name in answer:
            answer[name] = value
        if method == "eth_getBlockByHash" and isinstance(answer["transactions"], list):
            for item in answer["transactions"]:
                if isinstance(item, dict) and name in item:
                    item[name] = value
        return answer

    return meddle


@pytest.mark.parametrize(
    ("meddle", "why"),
    [
        (spoiled("value", "0x7"), "its fields give"),
        (spoiled("nonce", "0x7"), "its fields give"),
        (spoiled("toMint", "0x7"), "its fields give"),
        (spoiled("input", "0x7"), "input: odd number of hex digits"),
        (spoiled("type", "0x55"), "no transactions of type 85"),
        (spoiled("timestamp", None), "expected a number"),
        (spoiled("parentHash", "0x../../x"), "parentHash: odd number of hex digits"),
        (spoiled("hash", "0x../../x"), "hash: odd number of hex digits"),
        (spoiled("miner", "0x12"), "expected 20"),
        (lambda method, answer: [] if "Receipts" in method else answer, "receipts"),
        (lambda method, answer: None if "Metadata" in method else answer, "nothing is"),
        (lambda method, answer: "?" if "Balance" in method else answer, "not a number"),
    ],
)
def test_answers_that_make_no_sense_are_one_line(v30_node, meddle, why):
    v30_node.meddle = meddle
    with pytest.raises(UserError, match=why) as caught:
        imported(v30_node, 2)
    assert "\n" not in str(caught.value)


def test_receipts_are_asked_for_one_by_one_where_they_must(v30_node, monkeypatch):
    whole = imported(v30_node, 2)
    answer = v30_node.chain.answer

    def lacking(method, given):
        if method == "eth_getBlockReceipts":
            raise Refusal(-32601, "no such method")
        return answer(method, given)

    monkeypatch.setattr(v30_node.chain, "answer", lacking)
    assert imported(v30_node, 2) == whole


def test_a_block_that_calls_itself_strange_names_no_file(v30_node, tmp_path):
    """The name of a kept file is made of a hash, and of nothing else."""
    v30_node.meddle = lambda method, answer: (
        {**answer, "hash": "0x../../x"} if "ByNumber" in method[:20] else answer
    )
    place = tmp_path / "case.json"
    done = zkos_here("corpus", "import", "--rpc", v30_node.url, "--block", 1, place)
    assert done.returncode == 2
    assert "eth_getBlockByNumber.hash: odd number of hex digits" in done.stderr


def test_methods_that_are_missing_are_told():
    with serving(made(Protocol.V30)) as node, pytest.raises(MethodMissing):
        Endpoint(node.url).call("debug_traceBlock", [])


SIMULATED = {
    "type": "eip1559",
    "private_key": "0x" + "01" * 32,
    "to": f"{0x7777:#042x}",
    "data": "0x" + word(5).hex(),
    "gas_limit": 100_000,
    "max_fee_per_gas": 10**6,
}


def simulated(node, *items):
    given = Node("given.json", "", list(items))
    return imported(node, 2, transactions=given)


def test_given_transactions_run_on_the_state_of_a_block(v30_node):
    case = simulated(v30_node, SIMULATED)
    (block,) = case.blocks
    assert block.expected is None
    (outcome,) = run_chain(native.run_block, case, RunOptions())
    # Nobody has given the sender money on that chain.
    assert outcome.transactions[0].reason.startswith("LackOfFund")


def test_a_given_transaction_of_the_chain_expects_its_receipt(v30_node):
    item = v30_node.chain.blocks[2]["txs"][0]
    raw, sender = "0x" + item["raw"], "0x" + item["from"]
    named = {"hash": "0x" + item["hash"]}
    for given in (
        {"rlp": raw, "signer": sender, **named},
        {"tx": raw, "signer": sender, **named},
        {"Rlp": [raw, sender], **named},
        {"raw": raw, "from": sender, **named},
    ):
        case = simulated(v30_node, given)
        (receipt,) = case.blocks[0].expected.transactions
        assert receipt.hash == int(item["hash"], 16)
        assert surprise(case) is None


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ([], "no transactions"),
        ([{"rlp": "0x00"}], "field signer is missing"),
        ([{"Rlp": ["0x00"]}], "expected bytes and a signer"),
        ([{"rlp": "0x00", "signer": "0x12"}], "expected 20"),
        ([{"rlp": "0x00", "signer": "0x" + "0" * 40, "more": 1}], "unknown field"),
        ([{"type": "eip9"}], "unknown type"),
    ],
)
def test_given_transactions_that_are_none(v30_node, given, why):
    with pytest.raises(CaseError, match=why):
        imported(v30_node, 2, transactions=Node("given.json", "", given))


# The command


def test_the_command_writes_a_case_that_runs(v30_node, tmp_path):
    place = tmp_path / "case.json"
    options = ("--rpc", v30_node.url, "--answers", tmp_path / "answers.jsonl")

    done = zkos_here("corpus", "import", *options, "--block", 2, place)

    assert done.returncode == 0, done.stderr
    assert load_case(place) == imported(v30_node, 2)
    assert "zkos diff" in done.stdout
    engines = ("-e", "native", "--quirks", "upstream")
    assert zkos_here("diff", place, *engines).returncode == 0
    case = json.loads(place.read_text())
    case["expected"]["transactions"][0]["gas_used"] += 1
    place.write_text(json.dumps(case))
    assert zkos_here("diff", place, *engines).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--rpc", PORT_OF_NOBODY, "--block", "1"), "cannot be asked"),
        (("--rpc", "ftp://x", "--block", "1"), "expected a URL"),
        (("--rpc", "http://[", "--block", "1"), "expected a URL"),
        (("--rpc", "URL"), "--rpc needs --block"),
        (("--rpc", "URL", "--block", "0"), "nothing comes before block 0"),
        (("--rpc", "URL", "--block", "99"), "there is no block 99"),
        (("--rpc", "URL", "--block", "0x" + "ab" * 32), "there is no block 0xabab"),
        (("--rpc", "URL", "--block", "last"), "expected a number or a hash"),
        (("--rpc", "URL", "--block", "-5"), "expected a number or a hash"),
        (("--rpc", "URL", "--block", "1", "--protocol", "v7"), "no protocol version"),
        (
            ("--rpc", "URL", "--block", "1", "--transactions", "nowhere.json"),
            "nowhere.json: cannot be read",
        ),
        (("--block", "1"), "--block is for blocks of a node"),
        (("--pubdata-limit", "1"), "--pubdata-limit is for blocks of a node"),
    ],
)
def test_bad_input_is_one_line(v30_node, tmp_path, arguments, why):
    chosen = [v30_node.url if item == "URL" else item for item in arguments]
    answers = ("--answers", tmp_path / "kept") if "URL" in arguments else ()
    done = zkos_here("corpus", "import", *chosen, *answers, tmp_path / "case.json")
    assert done.returncode == 2, done.stderr
    assert why in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_bad_places_are_one_line(v30_node, tmp_path):
    start = ("corpus", "import", "--rpc", v30_node.url, "--block", "1")
    folder, twice = tmp_path / "case", (tmp_path / "a.json", tmp_path / "b.json")
    broken = tmp_path / "broken"
    broken.write_text("what?\n")
    for more, why in (
        ((folder,), "a case is called .json"),
        (twice, "there is one place"),
        ((tmp_path / "no" / "case.json",), "there is no folder"),
        (("--answers", broken, tmp_path / "case.json"), "no kept answer"),
    ):
        done = zkos_here(*start, *more)
        assert (done.returncode, why in done.stderr) == (2, True), done.stderr
        assert len(done.stderr.splitlines()) == 1


# What real nodes have made


def real_chain(shared, name):
    path = shared / "fixtures" / "v31_chain" / f"{name}.json.gz"
    if not path.exists():
        pytest.skip("the chain is not beside the repository")
    return json.loads(gzip.decompress(path.read_bytes()))


def differences(content):
    """How each block differs from what a node tells, on the whole state before it."""
    found = {}
    cases = read_chain(Node("chain.json", "", content), apart=True)
    for number, case in enumerate(cases, 1):
        (block,) = case.blocks
        unknown = {"state_root": None, "next_free_slot": None, "pubdata": None}
        told = replace(block, expected=replace(block.expected, **unknown))
        found[number] = surprise(replace(case, blocks=(told,)))
    return found


@pytest.mark.parametrize("name", ["chain_506", "chain_6565_interop"])
def test_blocks_of_real_chains(shared, name):
    """They give what they give on the whole state.

    Calls from L1 in the second are of older rules, so some of it differs.
    """
    content = real_chain(shared, name)
    known = differences(content)
    with serving(content) as node:
        for number, block in enumerate(content["chain"][1:], 1):
            limit = block["block"]["pubdata_limit"]
            case = imported(node, number, pubdata_limit=limit)
            assert case.protocol is Protocol.V31
            assert surprise(case) == known[number]
    assert list(known.values()).count(None) >= len(known) - 3


# A node of Ethereum


@contextmanager
def anvil():
    """A real one with a chain of two blocks, and its URL."""
    program = find_program("anvil")
    if program is None:
        pytest.skip("there is no anvil: ZKOS_ANVIL names one")
    with Program([str(program), "--no-mining", "--hardfork", "prague"], 20.0) as node:
        rich, poor = node.ask("eth_accounts")[:2]
        initcode = "0x602a5f556001600052600160005260206000f3"
        for fields in (
            {"to": poor, "value": "0x5", "gas": "0x5208"},
            {"data": initcode, "gas": "0x30000"},
        ):
            node.ask("eth_sendTransaction", {"from": rich, **fields})
        node.ask("evm_mine")
        created = node.ask("eth_getBlockReceipts", "0x1")[1]["contractAddress"]
        sent = {"from": rich, "to": created, "gas": "0x10000"}
        node.ask("eth_sendTransaction", sent)
        node.ask("eth_sendTransaction", {"from": poor, "to": rich, "gas": "0x5208"})
        node.ask("evm_mine")
        yield node, f"http://127.0.0.1:{node._connection.port}"


def test_blocks_of_a_real_anvil():
    """Ethereum's methods, by a program that is not ours; the block hash is not ours."""
    with anvil() as (node, url):
        endpoint = Endpoint(url)
        for number in (1, 2):
            archive = Archive(endpoint, None)
            name = block_hash(archive, str(number))
            block = RpcBlock(archive, name, Wanted(protocol=Protocol.V30))
            case = block.case()
            assert not block.is_of_zksync_os
            assert case.blocks[0].expected.block_hash is None
            case = replace(case, unlimited_native=True)
            assert surprise(case, Quirks.NONE) is None
        assert node.ask("eth_blockNumber") == "0x2"
