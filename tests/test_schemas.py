"""The JSON Schemas: as made now, and held against readers and writers."""

import copy
import gzip
import json

import pytest

from differential.ethereum.writing import blocks_to_text
from differential.importers.ethereum_blocks import load_blocks
from differential.session import CASE_SUFFIXES
from fuzz.campaign.finding import Finding, finding_text
from fuzz.coverage.target import Problem
from tests.cli.support import rows, zkos_here
from tests.pins import CORPORA
from zkos.docs import schemas
from zkos.host.case import parse_case
from zkos.host.case_errors import CaseError

jsonschema = pytest.importorskip("jsonschema")

VALIDATORS = {
    name: jsonschema.Draft202012Validator(made())
    for name, made in schemas.SCHEMAS.items()
}
CASE = VALIDATORS["case"]
FILES = [
    path
    for path in sorted(CORPORA.rglob(f"*{CASE_SUFFIXES[0]}"))
    if "expected" not in path.name and "scenarios" not in path.parts
]
WRONG = (None, True, -1, 1.5, "", "0x", "text", "-1", [], {}, [None], {"x": 1})
RICH = {
    "format": 1,
    "protocol": "v30",
    "batch": True,
    "block": {"timestamp": "7", "coinbase": "0x" + "11" * 20, "block_hashes": ["0x1"],
              "da": "blobs"},
    "accounts": {"0x" + "22" * 20: {"balance": "5", "nonce": 1, "code": "0x00",
                                    "code_version": 0, "storage": {"0x1": "0x2"}},
                 "0x" + "23" * 20: {"delegate": "0x" + "22" * 20, "force": True}},
    "leaves": [["0x" + "24" * 20, 1, 2]],
    "preimages": ["0x1234"],
    "txs": [
        {"type": "eip2930", "gas_price": 1, "gas_limit": 9, "nonce": 0, "value": "1",
         "to": None, "data": "0x12", "private_key": "0x" + "01" * 32,
         "access_list": [{"address": "0x" + "22" * 20, "storage_keys": [1]}]},
        {"type": "eip7702", "max_fee_per_gas": 1, "gas_limit": 9,
         "to": "0x" + "22" * 20, "private_key": "0x" + "01" * 32,
         "authorization_list": [{"address": "0x" + "22" * 20, "nonce": 0,
                                 "private_key": "0x" + "01" * 32}]},
        {"type": "l1", "from": "0x" + "22" * 20, "max_fee_per_gas": 1, "gas_limit": 9,
         "factory_deps": ["0x" + "00" * 32], "reserved": [None, 1]},
        {"raw": "0x01"},
    ],
    "oracle": [{"answer": 0, "word": 1, "value": 2}, {"answer": 1, "response": "0x"}],
    "then": [{"block": {"number": 1}}],
}  # fmt: skip
RICH["then"] = [{"block": {"block_number": 9}, "txs": []}]


def reads(value):
    try:
        parse_case(value, "case")
    except CaseError:
        return False
    return True


def places(value, path=()):
    """Every place in JSON, as a path."""
    yield path
    if isinstance(value, dict):
        for name, item in value.items():
            yield from places(item, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*path, index))


def changed(value, path, new):
    """A copy with something else at a place."""
    if not path:
        return new
    made = copy.deepcopy(value)
    inside = made
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = new
    return made


@pytest.mark.parametrize("name", schemas.SCHEMAS)
def test_file_is_what_is_made_now(name):
    path = schemas.FOLDER / f"{name}.json"
    assert path.read_text() == schemas.schema_text(name), "python -m zkos.docs.schemas"
    jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text()))


def test_cases_of_the_repository_are_cases():
    for path in FILES:
        value = json.loads(path.read_text())
        if "block" in value:
            assert CASE.is_valid(value) or not reads(value), path


def test_rich_case_has_every_part():
    assert reads(RICH)
    assert CASE.is_valid(RICH)


def test_schema_and_readers_refuse_the_same():
    """What the schema refuses the readers refuse; most of what they refuse, it does."""
    refused = both = 0
    for path in places(RICH):
        for new in WRONG:
            value = changed(RICH, path, new)
            read, valid = reads(value), CASE.is_valid(value)
            assert valid or not read, (path, new)
            refused += not read
            both += not read and not valid
    assert both > 0.9 * refused


@pytest.mark.parametrize(
    "path", [path for path in places(RICH) if isinstance(path[-1:], tuple)]
)
def test_unknown_fields_are_refused_everywhere(path):
    inside = RICH
    for step in path:
        inside = inside[step]
    if isinstance(inside, dict) and path[-1:] not in (("accounts",), ("storage",)):
        value = changed(RICH, path, {**inside, "colour": 1})
        assert not CASE.is_valid(value)
        assert not reads(value)


@pytest.mark.native
@pytest.mark.cpython
@pytest.mark.parametrize("name", ["transfers/all_kinds", "storage/counter_chain"])
def test_lines_of_runs_are_result_lines(name):
    path = CORPORA / f"{name}.json"
    done = zkos_here("diff", path, "-e", "native", "-e", "cpython", "--batch", "--json")
    found = rows(done)
    assert found[-1]["batch"]
    for line in found:
        VALIDATORS["result"].validate(line)
        assert not VALIDATORS["result"].is_valid({**line, "colour": 1})
        assert not VALIDATORS["result"].is_valid({**line, "engines": []})
    for outcome in found[0]["engines"].values():
        VALIDATORS["outcome"].validate(outcome)
        assert not VALIDATORS["outcome"].is_valid({**outcome, "outcome": "maybe"})


@pytest.mark.parametrize("responsible", [None, "native"])
def test_findings_are_findings(responsible):
    problem = Problem("diverge", ("native", "riscv"), "gas_used", "transactions[0]", "")
    finding = Finding("name", "target", problem, 1.0, 0, 7, responsible)
    value = json.loads(finding_text(finding))
    VALIDATORS["finding"].validate(value)
    del value["problem"]
    assert not VALIDATORS["finding"].is_valid(value)


def test_blocks_of_ethereum_are_what_their_schema_says():
    path = CORPORA / "ethereum" / "transfers_osaka_1000.blocks.json.gz"
    value = json.loads(gzip.decompress(path.read_bytes()))
    VALIDATORS["ethereum_blocks"].validate(value)
    written = json.loads(blocks_to_text(load_blocks(path)))
    VALIDATORS["ethereum_blocks"].validate(written)
    for name in ("format", "fork", "blocks"):
        less = {key: item for key, item in written.items() if key != name}
        assert not VALIDATORS["ethereum_blocks"].is_valid(less)
    assert not VALIDATORS["ethereum_blocks"].is_valid({**written, "instance": "zk"})
    del written["blocks"][0]["headers"]
    assert not VALIDATORS["ethereum_blocks"].is_valid(written)
