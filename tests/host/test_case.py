"""Cases are read and written without loss."""

import gzip
import json

import pytest

from tests.support.published import NAMES, case_path
from zkos.host.case import (
    AccountState,
    Block,
    Case,
    SlotState,
    load_case,
    parse_case,
)
from zkos.host.case_writer import case_to_json, save_case
from zkos.host.context import BlockContext, DataAvailability
from zkos.host.transactions import (
    AccessListEntry,
    Authorization,
    EncodedTransaction,
    FieldTransaction,
    Kind,
    RawTransaction,
)
from zkos.versions import Protocol

KEY = "0x" + "01" * 32
RAW = bytes.fromhex(
    "f86c098504a817c800825208943535353535353535353535353535353535353535880d"
    "e0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1"
    "590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1"
    "966a3b6d83"
)
ADDRESS = "0x" + "c2" * 20
LEGACY = {"type": "legacy", "private_key": KEY, "gas_limit": 21000, "gas_price": 1}


def parse(**fields):
    return parse_case({"block": {}, **fields}, "x.json")


@pytest.mark.parametrize("vector", NAMES)
def test_published_case_survives_a_round_trip(tmp_path, vector):
    case = load_case(case_path(vector))
    for name in ("copy.json", "copy.json.gz"):
        save_case(case, tmp_path / name)
        assert load_case(tmp_path / name) == case


def test_every_field_survives_a_round_trip(tmp_path):
    signed = FieldTransaction(
        kind=Kind.EIP7702,
        gas_limit=2**60,
        max_fee_per_gas=3,
        max_priority_fee_per_gas=0,
        nonce=2**64,
        to=0x8001,
        value=2**255,
        data=b"\0\1",
        access_list=(AccessListEntry(1, (2, 3)), AccessListEntry(4)),
        authorization_list=(
            Authorization(7, private_key=b"\2" * 32),
            Authorization(0, 2**64, 0, b"\3" * 32, 0, 0, 2**255),
            Authorization(9, y=1, r=2, s=3),
        ),
        chain_id=2**80,
        v=0,
        private_key=b"\1" * 32,
        signature=b"\4" * 65,
        sender=0,
        format=255,
    )
    blobs = FieldTransaction(
        Kind.EIP4844,
        1,
        2,
        blob_hashes=(0, 2**255),
        max_fee_per_blob_gas=3,
        private_key=b"\1" * 32,
    )
    upgrade = FieldTransaction(
        Kind.UPGRADE,
        1,
        2,
        sender=0,
        signature=b"short",
        gas_per_pubdata=7,
        mint_value=0,
        refund_recipient=2**200,
        factory_deps=(b"\7" * 32,),
        reserved=(None, 0, 5),
        reserved_dynamic=b"x",
    )
    unprotected = FieldTransaction(
        Kind.LEGACY, 1, 2, to=None, eip155=False, private_key=b"\1" * 32
    )
    empty_list = FieldTransaction(
        Kind.EIP2930, 1, 2, access_list=(), private_key=b"\1" * 32
    )
    context = BlockContext(
        *(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
        block_hashes=(10, 0, 2**256 - 1),
        last_block_timestamp=0,
        da=DataAvailability.BLOBS,
    )
    case = Case(
        blocks=(
            Block(context, (signed, blobs, upgrade, unprotected, empty_list)),
            Block(
                BlockContext(),
                (
                    RawTransaction(RAW),
                    RawTransaction(b"", 7, 0),
                    EncodedTransaction(b""),
                    EncodedTransaction(b"", 0, 1),
                ),
            ),
        ),
        accounts=(
            AccountState(5, 2**200, 2**64 - 1, b"\xfe", storage=((1, 0), (0, 2**255))),
            AccountState(3, force=True),
            AccountState(4, deployed_empty=True, code_version=0),
            AccountState(6, delegate=0),
        ),
        leaves=(SlotState(5, 7, 0),),
        preimages=(b"", b"abc"),
        protocol=Protocol.V30,
        batch=True,
    )

    save_case(case, tmp_path / "case.json")

    assert load_case(tmp_path / "case.json") == case


def test_sequence_keeps_its_order():
    entries = [{"account": ADDRESS, "nonce": 1}, [ADDRESS, "0x5", 0]]
    case = parse(sequence=entries)
    assert case.sequence == (
        AccountState(int(ADDRESS, 16), nonce=1),
        SlotState(int(ADDRESS, 16), 5, 0),
    )
    assert case_to_json(case)["sequence"][1] == [ADDRESS, "0x5", "0x0"]


def test_absent_block_fields_have_the_published_defaults():
    context = parse().blocks[0].context
    assert context == BlockContext(
        chain_id=37,
        block_number=1,
        timestamp=42,
        eip1559_basefee=1000,
        pubdata_price=0,
        native_price=10,
        coinbase=0,
        gas_limit=72057594037927935,
        pubdata_limit=2**64 - 1,
        mix_hash=1,
        block_hashes=None,
        last_block_timestamp=None,
        da=DataAvailability.KECCAK,
    )
    assert (parse().protocol, parse().batch) == (None, False)


@pytest.mark.parametrize("number", [255, "255", "0xff", "0xFF", "0x00ff"])
def test_numbers_have_three_spellings(number):
    assert parse_case({"block": {"timestamp": number}}, "x").blocks[
        0
    ].context == BlockContext(timestamp=255)


def test_equal_cases_are_written_alike(tmp_path):
    case = parse(txs=[LEGACY])
    save_case(case, tmp_path / "a.json.gz")
    save_case(parse_case(case_to_json(case), "again"), tmp_path / "b.json.gz")
    assert (tmp_path / "a.json.gz").read_bytes() == (
        tmp_path / "b.json.gz"
    ).read_bytes()
    text = gzip.decompress((tmp_path / "a.json.gz").read_bytes())
    assert json.loads(text)["txs"] == [LEGACY]
