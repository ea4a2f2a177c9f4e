"""Precompiles that not every build has, called by transactions in blocks."""

import json

import pytest

from differential.outcome import Result, TransactionStatus
from differential.runners import native, riscv
from differential.runners.base import run_chain
from tests.guest.bootloader.cases import RICH, SENDER, legacy
from zkos.host.case import parse_case
from zkos.host.profile import RunOptions

BLAKE2F, POINT_EVALUATION, P256_VERIFY = 0x9, 0xA, 0x100
ENGINES = [
    pytest.param(native, marks=pytest.mark.native, id="native"),
    pytest.param(riscv, marks=[pytest.mark.riscv, pytest.mark.slow], id="riscv"),
]
GAS_LIMIT = 400_000
# Precompiles cost far more native than gas at this ratio of prices pays for.
GAS_PRICE = 1_000_000
NATIVE_PRICE = 10
FORWARDER = "0x" + "f0" * 20
# Calls the address in the first word with the rest of the input and 300000 gas, and
# returns whether it succeeded before what it returned.
FORWARDER_CODE = (
    "6020360360206000376000600060203603600060006000356204"
    "93e0f16000523d600060203e3d602001" + "6000f3"
)


@pytest.fixture(params=ENGINES)
def engine(request):
    return request.param


def run(engine, transactions, *, extra=True):
    """The outcomes of transactions that come one after another."""
    numbered = [
        legacy(**{**given, "nonce": nonce, "gas_limit": GAS_LIMIT})
        | {"gas_price": GAS_PRICE}
        for nonce, given in enumerate(transactions)
    ]
    case = {
        "block": {"native_price": NATIVE_PRICE},
        "accounts": {SENDER: RICH, FORWARDER: {"code": "0x" + FORWARDER_CODE}},
        "txs": numbered,
    }
    chain = run_chain(
        engine.run_block, parse_case(case, "test"), RunOptions(extra_precompiles=extra)
    )
    (outcome,) = chain
    assert outcome.result is Result.SUCCESS
    return outcome.transactions


def direct(address, data):
    return {"to": f"{address:#042x}", "data": "0x" + data.hex()}


def forwarded(address, data):
    return {"to": FORWARDER, "data": f"{address:#066x}" + data.hex()}


def vectors(shared, name):
    path = shared / "fixtures" / "precompiles" / f"{name}.json"
    return json.loads(path.read_text())


def answers(engine, address, inputs, **options):
    """Success and output of a forwarded call for each input."""
    calls = [forwarded(address, data) for data in inputs]
    results = []
    for each in run(engine, calls, **options):
        assert each.status is TransactionStatus.SUCCESS, each
        success = int.from_bytes(each.return_data[:32], "big")
        results.append((bool(success), each.return_data[32:]))
    return results


def gas_of(engine, address, data):
    """Gas a transaction to the precompile pays for its execution."""
    bare = direct(0x11111111, data)
    costs = [each.gas_used for each in run(engine, [bare, direct(address, data)])]
    return costs[1] - costs[0]


def test_blake2f(engine, shared):
    rows = [row for row in vectors(shared, "blake2F") if row["Gas"] <= 20]
    assert len(rows) >= 4
    inputs = [bytes.fromhex(row["Input"]) for row in rows]
    expected = [(True, bytes.fromhex(row["Expected"])) for row in rows]
    assert answers(engine, BLAKE2F, inputs) == expected
    for row, data in zip(rows, inputs, strict=True):
        assert gas_of(engine, BLAKE2F, data) == row["Gas"]


def test_failing_blake2f(engine, shared):
    inputs = [bytes.fromhex(row["Input"]) for row in vectors(shared, "fail-blake2f")]
    assert answers(engine, BLAKE2F, inputs) == [(False, b"")] * len(inputs)
    for each in run(engine, [direct(BLAKE2F, data) for data in inputs]):
        assert each.status is TransactionStatus.REVERTED
        assert each.gas_used == GAS_LIMIT


def test_p256(engine, shared):
    rows = vectors(shared, "p256Verify")[::60]
    assert {row["Expected"] for row in rows} == {"", f"{1:064x}"}
    inputs = [bytes.fromhex(row["Input"]) for row in rows]
    expected = [(True, bytes.fromhex(row["Expected"])) for row in rows]
    assert answers(engine, P256_VERIFY, inputs) == expected
    assert gas_of(engine, P256_VERIFY, inputs[0]) == rows[0]["Gas"] == 6_900


def test_point_evaluation(engine, shared):
    (row,) = vectors(shared, "pointEvaluation")
    data = bytes.fromhex(row["Input"])
    wrong = data[:-1] + bytes([data[-1] ^ 1])
    inputs = [data, wrong, data[:-1], b"", data + b"\0", data]
    right = (True, bytes.fromhex(row["Expected"]))
    failure = (False, b"")
    assert answers(engine, POINT_EVALUATION, inputs) == [
        *(right, failure, failure, failure, failure, right)
    ]
    assert gas_of(engine, POINT_EVALUATION, data) == row["Gas"]


def test_failing_point_evaluation_takes_all_gas(engine, shared):
    (row,) = vectors(shared, "pointEvaluation")
    data = bytes.fromhex(row["Input"])
    wrong = data[:95] + bytes([data[95] ^ 1]) + data[96:]
    (each,) = run(engine, [direct(POINT_EVALUATION, wrong)])
    assert each.status is TransactionStatus.REVERTED
    assert each.gas_used == GAS_LIMIT


def test_production_has_p256_alone(engine, shared):
    (row,) = vectors(shared, "pointEvaluation")
    nothing = [(True, b"")]
    data = bytes.fromhex(row["Input"])
    assert answers(engine, POINT_EVALUATION, [data], extra=False) == nothing
    assert answers(engine, BLAKE2F, [bytes(213)], extra=False) == nothing
    known = next(row for row in vectors(shared, "p256Verify") if row["Expected"])
    signature = bytes.fromhex(known["Input"])
    right = [(True, (1).to_bytes(32, "big"))]
    assert answers(engine, P256_VERIFY, [signature], extra=False) == right
