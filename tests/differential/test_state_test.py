import json
import sys
import tarfile
import time
from collections import Counter
from dataclasses import replace
from importlib import import_module

import pytest

from differential.engines import parse_engines
from differential.evm_compare import compare_with_suite, hash_of_logs
from differential.fixture_results import Verdict, read_results
from differential.fixture_run import OutOfTime, time_limit
from differential.importers.fixtures import find_files, load_file
from differential.importers.state_test import read_state_tests
from differential.importers.state_test_export import state_test_of, write_state_test
from differential.outcome import TransactionStatus
from differential.reference_cache import ReferenceCache
from differential.runners import native, py_evm
from differential.runners.base import state_of_case
from differential.statetest import DEFAULT_OPTIONS, run_fixture_tree
from tests.differential.ethereum_cases import (
    CONTRACT,
    KEY,
    OTHER,
    RICH,
    SENDER,
    SSTORE,
    STOP,
    AccountState,
    Kind,
    authorization,
    case,
    code,
    set_code,
    transaction,
)
from zkos.host.case_errors import CaseError
from zkos.host.context import MAX_BLOCK_GAS_LIMIT
from zkos.host.transactions import AccessListEntry, Authorization, RawTransaction

ENVIRONMENT = {
    "currentCoinbase": "0x" + "c0" * 20,
    "currentNumber": "0x02",
    "currentTimestamp": "0x03e8",
    "currentGasLimit": "0x0f4240",
    "currentBaseFee": "0x07",
    "currentRandom": "0x05",
}
BODY = code((0, 7), SSTORE)


def written(**changes):
    """A state test without txbytes, as older files have it."""
    test = {
        "env": {**ENVIRONMENT, **changes.pop("env", {})},
        "pre": {
            f"{SENDER:#042x}": {"balance": hex(RICH), "nonce": "0x00"},
            f"{CONTRACT:#042x}": {
                "balance": "0x01",
                "nonce": "0x01",
                "code": "0x" + BODY.hex(),
                "storage": {"0x02": "0x03"},
            },
        },
        "transaction": {
            "data": ["0x", "0x01"],
            "gasLimit": ["0x0186a0"],
            "value": ["0x00", "0x05"],
            "gasPrice": "0x0a",
            "nonce": "0x00",
            "to": f"{CONTRACT:#042x}",
            "secretKey": "0x" + KEY.hex(),
        },
        "post": {
            "Cancun": [
                {"indexes": {"data": 1, "gas": 0, "value": 1}, **hashes(), **changes}
            ],
            "London": [{"indexes": {"data": 0, "gas": 0, "value": 0}, **hashes()}],
        },
    }
    return {"name": test}


def hashes():
    return {"hash": "0x00", "logs": f"{hash_of_logs(()):#066x}"}


def save(folder, content, name="test.json"):
    path = folder / name
    path.write_text(json.dumps(content))
    return path


def test_template_gives_the_indexed_variant(tmp_path):
    (test,) = read_state_tests(save(tmp_path, written()))
    assert test.name.endswith("::name[Cancun-1-0-1]")
    (block,) = test.case.blocks
    (transaction_,) = block.transactions
    assert (transaction_.data, transaction_.value) == (b"\1", 5)
    assert transaction_.gas_limit == 100_000
    assert (block.context.block_number, block.context.mix_hash) == (2, 5)
    assert test.case.accounts[1] == AccountState(
        CONTRACT, balance=1, nonce=1, code=BODY, storage=((2, 3),)
    )
    keccak_of_one_and_zero = (
        0xC89EFDAA54C0F20C7ADF612882DF0950F5A951637E0307CDCB4C672F298B8BC6,
        0x044852B2A670ADE5407E78FB2863C51DE9FCB96542A07186FE3AEDA6BB8A116D,
    )
    assert block.context.block_hashes == keccak_of_one_and_zero


def test_other_forks_are_left_out(tmp_path):
    path = save(tmp_path, written())
    assert read_state_tests(path, ["Shanghai"]) == []
    assert read_state_tests(path, ["London"])[0].name.endswith("[London-0-0-0]")


def test_the_latest_fork_counts(tmp_path):
    content = written()
    content["name"]["post"]["Prague"] = content["name"]["post"]["Cancun"]
    (test,) = read_state_tests(save(tmp_path, content))
    assert (test.fork, test.name.split("::")[1]) == ("Prague", "name[Prague-1-0-1]")


@pytest.mark.parametrize(("fork", "count"), [("Cancun", 0), ("Prague", 1)])
def test_what_an_older_fork_lacks_is_left_out(tmp_path, fork, count):
    content = written()
    (variant,) = content["name"]["post"].pop("Cancun")
    variant["expectException"] = "TransactionException.TYPE_4_TX_PRE_FORK"
    content["name"]["post"][fork] = [variant]
    path = save(tmp_path, content)
    assert len(read_state_tests(path)) == count
    assert len(read_state_tests(path, [fork])) == 1


def test_delegated_account_and_authorizations_are_read(tmp_path):
    content = written()
    test = content["name"]
    test["pre"][f"{SENDER:#042x}"]["code"] = "0xef0100" + f"{CONTRACT:040x}"
    entry = {"chainId": "0x1", "address": f"{9:#042x}", "nonce": "0x2"}
    entry |= {"yParity": "0x1", "r": "0x3", "s": "0x4"}
    fields = test["transaction"]
    price = fields.pop("gasPrice")
    fields |= {"maxFeePerGas": price, "maxPriorityFeePerGas": "0x00"}
    fields["authorizationList"] = [entry]
    (read,) = read_state_tests(save(tmp_path, content))
    assert read.case.accounts[0].delegate == CONTRACT
    (sent,) = read.case.blocks[0].transactions
    assert sent.kind is Kind.EIP7702
    assert sent.authorization_list == (
        Authorization(9, nonce=2, chain_id=1, y=1, r=3, s=4),
    )


def test_block_gas_limit_is_cut_under_its_name(tmp_path):
    above = {"currentGasLimit": hex(MAX_BLOCK_GAS_LIMIT + 1)}
    (test,) = read_state_tests(save(tmp_path, written(env=above)))
    assert test.case.blocks[0].context.gas_limit == MAX_BLOCK_GAS_LIMIT
    assert test.declared == ("block_gas_limit",)
    at_most = {"currentGasLimit": hex(MAX_BLOCK_GAS_LIMIT)}
    (test,) = read_state_tests(save(tmp_path, written(env=at_most)))
    assert test.declared == ()


def test_blob_transaction_is_named(tmp_path):
    (test,) = read_state_tests(save(tmp_path, written(txbytes="0x03c0")))
    assert test.case.blocks[0].transactions == (RawTransaction(b"\3\xc0"),)
    assert test.declared == ("no_blob_transactions",)
    (test,) = read_state_tests(save(tmp_path, written(txbytes="0x02c0")))
    assert test.declared == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda test: test.pop("env"), "name: not a state test: field env is missing"),
        (
            lambda test: test["transaction"].pop("secretKey"),
            "name.transaction: neither txbytes nor secretKey",
        ),
        (
            lambda test: test["transaction"].update(data=[]),
            "name.transaction.data: no entry 1",
        ),
        (
            lambda test: test["pre"][f"{CONTRACT:#042x}"].update(code="6000"),
            "code: hex without 0x",
        ),
        (
            lambda test: test["env"].pop("currentNumber"),
            "name.env: field currentNumber is missing",
        ),
        (
            lambda test: test["env"].pop("currentCoinbase"),
            "name.env: field currentCoinbase is missing",
        ),
    ],
)
def test_bad_file_is_named_with_field_and_reason(tmp_path, change, reason):
    content = written()
    change(content["name"])
    with pytest.raises(CaseError, match=reason.replace("[", r"\[")):
        read_state_tests(save(tmp_path, content))


@pytest.mark.native
def test_suite_tells_a_wrong_log_and_a_wrong_refusal(tmp_path):
    (test,) = read_state_tests(save(tmp_path, written()))
    block, state = test.case.blocks[0], state_of_case(test.case)
    ours = native.run_block(block, state, DEFAULT_OPTIONS)
    assert compare_with_suite(test, ours, {"fees_to_coinbase": 1}) is None
    wrong = replace(test, logs_hash=1)
    assert compare_with_suite(wrong, ours, {}).layer == "logs"
    assert compare_with_suite(wrong, ours, {"no_blake2f": 1}) is None
    assert compare_with_suite(wrong, ours, {"no_calldata_floor": 1}).layer == "logs"
    later = replace(wrong, fork="Prague")
    assert compare_with_suite(later, ours, {"no_calldata_floor": 1}) is None
    refused = replace(test, exception="TransactionException.X")
    assert compare_with_suite(refused, ours, {}).layer == "status"


EXPORTED = {
    "legacy": transaction(nonce=0),
    "access_list": transaction(
        kind=Kind.EIP2930, access_list=(AccessListEntry(0xAB, (1, 2)),)
    ),
    "fee_market": transaction(
        kind=Kind.EIP1559, max_priority_fee_per_gas=1, value=3, access_list=()
    ),
    "creation": transaction(to=None, data=code(STOP)),
    "set_code": set_code(authorization(CONTRACT), to=OTHER, value=1),
    "invalid": transaction(nonce=5),
}


@pytest.mark.native
@pytest.mark.parametrize("name", EXPORTED)
def test_export_is_imported_as_the_same_case(tmp_path, name):
    made = case(BODY, transactions=[EXPORTED[name]], chain_id=1)
    path = tmp_path / "test.json"
    write_state_test(made, path, name)
    (test,) = read_state_tests(path)
    assert test.case.accounts == made.accounts
    outcomes = [
        native.run_block(item.blocks[0], state_of_case(item), DEFAULT_OPTIONS)
        for item in (made, test.case)
    ]
    assert outcomes[0].transactions == outcomes[1].transactions
    assert outcomes[0].state_root == outcomes[1].state_root
    (receipt,) = outcomes[0].transactions
    invalid = receipt.status is TransactionStatus.INVALID
    assert (test.exception is not None) == invalid
    outcome, root = py_evm.run_ethereum(test.case.blocks[0], state_of_case(test.case))
    assert root == test.state_root
    assert hash_of_logs(outcome.transactions[0].logs or ()) == test.logs_hash


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"chain_id": 37}, "block.chain_id"),
        ({"chain_id": 1, "block_hashes": (1,)}, "block.block_hashes"),
        ({"chain_id": 1, "transactions": [transaction()] * 2}, "one transaction"),
        (
            {"chain_id": 1, "transactions": [transaction(kind=Kind.L1, sender=1)]},
            r"txs\[0\].format",
        ),
        (
            {"chain_id": 1, "accounts": [AccountState(9, deployed_empty=True)]},
            "deployed_empty",
        ),
        (
            {"chain_id": 1, "accounts": [AccountState(9, code=b"1", code_version=0)]},
            "code_version",
        ),
    ],
)
def test_case_a_state_test_cannot_hold_is_refused(changes, reason):
    with pytest.raises(CaseError, match=reason):
        state_test_of(case(**changes))


def archive(folder, files):
    path = folder / "bundle.tar.xz"
    with tarfile.open(path, "w:xz") as tar:
        for name, content in files.items():
            tar.add(save(folder, content, "member.json"), name)
    (folder / "member.json").unlink()
    return path


def test_archives_and_folders_are_searched(tmp_path, tmp_path_factory):
    inner = tmp_path / "inner"
    inner.mkdir()
    save(inner, written())
    save(inner, {}, "index.json")
    archive(inner, {"a/b.json": written(), "a/readme.txt": {}})
    names = [
        file.name
        for file in find_files([tmp_path], tmp_path_factory.mktemp("unpacked"))
    ]
    assert names == ["a/b.json", str(inner / "test.json")]
    assert (
        len(load_file(find_files([tmp_path], tmp_path_factory.mktemp("unpacked"))[0]))
        == 1
    )
    broken = tmp_path / "broken.tar.xz"
    broken.write_bytes(b"no archive")
    with pytest.raises(CaseError, match="not an archive"):
        find_files([broken], tmp_path)


@pytest.mark.native
def test_tree_run_counts_resumes_and_caches(tmp_path, monkeypatch):
    tree = tmp_path / "tree"
    tree.mkdir()
    save(tree, written(), "same.json")
    save(tree, written(txbytes="0x03c0"), "blob.json")
    save(tree, written(logs="0x01"), "wrong.json")
    save(tree, {"name": {"post": 1}}, "bad.json")
    results = tmp_path / "results.jsonl"
    cache = ReferenceCache(tmp_path / "cache.sqlite")
    engines = parse_engines(["native", "py_evm"])
    seen = []

    def progress(done, total, _):
        seen.append((done, total))

    first = run_fixture_tree([tree], engines, 1, results, progress, cache=cache)
    expected = {
        Verdict.SAME: 2,
        Verdict.DIFFERENT: 1,
        Verdict.BAD_FILE: 1,
    }
    assert first.verdicts == Counter(expected)
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert not first.clean
    layers = [item.difference.layer for item in first.notable if item.difference]
    assert layers == ["logs"]
    results.write_text(results.read_text() + '{"name": "cut sho')
    again = run_fixture_tree([tree], engines, 1, results, cache=cache)
    assert (again.verdicts, again.ran) == (first.verdicts, 0)
    assert len(read_results(results)) == 4

    def never(*_, **__):
        raise AssertionError("py-evm ran again")

    monkeypatch.setattr(py_evm, "run_with", never)
    cached = run_fixture_tree([tree], engines, cache=cache)
    assert cached.verdicts == first.verdicts
    assert cached.declared == first.declared


@pytest.mark.native
def test_workers_find_the_same(tmp_path):
    for index in range(4):
        save(tmp_path, written(), f"{index}.json")
    summary = run_fixture_tree([tmp_path], parse_engines(["native"]), 2)
    assert summary.verdicts == Counter({Verdict.SAME: 4})
    assert summary.clean


@pytest.mark.native
def test_endless_engine_is_a_result(tmp_path):
    save(tmp_path, written())
    engines = parse_engines(["native", "py_evm"])
    summary = run_fixture_tree([tmp_path], engines, time_limit=1e-6)
    (result,) = summary.notable
    assert result.verdict is Verdict.FAILED
    assert "timeout" in result.reason


class Slow:
    """Python ignores what a finaliser raises."""

    def __del__(self):
        time.sleep(0.1)


def test_time_that_is_up_is_not_lost_where_nothing_can_be_raised(monkeypatch):
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    with pytest.raises(OutOfTime), time_limit(0.01):
        Slow()


@pytest.mark.native
@pytest.mark.slow
@pytest.mark.parametrize("bundle", ["Shanghai", "VMTests", "Pyspecs", "Cancun"])
def test_published_state_tests_agree(shared, bundle):
    """Posts of Cancun: what ours has of later forks is declared."""
    path = shared / "fixtures" / "state_tests" / f"{bundle}.tar.xz"
    summary = run_fixture_tree([path], parse_engines(["native", "py_evm"]))
    assert summary.clean, summary.notable[0]
    assert summary.verdicts[Verdict.SAME] > 0


@pytest.mark.slow
@pytest.mark.parametrize("bundle", ["Shanghai", "VMTests", "Pyspecs"])
@pytest.mark.parametrize("name", ["py_evm", "eels"])
def test_reference_without_our_rules_is_ethereum(shared, bundle, name, tmp_path):
    """The published state roots, from the importer and a reference alone."""
    if name == "eels":
        pytest.importorskip("ethereum")
    run_ethereum = import_module(f"differential.runners.{name}").run_ethereum
    checked = 0
    path = shared / "fixtures" / "state_tests" / f"{bundle}.tar.xz"
    for file in find_files([path], tmp_path):
        for test in load_file(file):
            # The real point evaluation loads its setup for seconds in every case.
            slow = "point_evaluation" in test.name
            if slow or "no_blob_transactions" in test.declared:
                continue
            block, state = test.case.blocks[0], state_of_case(test.case)
            _, root = run_ethereum(block, state, test.excess_blob_gas, test.fork)
            assert root == test.state_root, test.name
            checked += 1
    assert checked > 0
