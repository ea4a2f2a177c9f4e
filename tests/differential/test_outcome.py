import json

from differential.case_outcome import CaseOutcome
from differential.outcome import (
    BatchOutcome,
    Detail,
    Difference,
    Log,
    Outcome,
    Result,
    TransactionOutcome,
    TransactionStatus,
)

FULL = Outcome(
    result=Result.SUCCESS,
    public_input=b"\1" * 32,
    state_root=0xABC,
    next_free_slot=5,
    block_hash=0xDEF,
    cycles=100,
    delegations={"blake2s": 10, "u256": 20, "keccak": 0},
    oracle_words=30,
    transactions=(
        TransactionOutcome(
            TransactionStatus.REVERTED,
            "Reverted",
            21000,
            7,
            b"\xfe",
            (Log(0xC2, (1, 2**255), b"data"),),
        ),
        TransactionOutcome(TransactionStatus.INVALID, "NonceTooLow"),
    ),
    pubdata=b"",
    seconds=0.5,
)


def test_json_is_the_contract():
    assert FULL.to_json() == {
        "outcome": "success",
        "reason": "",
        "public_input": "0x" + "01" * 32,
        "state_root": "0x" + "0" * 61 + "abc",
        "next_free_slot": 5,
        "block_hash": "0x" + "0" * 61 + "def",
        "cycles": 100,
        "delegations": {"blake2s": 10, "u256": 20, "keccak": 0},
        "oracle_words": 30,
        "transactions": [
            {
                "status": "reverted",
                "reason": "Reverted",
                "gas_used": 21000,
                "native_used": 7,
                "return_data": "0xfe",
                "logs": [
                    {
                        "address": "0x" + "0" * 38 + "c2",
                        "topics": ["0x" + "0" * 63 + "1", "0x8" + "0" * 63],
                        "data": "0x64617461",
                    }
                ],
            },
            {"status": "invalid", "reason": "NonceTooLow"},
        ],
        "pubdata": "0x",
        "seconds": 0.5,
    }


def test_outcome_survives_a_round_trip():
    text = json.dumps(FULL.to_json())
    assert Outcome.from_json(json.loads(text)) == FULL


def test_unknown_fields_are_absent():
    outcome = Outcome(Result.TIMEOUT, "after 5 s")
    assert outcome.to_json() == {"outcome": "timeout", "reason": "after 5 s"}
    assert Outcome.from_json(outcome.to_json()) == outcome


def test_details_that_find_a_layer_are_not_printed():
    detailed = Outcome(
        Result.SUCCESS, detail=Detail(queries={"proof": 1}, root_before=1)
    )
    assert detailed.to_json() == Outcome(Result.SUCCESS).to_json()
    assert detailed != Outcome(Result.SUCCESS)


def test_messages_for_l1_are_printed():
    detailed = Outcome(Result.SUCCESS, detail=Detail(l1_messages=(b"hi",)))
    assert detailed.to_json()["l1_messages"] == ["0x6869"]


def test_line_of_a_case():
    outcome = Outcome(Result.ABORT, "no")
    line = CaseOutcome("a.json", "v30", "none", {"cpython": outcome})
    assert line.to_json() == {
        "case": "a.json",
        "block": 0,
        "protocol": "v30",
        "instance": "zk",
        "quirks": "none",
        "engines": {"cpython": {"outcome": "abort", "reason": "no"}},
        "difference": None,
    }


def test_line_of_a_block_in_a_chain_with_a_difference():
    difference = Difference(("native", "riscv"), "gas_used", "transactions[3]", (1, 2))
    line = CaseOutcome("a.json", "v30", "none", {}, difference, block=2).to_json()
    assert line["block"] == 2
    assert line["difference"] == {
        "engines": ["native", "riscv"],
        "layer": "gas_used",
        "where": "transactions[3]",
        "values": [1, 2],
    }


def test_line_of_a_batch():
    outcome = Outcome(
        Result.SUCCESS,
        public_input=bytes(32),
        cycles=7,
        delegations={"blake2s": 1},
        batch=BatchOutcome(1, 2, 3, 4, 5, (6,)),
    )
    line = CaseOutcome("a.json", "v30", "none", {"riscv": outcome}, batch=(0, 2))
    assert line.to_json() == {
        "case": "a.json",
        "batch": [0, 2],
        "protocol": "v30",
        "instance": "zk",
        "quirks": "none",
        "engines": {
            "riscv": {
                "outcome": "success",
                "reason": "",
                "public_input": "0x" + "00" * 32,
                "cycles": 7,
                "delegations": {"blake2s": 1},
                "state_commitment": f"{2:#066x}",
                "batch_output_hash": f"{3:#066x}",
                "logs_root": f"{4:#066x}",
            }
        },
        "difference": None,
    }
