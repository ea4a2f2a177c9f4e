"""Fixtures of the Ethereum test suite on the Ethereum instance, made with EELS."""

import json

import pytest

from differential.ethereum.blocks import Account
from differential.ethereum.chains import Body, Parent, grow, invent_parent
from differential.ethereum.eels import encoded
from differential.ethereum.fixture_run import OWN_ROOT, Setup
from differential.ethereum.fixture_tree import run_file
from differential.ethereum.states import full_state
from differential.fixture_results import Verdict
from differential.importers.ethereum_chain_tests import fork_at
from differential.importers.fixtures import FixtureFile
from tests.differential.test_ethereum_building import CONTRACT, call, state
from tests.differential.test_ethereum_evm import written
from zkos.host.profile import RunOptions
from zkos.host.rlp import decode, encode
from zkos.host.signing import keccak256
from zkos.versions import Fork

pytest.importorskip("ethereum")
pytestmark = pytest.mark.native

NAMES = (
    "parentHash", "uncleHash", "coinbase", "stateRoot", "transactionsTrie",
    "receiptTrie", "bloom", "difficulty", "number", "gasLimit", "gasUsed", "timestamp",
    "extraData", "mixHash", "nonce", "baseFeePerGas", "withdrawalsRoot", "blobGasUsed",
    "excessBlobGas", "parentBeaconBlockRoot", "requestsHash",
)  # fmt: skip
NUMBERS = {
    "difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas",
    "blobGasUsed", "excessBlobGas",
}  # fmt: skip
ENGINE = {
    "feeRecipient": "coinbase",
    "receiptsRoot": "receiptTrie",
    "logsBloom": "bloom",
    "blockNumber": "number",
    "prevRandao": "mixHash",
}
PAYLOAD = (
    "parentHash", "feeRecipient", "stateRoot", "receiptsRoot", "logsBloom",
    "blockNumber", "gasLimit", "gasUsed", "timestamp", "extraData", "prevRandao",
    "baseFeePerGas", "blobGasUsed", "excessBlobGas",
)  # fmt: skip
CODE = "PUSH0 CALLDATALOAD PUSH0 SSTORE PUSH0 PUSH0 LOG0 STOP"


def text(data):
    return f"0x{data.hex()}"


def header_json(header):
    fields = {}
    for name, item in zip(NAMES, decode(header), strict=True):
        if name in NUMBERS:
            fields[name] = hex(int.from_bytes(item, "big"))
        else:
            fields[name] = text(item)
    return {**fields, "hash": text(keccak256(header))}


def state_json(accounts):
    return {
        f"{address:#042x}": {
            "nonce": hex(item.nonce),
            "balance": hex(item.balance),
            "code": text(item.code),
            "storage": {hex(key): hex(value) for key, value in item.storage.items()},
        }
        for address, item in accounts.items()
    }


@pytest.fixture(scope="module")
def chain():
    """Two blocks on a genesis: the state before, its header, and links."""
    before = state(CODE)
    headers = invent_parent(before, Parent(number=0))[-1:]
    links, now = [], before
    for number in range(2):
        word = (number + 5).to_bytes(32, "big")
        body = Body(
            (call(number, CONTRACT, data=word),),
            ((number, 7, 0xBEEF, 3),),
            timestamp=2 + number,
        )
        at = headers if not links else links[-1].headers
        links.append(grow(Fork.OSAKA, now, at, body))
        now = links[-1].after
    return before, headers[0], links


def chain_test(chain, **changes):
    before, genesis, links = chain
    return {
        "network": "Osaka",
        "genesisBlockHeader": header_json(genesis),
        "pre": state_json(before),
        "postState": state_json(links[-1].after),
        "lastblockhash": text(links[-1].known.block.hash),
        **changes,
    }


def with_blocks(chain, *blocks, **changes):
    return chain_test(chain, blocks=list(blocks), **changes)


def rlp_of(chain):
    return [{"rlp": text(encoded(link.known))} for link in chain[2]]


def payloads(chain):
    found = []
    for link in chain[2]:
        block = link.known.block
        fields = header_json(block.header)
        payload = {name: fields[ENGINE.get(name, name)] for name in PAYLOAD}
        payload["blockHash"] = fields["hash"]
        payload["transactions"] = [text(item) for item in block.transactions]
        payload["withdrawals"] = [
            {
                "index": hex(int.from_bytes(index, "big")),
                "validatorIndex": hex(int.from_bytes(validator, "big")),
                "address": text(address),
                "amount": hex(int.from_bytes(amount, "big")),
            }
            for index, validator, address, amount in decode(block.withdrawals)
        ]
        root = fields["parentBeaconBlockRoot"]
        found.append({"params": [payload, [], root, []], "newPayloadVersion": "4"})
    return found


def run(tmp_path, test, *, engines=("native",), fork=None):
    """The results of a file with this test."""
    path = tmp_path / "fixture.json"
    path.write_text(json.dumps({"made": test}))
    setup = Setup(engines, RunOptions(), fork, alone="cpython")
    return run_file(setup, 60.0, FixtureFile(path))


def test_blocks_run_to_their_hashes(tmp_path, chain):
    (result,) = run(tmp_path, with_blocks(chain, *rlp_of(chain)))
    assert (result.verdict, result.reason) == (Verdict.SAME, "")


def test_payloads_run_to_their_hashes(tmp_path, chain):
    refused = {"params": [{}], "errorCode": "-32602"}
    test = chain_test(chain, engineNewPayloads=[*payloads(chain), refused])
    (result,) = run(tmp_path, test)
    assert (result.verdict, result.reason) == (Verdict.SAME, "")
    assert sum(result.declared.values()) == 1


def test_what_must_be_refused_is(tmp_path, chain):
    first, second = rlp_of(chain)
    header, *parts = decode(bytes.fromhex(second["rlp"][2:]))
    for place, item in ((3, bytes(32)), (10, b"\x01"), (12, bytes(33))):
        bent = list(header)
        bent[place] = item
        block = {"rlp": text(encode([bent, *parts])), "expectException": "any"}
        (result,) = run(tmp_path, with_blocks(chain, first, block, second))
        assert (result.verdict, result.reason) == (Verdict.SAME, "")


def test_a_valid_block_that_should_be_refused_is_a_difference(tmp_path, chain):
    first, second = rlp_of(chain)
    test = with_blocks(chain, first, {**second, "expectException": "any"})
    (result,) = run(tmp_path, test)
    assert result.verdict is Verdict.DIFFERENT
    assert result.difference.layer == "block"


def test_a_block_that_should_be_valid_and_is_not_is_a_difference(tmp_path, chain):
    first, second = rlp_of(chain)
    header, *parts = decode(bytes.fromhex(second["rlp"][2:]))
    header = [*header[:3], bytes(32), *header[4:]]
    block = {"rlp": text(encode([header, *parts]))}
    (result,) = run(tmp_path, with_blocks(chain, first, block))
    assert result.verdict is Verdict.DIFFERENT
    assert "state root" in result.difference.values[1]


@pytest.mark.parametrize(
    ("change", "verdict", "words"),
    [
        ({"lastblockhash": "0x" + "11" * 32}, Verdict.FAILED, "no valid block"),
        ({"network": "Cancun"}, Verdict.NOT_RUN, "fork Cancun"),
        ({"config": {"chainid": "0x2"}}, Verdict.NOT_RUN, "chain id 2"),
        ({"genesisBlockHeader": {}}, Verdict.BAD_FILE, "parentHash is missing"),
        ({"blocks": [{"rlp": "0x00"}]}, Verdict.FAILED, "not the RLP of a block"),
    ],
)
def test_what_is_wrong_with_a_test_is_said(tmp_path, chain, change, verdict, words):
    (result,) = run(tmp_path, {**with_blocks(chain, *rlp_of(chain)), **change})
    assert result.verdict is verdict
    assert words in result.reason


def test_another_state_at_the_end_is_a_difference(tmp_path, chain):
    after = {**chain[2][-1].after, 0xABC: Account(balance=1)}
    test = with_blocks(chain, *rlp_of(chain), postState=state_json(after))
    (result,) = run(tmp_path, test)
    assert result.verdict is Verdict.DIFFERENT
    assert result.difference.layer == "postState"
    assert result.difference.values[0] == text(full_state(after).root)


def test_a_hash_that_is_not_the_payload_s_is_refused(tmp_path, chain):
    first, second = payloads(chain)
    second["params"][0]["blockHash"] = "0x" + "11" * 32
    (result,) = run(tmp_path, chain_test(chain, engineNewPayloads=[first, second]))
    assert result.verdict is Verdict.FAILED
    assert "hash of the block is not the payload's" in result.reason


def test_networks_change_their_fork_by_time():
    assert fork_at("PragueToOsakaAtTime15k", 14_999) is Fork.PRAGUE
    assert fork_at("PragueToOsakaAtTime15k", 15_000) is Fork.OSAKA
    assert fork_at("BPO2", 0) is Fork.BPO2
    assert fork_at("Cancun", 0) is None


CONTRACT_TEXT = "0x" + "c0" * 20


def state_test(**changes):
    test = written({CONTRACT_TEXT: CODE}, **changes)["made"]
    test["env"]["currentGasLimit"] = hex(30_000_000)
    return test


def test_a_state_test_is_a_block_with_its_own_root(tmp_path):
    test = state_test()
    (result,) = run(tmp_path, test)
    assert result.verdict is Verdict.DIFFERENT
    layer, values = result.difference.layer, result.difference.values
    assert layer == "state_root"
    test["post"]["Osaka"][0]["hash"] = values[1]
    (result,) = run(tmp_path, test)
    assert result.difference.layer == "logs"
    test["post"]["Osaka"][0]["logs"] = result.difference.values[1]
    (result,) = run(tmp_path, test)
    assert (result.verdict, result.declared) == (Verdict.SAME, {OWN_ROOT: 1})


def test_older_forks_run_by_another_s_rules_or_not_at_all(tmp_path):
    test = state_test()
    test["post"] = {"Cancun": test["post"]["Osaka"]}
    (result,) = run(tmp_path, test)
    assert (result.verdict, result.reason) == (Verdict.NOT_RUN, "fork Cancun")
    (result,) = run(tmp_path, test, fork=Fork.OSAKA)
    assert (result.verdict, result.declared) == (Verdict.SAME, {})


def test_a_transaction_that_is_not_allowed_is_refused(tmp_path):
    test = state_test(nonce="0x7")
    test["post"] = {"Cancun": test["post"]["Osaka"]}
    (result,) = run(tmp_path, test, fork=Fork.OSAKA)
    assert result.verdict is Verdict.REFUSED
    assert "Nonce" in result.reason


def test_no_block_can_be_the_first(tmp_path):
    test = state_test()
    test["env"]["currentNumber"] = "0x0"
    test["post"] = {"Cancun": test["post"]["Osaka"]}
    (result,) = run(tmp_path, test, fork=Fork.OSAKA)
    assert result.verdict is Verdict.NOT_RUN
    assert "parent of the first" in result.reason
