"""Blocks of a running node as cases: from a server that serves chains as nodes do."""

import pytest

from differential.importers.json_rpc import Endpoint, MethodMissing, RpcError
from tests.cli.support import zkos_here
from tests.differential.served_chains import imported, made, surprise
from tests.support.node_server import Refusal, serving
from zkos.host.case_errors import CaseError
from zkos.terminal.errors import UserError
from zkos.versions import Protocol


@pytest.fixture(scope="module", params=list(Protocol), ids=lambda item: item.value)
def chain(request):
    return made(request.param)


@pytest.fixture
def node(chain):
    with serving(chain) as node:
        yield node


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
