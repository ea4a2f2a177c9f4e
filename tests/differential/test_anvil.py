"""The engine `anvil`, on a program that answers as Ethereum would, or fails."""

import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from differential.compare import compare
from differential.engines import EngineError, parse_engines, unsupported
from differential.outcome import Result, TransactionStatus
from differential.policy import Policy
from differential.reference.block import INVALID
from differential.reference.transactions import envelope
from differential.runners import anvil, native, py_evm
from differential.runners.base import state_of_case
from tests.cli.support import rows, zkos, zkos_here
from tests.differential.ethereum_cases import (
    COINBASE,
    CONTRACT,
    OTHER,
    RETURN,
    RETURNDATASIZE,
    RICH,
    SENDER,
    SSTORE,
    STOP,
    AccountState,
    authorization,
    call,
    case,
    code,
    created_by,
    set_code,
    transaction,
    write,
)
from zkos.host.accounts import delegation
from zkos.host.case_writer import save_case
from zkos.host.profile import Mode, Profile, RunOptions
from zkos.host.signing import keccak256

OPTIONS = RunOptions(Profile.REPLAY, Mode.FORWARD)
FAKE = Path(__file__).with_name("fake_anvil.py")
SLOT = f"eth_getStorageAt {CONTRACT:#042x} {3:#066x}"
BALANCE = f"eth_getBalance {SENDER:#042x}"
PARENT = "0x" + "ab" * 32
ORDINARY = (
    code((3, 7), SSTORE) + write(b"log") + code((0, 3, 5), 0xA1) + code((0, 3), RETURN)
)
SENT = (
    transaction(value=5),
    transaction(to=None, data=code(STOP), nonce=1),
    transaction(to=0xE0, value=9, nonce=2),
    transaction(nonce=9),
)


def block_of(context, **changes):
    """A block as the node tells it."""
    told = {
        "number": hex(context.block_number),
        "timestamp": hex(context.timestamp),
        "baseFeePerGas": hex(context.eip1559_basefee),
        "gasLimit": hex(context.gas_limit),
        "miner": f"{context.coinbase:#042x}",
        "mixHash": "0x" + "77" * 32,
        "parentHash": PARENT,
    }
    return {**told, **changes}


def answers_for(given):
    """What Ethereum answers about a case, by py-evm without rules of ours."""
    (block,) = given.blocks
    state = state_of_case(given)
    plain = py_evm.run_with(block, state, Policy.ethereum(), OPTIONS)
    answers, hashes = {}, []
    for item, receipt in zip(block.transactions, plain.transactions, strict=True):
        name = "0x" + keccak256(envelope(item, block.context.chain_id).data).hex()
        if receipt.status is TransactionStatus.INVALID:
            continue
        hashes.append(name)
        answers[f"eth_getTransactionReceipt {name}"] = {
            "status": hex(receipt.status is TransactionStatus.SUCCESS),
            "gasUsed": hex(receipt.gas_used),
            "logs": [log.to_json() for log in receipt.logs],
        }
        output = {"output": f"0x{receipt.return_data.hex()}"}
        answers[f"debug_traceTransaction {name}"] = output if output["output"] else {}
    mined = block_of(block.context, transactions=hashes)
    answers["eth_getBlockByNumber latest False"] = mined
    answers |= {"eth_getBalance": "0x0", "eth_getTransactionCount": "0x0"}
    answers |= {"eth_getCode": "0x", "eth_getStorageAt": "0x0"}
    for account in given.accounts:
        place = f"{account.address:#042x}"
        answers[f"eth_getBalance {place}"] = hex(account.balance)
        answers[f"eth_getTransactionCount {place}"] = hex(account.nonce)
        answers[f"eth_getCode {place}"] = f"0x{account.code.hex()}"
        for slot, value in account.storage:
            answers[f"eth_getStorageAt {place} {slot:#066x}"] = f"{value:#066x}"
    for item in plain.detail.accounts:
        place = f"{item.address:#042x}"
        answers[f"eth_getBalance {place}"] = hex(item.balance)
        answers[f"eth_getTransactionCount {place}"] = hex(item.nonce)
    for item in plain.detail.storage:
        place = f"eth_getStorageAt {item.address:#042x} {item.key:#066x}"
        answers[place] = f"{item.current:#066x}"
    return answers


@pytest.fixture
def program(tmp_path):
    """Writes the program; `tmp_path` is its folder."""

    def make(answers=None, mode=""):
        (tmp_path / "answers.json").write_text(json.dumps(answers or {}))
        (tmp_path / "mode").write_text(mode)
        path = tmp_path / "anvil"
        path.write_text(f'#!/bin/sh\nexec {sys.executable} {FAKE} {tmp_path} "$@"\n')
        path.chmod(0o755)
        return path

    return make


def ordinary(**fields):
    return case(ORDINARY, transactions=SENT, storage=((1, 6),), **fields)


def run(path, given, options=OPTIONS):
    return anvil.run_file(path, given.blocks[0], state_of_case(given), options)


def ours(given):
    return native.run_block(given.blocks[0], state_of_case(given), OPTIONS)


def assert_group_ends(folder):
    """Wait for the last of the dead to be taken off the process table."""
    group = int((folder / "pid").read_text())
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    raise AssertionError(f"process group {group} is still there")


def calls(folder):
    lines = (folder / "calls").read_text().splitlines()
    return [tuple(json.loads(line)) for line in lines]


@pytest.mark.native
def test_block_is_set_up_mined_once_and_read_back(program, tmp_path):
    given = ordinary()
    outcome = run(program(answers_for(given)), given)
    assert outcome.reason == ""
    assert compare(("ours", "anvil"), ours(given), outcome) is None
    statuses = [item.status.value for item in outcome.transactions]
    assert statuses == ["success", "success", "success", "invalid"]
    assert outcome.transactions[0].logs[0].topics == (5,)
    assert outcome.transactions[0].return_data == b"log"
    assert {item.address for item in outcome.detail.accounts} == {
        SENDER, CONTRACT, COINBASE, 0xE0, created_by(SENDER, 1)
    }  # fmt: skip

    arguments = " ".join(json.loads((tmp_path / "arguments").read_text()))
    for words in (
        "--hardfork prague",
        "--no-mining",
        "--order fifo",
        "--accounts 0",
        "--chain-id 37",
        "--block-base-fee-per-gas 7",
        "--timestamp 41",
        "--host 127.0.0.1",
        f"--gas-limit {given.blocks[0].context.gas_limit}",
    ):
        assert words in arguments
    made = calls(tmp_path)
    contract = f"{CONTRACT:#042x}"
    assert ("anvil_setBalance", f"{SENDER:#042x}", hex(10**30)) in made
    assert ("anvil_setNonce", contract, "0x1") in made
    assert ("anvil_setCode", contract, f"0x{ORDINARY.hex()}") in made
    assert ("anvil_setStorageAt", contract, f"{1:#066x}", f"{6:#066x}") in made
    assert ("anvil_setCoinbase", f"{COINBASE:#042x}") in made
    assert ("anvil_setNextBlockBaseFeePerGas", "0x7") in made
    assert ("evm_setNextBlockTimestamp", "0x2a") in made
    methods = [name for name, *_ in made]
    assert methods.count("evm_mine") == 1
    assert methods.count("eth_sendRawTransaction") == len(SENT)
    assert methods.index("evm_mine") > methods.index("evm_setNextBlockTimestamp")


@pytest.mark.native
@pytest.mark.parametrize(
    ("method", "change", "layer"),
    [
        ("eth_getTransactionReceipt", {"status": "0x0"}, "status"),
        ("eth_getTransactionReceipt", {"gasUsed": "0x5209"}, "gas_used"),
        ("eth_getTransactionReceipt", {"logs": []}, "logs"),
        ("debug_traceTransaction", {"output": "0x01"}, "return_data"),
        (SLOT, "0x9", "storage"),
        (f"eth_getBalance {0xE0:#042x}", "0x8", "accounts"),
        (f"eth_getBalance {COINBASE:#042x}", "0x8", "accounts"),
    ],
)
def test_other_answer_is_a_difference(program, method, change, layer):
    given = ordinary()
    answers = answers_for(given)
    name = next(key for key in answers if key.startswith(f"{method} ") or key == method)
    if isinstance(change, dict):
        answers[name] = {**answers[name], **change}
    else:
        answers[name] = change
    outcome = run(program(answers), given)
    assert compare(("ours", "anvil"), ours(given), outcome).layer == layer


def test_nothing_of_the_group_is_left(program, tmp_path):
    given = ordinary()
    assert run(program(answers_for(given)), given).succeeded
    assert_group_ends(tmp_path)


LEFT_OUT = {
    "no_calldata_floor": case(
        transactions=[transaction(gas_limit=10**5, data=bytes(1000))]
    ),
    "no_blake2f": case(
        write(bytes(212) + b"\1")
        + call(9, size=213)
        + code(0x50, RETURNDATASIZE, (2,), SSTORE)
    ),
    "p256_precompile": case(call(0x100) + code((0,), SSTORE)),
    "gas_limit_binds_gas_used": case(
        transactions=[transaction(gas_limit=90_000, nonce=n) for n in range(2)],
        gas_limit=100_000,
    ),
}
FAULTY = {
    "senders with code": case(
        sender=AccountState(SENDER, balance=RICH, code=code(STOP))
    ),
    "every authority": case(transactions=[set_code(authorization(CONTRACT))]),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_block_that_anvil_has_wrong_has_no_answer(program, fault, tmp_path):
    assert fault in unsupported(run(program(), FAULTY[fault]))
    assert not (tmp_path / "arguments").exists()


@pytest.mark.native
def test_known_authority_and_price_without_a_tip_are_answered(program):
    known = AccountState(OTHER, balance=1)
    sent = set_code(authorization(CONTRACT), max_fee_per_gas=7)
    given = case(code((3, 7), SSTORE), transactions=[sent], accounts=[known])
    delegated = {f"eth_getCode {OTHER:#042x}": f"0x{delegation(CONTRACT).hex()}"}
    outcome = run(program({**answers_for(given), **delegated}), given)
    assert outcome.reason == ""
    assert compare(("ours", "anvil"), ours(given), outcome) is None


@pytest.mark.parametrize("rule", LEFT_OUT)
def test_block_a_declared_difference_bears_on_has_no_answer(program, rule, tmp_path):
    outcome = run(program(), LEFT_OUT[rule])
    assert rule in unsupported(outcome)
    assert not (tmp_path / "arguments").exists()


@pytest.mark.parametrize(
    ("opcode", "field"), [(0x44, "mix_hash"), (0x43, "block_number")]
)
def test_block_that_sees_what_cannot_be_told_has_no_answer(program, opcode, field):
    given = case(code(opcode, (0,), SSTORE), block_number=9)
    answers = answers_for(given)
    context = given.blocks[0].context
    mined = answers["eth_getBlockByNumber latest False"]
    mined["number"] = "0x1"
    assert mined["gasLimit"] == hex(context.gas_limit)
    assert field in unsupported(run(program(answers), given))


def test_pool_that_cannot_wait_for_the_block_has_no_answer(program):
    given = ordinary()
    (block,) = given.blocks
    refused = f"0x{envelope(block.transactions[2], 37).data.hex()}"
    answers = answers_for(given)
    answers[f"eth_sendRawTransaction {refused}"] = {"refuse": "insufficient funds"}
    assert "insufficient funds" in unsupported(run(program(answers), given))
    twice = case(transactions=[transaction(), transaction(value=1)])
    assert "one transaction for a nonce" in unsupported(run(program(), twice))


def test_first_transaction_refused_by_the_pool_is_invalid(program):
    given = case(transactions=[transaction(nonce=4)])
    answers = answers_for(given)
    answers["eth_sendRawTransaction"] = {"refuse": "nonce too high"}
    outcome = run(program(answers), given)
    assert outcome.transactions == (INVALID,)


def test_another_order_has_no_answer(program):
    given = ordinary()
    answers = answers_for(given)
    answers["eth_getBlockByNumber latest False"]["transactions"].reverse()
    assert "another order" in unsupported(run(program(answers), given))


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("exits", "anvil does not start: exit code 2: error: unexpected argument"),
        ("silent", "anvil does not start: silent for 1 s"),
        ("dies", "anvil died at evm_mine: exit code 101: thread panicked"),
        ("hangs", "anvil gives no answer to evm_mine after 1 s"),
        ("html", "anvil answers nonsense to evm_mine: <html>502</html>"),
        ("other id", "anvil answers nonsense to anvil_set"),
    ],
)
def test_failing_program_is_a_crash_with_a_reason(program, mode, reason, tmp_path):
    given = ordinary()
    path = program(answers_for(given), mode)
    outcome = run(path, given, replace(OPTIONS, time_limit=1.0))
    assert outcome.result is Result.CRASH
    assert outcome.reason.startswith(reason)
    assert unsupported(outcome) is None
    assert_group_ends(tmp_path)


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("eth_getBlockByNumber latest False", None),
        ("eth_getBlockByNumber latest False", {"transactions": 7}),
        ("eth_getBlockByNumber latest False", {"transactions": []}),
        (BALANCE, 5),
        (BALANCE, "0xzz"),
        ("eth_getCode", "0x1"),
        (SLOT, None),
    ],
)
def test_nonsense_in_an_answer_is_a_crash(program, method, answer):
    given = ordinary()
    outcome = run(program({**answers_for(given), method: answer}), given)
    assert outcome.result is Result.CRASH
    assert outcome.reason.startswith(f"anvil answers nonsense to {method.split()[0]}")


def test_setter_that_is_refused_is_a_crash(program):
    given = ordinary()
    answers = {**answers_for(given), "anvil_setCode": {"refuse": "Method not found"}}
    outcome = run(program(answers), given)
    assert outcome.reason == "anvil anvil_setCode: Method not found"
    assert outcome.result is Result.CRASH


def test_missing_program_is_bad_input(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("ZKOS_ANVIL", raising=False)
    path = tmp_path / "case.json"
    save_case(ordinary(), path)
    done = zkos_here("diff", path, "--engine", "anvil")
    assert done.returncode == 2
    assert "ZKOS_ANVIL" in done.stderr
    done = zkos_here("diff", path, "--engine", f"anvil={tmp_path / 'none'}")
    assert done.returncode == 2
    assert f"{tmp_path / 'none'} is no program" in done.stderr
    assert "needs the program anvil" in zkos_here("engines").stdout


def test_program_is_found_by_variable_and_path(program, monkeypatch, tmp_path):
    path = program()
    monkeypatch.setenv("PATH", str(path.parent))
    assert parse_engines(["anvil"])[0].name == "anvil"
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("ZKOS_ANVIL", str(path))
    assert parse_engines(["anvil"])[0].name == "anvil"
    monkeypatch.setenv("ZKOS_ANVIL", str(tmp_path / "none"))
    with pytest.raises(EngineError):
        parse_engines(["anvil"])
    (given,) = parse_engines([f"anvil={path}"])
    assert (given.name, given.spelled) == ("anvil", f"anvil={path}")


@pytest.mark.native
@pytest.mark.parametrize(("mode", "code"), [("", 0), ("dies", 3)])
def test_command_line_compares_with_it(program, tmp_path, mode, code):
    given = ordinary()
    path = program(answers_for(given), mode)
    save_case(given, tmp_path / "case.json")
    engines = ["--engine", "native", "--engine", f"anvil={path}"]
    words = [tmp_path / "case.json", *engines, "--profile", "replay", "--json"]
    done = zkos("diff", *words)
    assert done.returncode == code, done.stderr
    (row,) = rows(done)
    assert set(row["engines"]) == {"native", "anvil"}
