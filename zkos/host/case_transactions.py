"""The transactions of a case file: JSON to `zkos.host.transactions` and back."""

from dataclasses import fields as dataclass_fields
from typing import Any, Final

from zkos.host.case_reader import Node, optional
from zkos.host.signing import SIGNATURE_BYTES
from zkos.host.transactions import (
    AccessListEntry,
    Authorization,
    EncodedTransaction,
    FieldTransaction,
    Kind,
    RawTransaction,
    Transaction,
)

_KINDS: Final = {
    "legacy": Kind.LEGACY,
    "eip2930": Kind.EIP2930,
    "eip1559": Kind.EIP1559,
    "eip4844": Kind.EIP4844,
    "eip7702": Kind.EIP7702,
    "l1": Kind.L1,
    "service": Kind.SERVICE,
    "upgrade": Kind.UPGRADE,
}
_KIND_NAMES: Final = {kind: name for name, kind in _KINDS.items()}
_RESERVED_WORDS: Final = 4


def _address_or_none(node: Node) -> int | None:
    return None if node.value is None else node.address()


def read_access_list(node: Node) -> tuple[AccessListEntry, ...]:
    """Announced addresses and slots; raises CaseError."""
    entries = []
    for entry in node.items():
        fields = entry.fields(("address", "storage_keys"))
        if "address" not in fields:
            entry.fail("field address is missing")
        slots = optional(fields.get("storage_keys"), _numbers, ())
        entries.append(AccessListEntry(fields["address"].address(), slots))
    return tuple(entries)


def _authorization_list(node: Node) -> tuple[Authorization, ...]:
    return tuple(map(_authorization, node.items()))


def _authorization(entry: Node) -> Authorization:
    fields = entry.fields(_AUTHORIZATION_READERS)
    if "address" not in fields:
        entry.fail("field address is missing")
    missing = [name for name in ("y", "r", "s") if name not in fields]
    if "private_key" not in fields and missing:
        entry.fail("needs private_key, or y, r and s")
    values = {name: _AUTHORIZATION_READERS[name](node) for name, node in fields.items()}
    return Authorization(**values)


def _numbers(node: Node) -> tuple[int, ...]:
    return tuple(entry.number() for entry in node.items())


def _reserved(node: Node) -> tuple[int | None, ...]:
    words = node.items(_RESERVED_WORDS)
    return tuple(None if word.value is None else word.number() for word in words)


def _factory_deps(node: Node) -> tuple[bytes, ...]:
    return tuple(entry.data(32) for entry in node.items())


def _word(node: Node) -> bytes:
    return node.data(32)


def _format(node: Node) -> int:
    return node.number(64)


_AUTHORIZATION_READERS: Final[dict[str, Any]] = {
    "address": Node.address,
    "nonce": Node.number,
    "chain_id": Node.number,
    "private_key": _word,
    "y": Node.number,
    "r": Node.number,
    "s": Node.number,
}
_READERS: Final[dict[str, tuple[str, Any]]] = {
    "nonce": ("nonce", Node.number),
    "to": ("to", _address_or_none),
    "value": ("value", Node.number),
    "gas_limit": ("gas_limit", Node.number),
    "gas_price": ("max_fee_per_gas", Node.number),
    "max_fee_per_gas": ("max_fee_per_gas", Node.number),
    "max_priority_fee_per_gas": ("max_priority_fee_per_gas", Node.number),
    "data": ("data", Node.data),
    "access_list": ("access_list", read_access_list),
    "authorization_list": ("authorization_list", _authorization_list),
    "blob_hashes": ("blob_hashes", _numbers),
    "max_fee_per_blob_gas": ("max_fee_per_blob_gas", Node.number),
    "eip155": ("eip155", Node.boolean),
    "chain_id": ("chain_id", Node.number),
    "v": ("v", Node.number),
    "gas_per_pubdata": ("gas_per_pubdata", Node.number),
    "factory_deps": ("factory_deps", _factory_deps),
    "mint_value": ("mint_value", Node.number),
    "refund_recipient": ("refund_recipient", Node.number),
    "private_key": ("private_key", _word),
    "signature": ("signature", Node.data),
    "from": ("sender", Node.address),
    "format": ("format", _format),
    "reserved": ("reserved", _reserved),
    "reserved_dynamic": ("reserved_dynamic", Node.data),
}
"""Field name in a case -> attribute and reader."""
_OF_KIND: Final = {
    "authorization_list": (Kind.EIP7702,),
    "blob_hashes": (Kind.EIP4844,),
    "max_fee_per_blob_gas": (Kind.EIP4844,),
    "eip155": (Kind.LEGACY,),
    "gas_per_pubdata": (Kind.L1, Kind.UPGRADE),
    "factory_deps": (Kind.L1, Kind.UPGRADE),
    "mint_value": (Kind.L1, Kind.UPGRADE),
    "refund_recipient": (Kind.L1, Kind.UPGRADE),
    "reserved": (Kind.L1, Kind.UPGRADE),
    "reserved_dynamic": (Kind.L1, Kind.UPGRADE),
}
"""Fields that only these types have."""
_OF_SERVICE: Final = ("type", "to", "data", "nonce", "from", "format")
"""All fields of service transactions."""
_AS_BYTES: Final[dict[str, type[RawTransaction | EncodedTransaction]]] = {
    "raw": RawTransaction,
    "encoded": EncodedTransaction,
}


def read_transaction(node: Node) -> Transaction:
    """A transaction of a case; raises CaseError."""
    members = node.members()
    for name, made in _AS_BYTES.items():
        if name in members:
            fields = node.fields((name, "from", "format"))
            return made(
                fields[name].data(),
                optional(fields.get("from"), Node.address, None),
                optional(fields.get("format"), _format, None),
            )
    if "type" not in members:
        node.fail("needs one of raw, encoded or type")
    kind = _KINDS.get(members["type"].text())
    if kind is None:
        members["type"].fail(f"unknown type, expected one of {', '.join(_KINDS)}")
    node.fields(("type", *_READERS))
    for name, kinds in _OF_KIND.items():
        if name in members and kind not in kinds:
            members[name].fail(f"type {_KIND_NAMES[kind]} has no such field")
    if "gas_price" in members and "max_fee_per_gas" in members:
        members["gas_price"].fail("given together with max_fee_per_gas")
    values: dict[str, Any] = {}
    for name, (attribute, read) in _READERS.items():
        if name in members:
            values[attribute] = read(members[name])
    if kind is Kind.SERVICE:
        return _service(node, values)
    for name, attribute in (
        ("gas_limit", "gas_limit"),
        (_price_field(kind), "max_fee_per_gas"),
    ):
        if attribute not in values:
            node.fail(f"field {name} is missing")
    _check_authority(node, kind, values)
    return FieldTransaction(kind=kind, **values)


def _service(node: Node, values: dict[str, Any]) -> Transaction:
    members = node.members()
    for name in members:
        if name not in _OF_SERVICE:
            members[name].fail("type service has no such field")
    if values.get("to") is None:
        node.fail("field to is missing")
    return FieldTransaction(Kind.SERVICE, gas_limit=0, max_fee_per_gas=0, **values)


def write_transaction(transaction: Transaction) -> dict[str, Any]:
    """The JSON of a transaction, without fields at their default."""
    match transaction:
        case RawTransaction(data):
            return {"raw": write_bytes(data), **_write_claims(transaction)}
        case EncodedTransaction(data):
            return {"encoded": write_bytes(data), **_write_claims(transaction)}
        case FieldTransaction():
            return _write_fields(transaction)


def write_number(number: int) -> int | str:
    """A JSON integer where every reader keeps it exact, else a 0x string."""
    return number if number < 2**53 else hex(number)


def write_address(address: int) -> str:
    """All 40 hex digits of an address."""
    return f"{address:#042x}"


def write_bytes(data: bytes) -> str:
    """Bytes as a 0x string."""
    return "0x" + data.hex()


def _write_claims(transaction: RawTransaction | EncodedTransaction) -> dict[str, Any]:
    written: dict[str, Any] = {}
    if transaction.sender is not None:
        written["from"] = write_address(transaction.sender)
    if transaction.format is not None:
        written["format"] = write_number(transaction.format)
    return written


def _write_fields(transaction: FieldTransaction) -> dict[str, Any]:
    defaults = {field.name: field.default for field in dataclass_fields(transaction)}
    written: dict[str, Any] = {"type": _KIND_NAMES[transaction.kind]}
    price = _price_field(transaction.kind)
    for name, (attribute, _) in _READERS.items():
        value = getattr(transaction, attribute)
        if attribute == "max_fee_per_gas" and name != price:
            continue
        if transaction.kind is Kind.SERVICE and name not in _OF_SERVICE:
            continue
        if value == defaults[attribute] and type(value) is type(defaults[attribute]):
            continue
        written[name] = _write_value(name, value)
    return written


def _write_value(name: str, value: Any) -> Any:
    match value:
        case bool():
            return value
        case bytes():
            return write_bytes(value)
        case int() if name in ("to", "from"):
            return write_address(value)
        case int() if name == "blob_hashes":
            return f"{value:#066x}"
        case int():
            return write_number(value)
        case None:
            return None
        case AccessListEntry(address, keys):
            slots = [f"{key:#066x}" for key in keys]
            return {"address": write_address(address), "storage_keys": slots}
        case Authorization():
            return _write_authorization(value)
        case tuple():
            return [_write_value(name, item) for item in value]
    raise AssertionError(f"no JSON for {value!r}")


def _write_authorization(entry: Authorization) -> dict[str, Any]:
    written: dict[str, Any] = {"address": write_address(entry.address)}
    for name in _AUTHORIZATION_READERS:
        value = getattr(entry, name)
        if name != "address" and value is not None:
            written[name] = _write_value(name, value)
    return written


def _price_field(kind: Kind) -> str:
    return "gas_price" if kind.has_gas_price else "max_fee_per_gas"


def _check_authority(node: Node, kind: Kind, values: dict[str, Any]) -> None:
    """Whether sender and signature are given or computable at all."""
    has_key = "private_key" in values
    if not kind.is_signed:
        if "sender" not in values:
            node.fail("field from is missing")
        return
    if not has_key and "signature" not in values:
        node.fail("needs private_key or signature")
    if "signature" in values:
        length = len(values["signature"])
        if length != SIGNATURE_BYTES:
            node.fail(f"a signature of {length} bytes, expected {SIGNATURE_BYTES}")
