"""JSON Schemas of what goes in and comes out, made from readers and types.

`python -m zkos.docs.schemas` writes them. Names of a case's fields are those that its
readers allow; outcomes, result lines and findings are what their types write, filled
once with everything and once with as little as there can be.
"""

import json
import re
import types
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from differential.case_outcome import CaseOutcome
from differential.outcome import Outcome, Result, TransactionStatus
from fuzz.campaign.finding import Finding, finding_text
from zkos.docs.ethereum_schema import blocks_schema
from zkos.docs.schema_parts import BYTES, NUMBER, WORD, Schema
from zkos.host.case import FORMAT, parse_case
from zkos.host.case_errors import CaseError
from zkos.host.context import DataAvailability
from zkos.versions import Instance, Protocol

FOLDER: Final = Path(__file__).with_name("schemas")
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
ADDRESS: Final[Schema] = {
    "anyOf": [
        {"type": "string", "pattern": "^0x[0-9a-fA-F]{40}$"},
        {"type": "integer", "minimum": 0},
    ]
}
BOOLEAN: Final[Schema] = {"type": "boolean"}
NUMBERS: Final[Schema] = {"type": "array", "items": NUMBER}
SLOTS: Final[Schema] = {"type": "object", "additionalProperties": NUMBER}
_ANYTHING: Final[Schema] = {}
_EXPECTED: Final = re.compile(r"unknown field, expected one of (.*)")
_NO_FIELD: Final = "no such field"


# Cases: names from the readers, meanings from here; what is new there may be anything.


def case_schema() -> Schema:
    """Of a case file."""
    block = _object(_names({"block": {_NO_FIELD: 0}}), _CONTEXT, NUMBER)
    transaction = _transaction()
    account = _object(_names(_with_account({_NO_FIELD: 0})), _ACCOUNT)
    edit = _object(_names(_with_edit({_NO_FIELD: 0})), {"response": BYTES}, NUMBER)
    work: Schema = {
        "block": block,
        "txs": _list(transaction),
        "oracle": _list(edit),
    }
    following = _object(
        _names({"block": {}, "then": [{_NO_FIELD: 0}]}),
        {**work, "accounts": {"type": "object", "maxProperties": 0}},
        required=("block",),
    )
    slot: Schema = {"type": "array", "prefixItems": [ADDRESS, NUMBER, NUMBER]}
    slot |= {"minItems": 3, "maxItems": 3}
    entry = _object(
        _names({"block": {}, "sequence": [{_NO_FIELD: 0}]}),
        {**_ACCOUNT, "account": ADDRESS},
        required=("account",),
    )
    return _object(
        _names({"block": {}, _NO_FIELD: 0}),
        {
            **work,
            "format": {"anyOf": [{"const": FORMAT}, {"const": str(FORMAT)}]},
            "instance": {"const": Instance.ZK.value},
            "protocol": _enum(Protocol),
            "batch": BOOLEAN,
            "accounts": {"type": "object", "additionalProperties": account},
            "sequence": _list({"anyOf": [slot, entry]}),
            "leaves": _list(slot),
            "preimages": _list(BYTES),
            "then": _list(following),
        },
        required=("block",),
    )


def _transaction() -> Schema:
    """By fields, or as bytes."""
    names = _names(_with_transaction({"type": "legacy", _NO_FIELD: 0}))
    by_fields = _object(names, _TRANSACTION, NUMBER, required=("type",))
    as_bytes = [
        _object(
            _names(_with_transaction({name: "0x", _NO_FIELD: 0})),
            {name: BYTES, "from": ADDRESS},
            NUMBER,
            required=(name,),
        )
        for name in ("raw", "encoded")
    ]
    return {"anyOf": [by_fields, *as_bytes]}


def _names(probe: Schema) -> list[str]:
    """Fields that the readers of cases allow where the probe has one too many."""
    try:
        parse_case(probe, "probe")
    except CaseError as error:
        found = _EXPECTED.search(error.reason)
        if found is not None:
            return found[1].split(", ")
    raise AssertionError(f"nothing is refused in {probe}")


def _with_account(account: Schema) -> Schema:
    return {"block": {}, "accounts": {"0x" + "00" * 20: account}}


def _with_edit(edit: Schema) -> Schema:
    return {"block": {}, "oracle": [edit]}


def _with_transaction(transaction: Schema) -> Schema:
    return {"block": {}, "txs": [transaction]}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _enum(kind: type[Enum]) -> Schema:
    return {"enum": [item.value for item in kind]}


def _object(
    names: list[str],
    known: Schema,
    default: Schema = _ANYTHING,
    required: tuple[str, ...] = (),
) -> Schema:
    properties = {name: known.get(name, default) for name in names}
    made: Schema = {"type": "object", "properties": properties}
    if required:
        made["required"] = list(required)
    return {**made, "additionalProperties": False}


_CONTEXT: Final[Schema] = {
    "coinbase": ADDRESS,
    "block_hashes": {**NUMBERS, "maxItems": 256},
    "da": _enum(DataAvailability),
}
_ACCOUNT: Final[Schema] = {
    "balance": NUMBER,
    "nonce": NUMBER,
    "code": BYTES,
    "deployed_empty": BOOLEAN,
    "code_version": NUMBER,
    "delegate": ADDRESS,
    "force": BOOLEAN,
    "storage": SLOTS,
}


def _access_list() -> Schema:
    entry = {"access_list": [{_NO_FIELD: 0}], "type": "eip2930"}
    properties = {"address": ADDRESS, "storage_keys": NUMBERS}
    names = _names(_with_transaction(entry))
    return _list(_object(names, properties, required=("address",)))


def _authorizations() -> Schema:
    entry = {"authorization_list": [{_NO_FIELD: 0}], "type": "eip7702"}
    properties = {"address": ADDRESS, "private_key": WORD}
    names = _names(_with_transaction(entry))
    return _list(_object(names, properties, NUMBER, required=("address",)))


_TRANSACTION: Final[Schema] = {
    "type": {"type": "string"},
    "to": {"anyOf": [*ADDRESS["anyOf"], {"type": "null"}]},
    "from": ADDRESS,
    "data": BYTES,
    "access_list": _access_list(),
    "authorization_list": _authorizations(),
    "blob_hashes": NUMBERS,
    "eip155": BOOLEAN,
    "factory_deps": _list(WORD),
    "private_key": WORD,
    "signature": BYTES,
    "reserved": _list({"anyOf": [*NUMBER["anyOf"], {"type": "null"}]}),
    "reserved_dynamic": BYTES,
}


# What comes out: an instance with everything, one with as little, and their JSON.

_SAMPLES: Final[dict[Any, Any]] = {
    int: 7,
    float: 1.5,
    str: "text",
    bytes: b"\x07",
    bool: True,
    Any: None,
}
_KEY: Final = "NAME"
"""Of a map in a sample."""
_CHOICES: Final = {"outcome": Result, "status": TransactionStatus}


def outcome_schema() -> Schema:
    """Of what an engine says about a block: an entry of `engines`."""
    return _written(lambda whole: _sample(Outcome, whole=whole).to_json())


def result_schema() -> Schema:
    """Of a line of `--json`: a block, or the blocks of a case as a batch."""
    return {"anyOf": [_line(None), _line((0, 1))]}


def _line(batch: tuple[int, int] | None) -> Schema:
    return _written(
        lambda whole: _sample(CaseOutcome, whole=whole, batch=batch).to_json()
    )


def finding_schema() -> Schema:
    """Of `finding.json` in a campaign's folder."""
    return _written(
        lambda whole: json.loads(finding_text(_sample(Finding, whole=whole)))
    )


def _written(write: Any) -> Schema:
    return _infer(write(True), write(False))


def _sample(kind: Any, *, whole: bool, **given: Any) -> Any:
    """An instance: with everything there can be, or with None where that may be."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        values = {
            field.name: given[field.name]
            if field.name in given
            else _sample(hints[field.name], whole=whole)
            for field in fields(kind)
        }
        made: Any = kind  # a class, though `is_dataclass` allows instances
        return made(**values)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        if not whole:
            return None
        return _sample(next(a for a in arguments if a is not type(None)), whole=whole)
    if origin is tuple:
        inner = [item for item in arguments if item is not ...]
        return tuple(_sample(item, whole=whole) for item in inner)
    if origin is dict:
        return {_KEY: _sample(arguments[1], whole=whole)}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    return _SAMPLES[kind]


def _infer(value: Any, bare: Any, name: str = "") -> Schema:
    """The schema of a value of which the other form has as little as there can be."""
    if name in _CHOICES:
        return _enum(_CHOICES[name])
    match value:
        case {"NAME": inner}:
            there = bare.get(_KEY) if isinstance(bare, dict) else None
            return {"type": "object", "additionalProperties": _infer(inner, there)}
        case dict():
            least = bare if isinstance(bare, dict) else {}
            made: Schema = {
                "type": "object",
                "properties": {
                    key: _nullable(_infer(item, least.get(key), key), key, least)
                    for key, item in value.items()
                },
                "additionalProperties": False,
            }
            if isinstance(bare, dict):
                made["required"] = [key for key in value if key in bare]
            return made
        case [first, *_]:
            there = bare[0] if isinstance(bare, list) and bare else None
            return _list(_infer(first, there))
        case bool():
            return BOOLEAN
        case int():
            return {"type": "integer"}
        case float():
            return {"type": "number"}
        case str():
            return {"type": "string", **_pattern(value)}
    return {}


def _nullable(schema: Schema, key: str, least: Schema) -> Schema:
    """Where the least form has null, so may every one."""
    if schema and key in least and least[key] is None:
        return {"anyOf": [schema, {"type": "null"}]}
    return schema


def _pattern(text: str) -> Schema:
    digits = text.removeprefix("0x")
    if text.startswith("0x"):
        whole = len(digits) in (40, 64)
        how_many = f"[0-9a-f]{{{len(digits)}}}" if whole else "([0-9a-f]{2})*"
        return {"pattern": f"^0x{how_many}$"}
    return {"pattern": "^[0-9]+$"} if digits.isdecimal() else {}


SCHEMAS: Final = {
    "case": case_schema,
    "ethereum_blocks": blocks_schema,
    "outcome": outcome_schema,
    "result": result_schema,
    "finding": finding_schema,
}
"""What makes each file, by its name."""


def schema_text(name: str) -> str:
    """The content of a file of `zkos/docs/schemas`."""
    head = {"$schema": DIALECT, "title": f"zkos {name}"}
    return json.dumps({**head, **SCHEMAS[name]()}, indent=1) + "\n"


def main() -> None:
    """Write all files."""
    FOLDER.mkdir(exist_ok=True)
    for name in SCHEMAS:
        (FOLDER / f"{name}.json").write_text(schema_text(name))


if __name__ == "__main__":
    main()
