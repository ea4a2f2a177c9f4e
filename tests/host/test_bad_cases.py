"""What is no case is refused in one line that names the field."""

import gzip
import time

import pytest

from zkos.host.case import load_case, parse_case
from zkos.host.case_errors import CaseError

KEY = "0x" + "01" * 32
ADDRESS = "0x" + "c2" * 20
LEGACY = {"type": "legacy", "private_key": KEY, "gas_limit": 21000, "gas_price": 1}
DELEGATING = {
    "type": "eip7702",
    "private_key": KEY,
    "gas_limit": 21000,
    "max_fee_per_gas": 1,
}


def error_of(value):
    with pytest.raises(CaseError) as caught:
        parse_case(value, "x.json")
    return str(caught.value)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"txs": {}}, "x.json: txs: expected a list, found an object"),
        ({"txs": [7]}, "x.json: txs[0]: expected an object, found a number"),
        ({"txs": [{}]}, "x.json: txs[0]: needs one of raw, encoded or type"),
        (
            {"txs": [LEGACY, {**LEGACY, "value": -1}]},
            "x.json: txs[1].value: negative number -1",
        ),
        (
            {"txs": [{**LEGACY, "value": "-0x5"}]},
            "x.json: txs[0].value: negative number -0x5",
        ),
        (
            {"txs": [{**LEGACY, "value": 1.5}]},
            "x.json: txs[0].value: expected a number, found a fraction",
        ),
        (
            {"txs": [{**LEGACY, "value": True}]},
            "x.json: txs[0].value: expected a number, found a boolean",
        ),
        (
            {"txs": [{**LEGACY, "value": "0xg"}]},
            "x.json: txs[0].value: not a number: '0xg'",
        ),
        (
            {"txs": [{**LEGACY, "value": "1_0"}]},
            "x.json: txs[0].value: not a number: '1_0'",
        ),
        (
            {"txs": [{**LEGACY, "value": 2**256}]},
            "x.json: txs[0].value: more than 256 bits",
        ),
        (
            {"txs": [{**LEGACY, "value": "0x" + "0" * 10**6}]},
            "x.json: txs[0].value: more than 256 bits",
        ),
        (
            {"txs": [{**LEGACY, "data": "0x123"}]},
            "x.json: txs[0].data: odd number of hex digits (3)",
        ),
        (
            {"txs": [{**LEGACY, "data": "1234"}]},
            "x.json: txs[0].data: hex without 0x: '1234'",
        ),
        (
            {"txs": [{**LEGACY, "data": "0x12zz"}]},
            "x.json: txs[0].data: not hex: '0x12zz'",
        ),
        (
            {"txs": [{**LEGACY, "to": "0x1234"}]},
            "x.json: txs[0].to: 2 bytes, expected 20",
        ),
        (
            {"txs": [{**LEGACY, "private_key": "0x01"}]},
            "x.json: txs[0].private_key: 1 bytes, expected 32",
        ),
        (
            {"txs": [{**LEGACY, "type": "eip712"}]},
            (
                "x.json: txs[0].type: unknown type, expected one of legacy, eip2930, "
                "eip1559, eip4844, eip7702, l1, service, upgrade"
            ),
        ),
        (
            {"txs": [{"type": "legacy", "gas_limit": 1, "gas_price": 1}]},
            "x.json: txs[0]: needs private_key or signature",
        ),
        (
            {"txs": [{"type": "l1", "gas_limit": 1, "max_fee_per_gas": 1}]},
            "x.json: txs[0]: field from is missing",
        ),
        (
            {"txs": [{"type": "eip1559", "private_key": KEY, "gas_limit": 1}]},
            "x.json: txs[0]: field max_fee_per_gas is missing",
        ),
        (
            {"txs": [{**LEGACY, "access_list": [{"address": ADDRESS, "keys": []}]}]},
            (
                "x.json: txs[0].access_list[0].keys: unknown field, expected one of "
                "address, storage_keys"
            ),
        ),
        (
            {"accounts": {ADDRESS: {"storage": {"0": "x"}}}},
            f"x.json: accounts.{ADDRESS}.storage.0: not a number: 'x'",
        ),
        (
            {"accounts": {"0x12": {}}},
            "x.json: accounts.0x12: 1 bytes, expected 20",
        ),
        (
            {"accounts": {ADDRESS: {"nonce": 2**64}}},
            f"x.json: accounts.{ADDRESS}.nonce: more than 64 bits",
        ),
        (
            {"txs": [{**LEGACY, "private_key": "0x" + "00" * 32}]},
            "x.json: txs[0].private_key: not a secp256k1 key",
        ),
        (
            {"txs": [{**LEGACY, "signature": "0x01"}]},
            "x.json: txs[0]: a signature of 1 bytes, expected 65",
        ),
        (
            {"txs": [{**LEGACY, "format": 2**64}]},
            "x.json: txs[0].format: more than 64 bits",
        ),
        (
            {"txs": [{"raw": "0x", "to": ADDRESS}]},
            "x.json: txs[0].to: unknown field, expected one of raw, from, format",
        ),
        (
            {"txs": [{**LEGACY, "authorization_list": []}]},
            "x.json: txs[0].authorization_list: type legacy has no such field",
        ),
        (
            {"txs": [{**DELEGATING, "gas_per_pubdata": 1}]},
            "x.json: txs[0].gas_per_pubdata: type eip7702 has no such field",
        ),
        (
            {"txs": [{**DELEGATING, "authorization_list": [{"nonce": 1}]}]},
            "x.json: txs[0].authorization_list[0]: field address is missing",
        ),
        (
            {"txs": [{**DELEGATING, "authorization_list": [{"address": ADDRESS}]}]},
            "x.json: txs[0].authorization_list[0]: needs private_key, or y, r and s",
        ),
        (
            {
                "txs": [
                    {
                        **DELEGATING,
                        "authorization_list": [
                            {"address": ADDRESS, "private_key": "0x" + "00" * 32}
                        ],
                    }
                ]
            },
            "x.json: txs[0].authorization_list.private_key: not a secp256k1 key",
        ),
        (
            {"protocol": "v29"},
            "x.json: protocol: unknown protocol, expected one of v30, v31, v32",
        ),
        ({"protocol": 30}, "x.json: protocol: expected a string, found a number"),
        ({"batch": 1}, "x.json: batch: expected true or false, found a number"),
        (
            {"then": [{"block": {}, "batch": True}]},
            (
                "x.json: then[0].batch: unknown field, expected one of block, txs, "
                "oracle, expected, accounts, protocol"
            ),
        ),
        (
            {"block": {"da": "blob"}},
            (
                "x.json: block.da: unknown data availability, expected one of none, "
                "keccak, blobs"
            ),
        ),
        (
            {"block": {"pubdata_limit": 2**64}},
            "x.json: block.pubdata_limit: more than 64 bits",
        ),
        (
            {"accounts": {ADDRESS: {"delegate": ADDRESS, "code": "0x00"}}},
            (
                f"x.json: accounts.{ADDRESS}.delegate: given for an account with code "
                "of its own"
            ),
        ),
        (
            {"accounts": {ADDRESS: {"code_version": 2, "code": "0x00"}}},
            f"x.json: accounts.{ADDRESS}.code_version: expected 0 or 1",
        ),
        (
            {"accounts": {ADDRESS: {"code_version": 0}}},
            (
                f"x.json: accounts.{ADDRESS}.code_version: given for an account "
                "without code"
            ),
        ),
        (
            {"a\nb\ud800": 1},
            (
                "x.json: a?b?: unknown field, expected one of format, instance, "
                "protocol, batch, "
                "batches, unlimited_native, block, txs, oracle, expected, accounts, "
                "sequence, leaves, tree, preimages, then"
            ),
        ),
        (
            {"sequence": [[ADDRESS, 1]]},
            "x.json: sequence[0]: expected [address, slot, value]",
        ),
        (
            {"accounts": {ADDRESS: {}}, "sequence": [[ADDRESS, 1, 2]]},
            "x.json: sequence: given together with accounts",
        ),
        (
            {"sequence": [[ADDRESS, 1, 2]], "leaves": [[ADDRESS, "0x1", 3]]},
            f"x.json: slot 0x1 of {ADDRESS} given twice",
        ),
        (
            {"then": [{"block": {"chain": 1}}]},
            (
                "x.json: then[0].block.chain: unknown field, expected one of chain_id, "
                "block_number, timestamp, eip1559_basefee, pubdata_price, "
                "native_price, gas_limit, pubdata_limit, last_block_timestamp, "
                "mix_hash, blob_fee, max_tx_gas_limit, proves_fri, coinbase, "
                "block_hashes, da"
            ),
        ),
        (
            {"then": [{"block": {}, "accounts": {ADDRESS: {}}}]},
            "x.json: then[0].accounts: only the first block has a state before",
        ),
        (
            {"block": {"block_hashes": [0] * 257}},
            "x.json: block.block_hashes: 257 entries, at most 256 allowed",
        ),
        ({"block": []}, "x.json: block: expected an object, found a list"),
    ],
)
def test_bad_field_is_named_in_one_line(fields, message):
    assert error_of({"block": {}, **fields}) == message


def test_case_without_block_is_refused():
    assert error_of({"txs": []}) == "x.json: not a case: field block is missing"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"block": {}', "not JSON: Expecting ',' delimiter at line 1 column 13"),
        (b"", "not JSON: Expecting value at line 1 column 1"),
        (b"\xff\xfe", "not UTF-8 text: byte 0"),
        (b"[" * 100_000, "not a case: nested too deeply"),
        (b'{"block": NaN}', "not a case: NaN is not a number"),
        (b'{"a": 1, "a": 2}', "not a case: field 'a' given twice"),
        (b"[]", "expected an object, found a list"),
    ],
)
def test_file_that_is_no_case_is_refused(tmp_path, content, reason):
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(CaseError) as caught:
        load_case(path)
    assert str(caught.value) == f"{path}: {reason}"


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(CaseError, match="cannot be read: No such file"):
        load_case(tmp_path / "none.json")


def test_folder_is_refused(tmp_path):
    with pytest.raises(CaseError, match="is a folder"):
        load_case(tmp_path)


def test_damaged_gzip_is_refused(tmp_path):
    path = tmp_path / "case.json.gz"
    path.write_bytes(gzip.compress(b'{"block": {}}' * 100)[:-12])
    with pytest.raises(CaseError, match="damaged gzip data"):
        load_case(path)
    path.write_bytes(b"no gzip")
    with pytest.raises(CaseError, match="damaged gzip data"):
        load_case(path)


@pytest.mark.parametrize("name", ["huge.json", "huge.json.gz"])
def test_hundred_megabytes_are_refused_at_once(tmp_path, name):
    path = tmp_path / name
    content = b"\0" * 100_000_000
    path.write_bytes(gzip.compress(content, 1) if name.endswith("gz") else content)
    started = time.perf_counter()
    with pytest.raises(CaseError, match="larger than 67108864 bytes") as caught:
        load_case(path)
    assert time.perf_counter() - started < 5
    assert "\n" not in str(caught.value)
