"""The steps of a scenario: each is a transaction of its block."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from zkos.cases.accounts import created_by
from zkos.cases.builder import CaseBuilder, Delegation
from zkos.cases.scenarios.arguments import calldata, hex_data
from zkos.cases.scenarios.contracts import Contract
from zkos.host.case_reader import Node, optional
from zkos.host.case_transactions import read_access_list
from zkos.host.transactions import Kind, RawTransaction

GAS: Final = 5_000_000
LEAST_MAX_FEE: Final = 1_000
"""Wei; the base fee where that is more."""
DEPLOYED: Final = "$deployed:"
STATUSES: Final = ("success", "reverted", "invalid")
_KINDS: Final = {
    "legacy": Kind.LEGACY,
    "eip2930": Kind.EIP2930,
    "eip1559": Kind.EIP1559,
}
_ALWAYS: Final = ("type", "expect", "returns")
_SENT: Final = (
    "from",
    "gas",
    "value",
    "nonce",
    "max_fee",
    "max_priority_fee",
    "kind",
    "access_list",
    "authorizations",
)
_FROM_L1: Final = (
    "from",
    "to",
    "gas",
    "value",
    "data",
    "function",
    "args",
    "max_fee",
    "gas_per_pubdata",
    "mint",
    "refund_recipient",
)


@dataclass(frozen=True, slots=True)
class Step:
    """A step, which is the transaction `index` of the block `block`."""

    place: Node
    block: int
    index: int
    description: str
    expect: str | None = None
    """Status that the scenario declares."""
    returns: bytes | None = None
    """Return data that the scenario declares."""


@dataclass(slots=True)
class Names:
    """What texts stand for where an address is wanted."""

    builder: CaseBuilder
    contracts: dict[str, Contract]
    deployed: list[int] = field(default_factory=list)

    def address(self, node: Node) -> int:
        """An address, by name or in digits; raises CaseError."""
        text = node.text()
        if text.startswith(DEPLOYED):
            index = node.renamed(text.removeprefix(DEPLOYED)).number(16)
            if index >= len(self.deployed):
                count = len(self.deployed)
                node.fail(f"no deployment {index}, only {count} before")
            return self.deployed[index]
        contract = self.contracts.get(text)
        if contract is not None:
            if contract.address is None:
                node.fail(f"contract {text} lies at no address; {DEPLOYED}N is one")
            return contract.address
        if self.builder.knows(text):
            return self.builder.address(text)
        if not text.startswith(("0x", "0X")):
            node.fail("neither a contract, an account, $deployed:N nor an address")
        return int.from_bytes(hex_data(node, 20), "big")


Fields = dict[str, Node]
Add = Callable[[Fields, Names], str]


class _Kind(NamedTuple):
    """What can be said of a step, what must be, and what it does."""

    fields: tuple[str, ...]
    required: tuple[str, ...]
    add: Add
    signed: bool = True


def add_step(node: Node, block: int, index: int, names: Names) -> Step:
    """Put the transaction of a step into the block; raises CaseError."""
    members = node.members()
    if "type" not in members:
        node.fail("field type is missing")
    kind = STEPS.get(members["type"].text())
    if kind is None:
        members["type"].fail(f"expected one of {', '.join(STEPS)}")
    fields = node.fields((*_ALWAYS, *kind.fields))
    for name in kind.required:
        if name not in fields:
            node.fail(f"field {name} is missing")
    expect = optional(fields.get("expect"), Node.text, None)
    if expect not in (None, *STATUSES):
        fields["expect"].fail(f"expected one of {', '.join(STATUSES)}")
    description = kind.add(fields, names)
    returns = optional(fields.get("returns"), hex_data, None)
    return Step(node, block, index, description, expect, returns)


def _deploy(fields: Fields, names: Names) -> str:
    name = fields["contract"].text()
    if name not in names.contracts:
        fields["contract"].fail(f"no contract {name!r}")
    code = names.contracts[name].initcode(fields.get("args"), names.address)
    return f"deploy {name} -> {_create(fields, names, code):#042x}"


def _call(fields: Fields, names: Names) -> str:
    target = names.address(fields["to"])
    data = calldata(fields["function"], fields.get("args"), names.address)
    _send(fields, names, target, data)
    return f"call {fields['function'].text()} on {target:#042x}"


def _send_raw(fields: Fields, names: Names) -> str:
    data = optional(fields.get("data"), hex_data, b"")
    if "to" not in fields or fields["to"].value is None:
        _create(fields, names, data)
        return "send_raw CREATE"
    _send(fields, names, names.address(fields["to"]), data)
    return f"send_raw to {fields['to'].text()}"


def _envelope(fields: Fields, names: Names) -> str:
    names.builder.add(RawTransaction(hex_data(fields["data"])))
    return "send a signed transaction"


def _l1(fields: Fields, names: Names) -> str:
    data = optional(fields.get("data"), hex_data, b"")
    if "function" in fields:
        if "data" in fields:
            fields["data"].fail("given together with function")
        data = calldata(fields["function"], fields.get("args"), names.address)
    elif "args" in fields:
        fields["args"].fail("given without function")
    more: dict[str, Any] = {}
    for name, attribute in (
        ("max_fee", "max_fee_per_gas"),
        ("gas_per_pubdata", "gas_per_pubdata"),
        ("mint", "mint_value"),
    ):
        if name in fields:
            more[attribute] = fields[name].number()
    if "refund_recipient" in fields:
        more["refund_recipient"] = names.address(fields["refund_recipient"])
    target = names.address(fields["to"])
    names.builder.from_l1(
        names.address(fields["from"]),
        target,
        data,
        value=optional(fields.get("value"), Node.number, 0),
        gas_limit=optional(fields.get("gas"), Node.number, GAS),
        **more,
    )
    return f"l1 to {target:#042x}"


def _create(fields: Fields, names: Names, code: bytes) -> int:
    """Send a creation; where it deploys to, from now on `$deployed:N`."""
    if "authorizations" in fields:
        fields["authorizations"].fail("a creation has none")
    sent = _send(fields, names, None, code)
    sender = names.builder.address(fields["from"].text())
    names.deployed.append(created_by(sender, sent))
    return names.deployed[-1]


def _send(fields: Fields, names: Names, to: int | None, data: bytes) -> int:
    """Sign a transaction and put it into the block; its nonce."""
    base_fee = names.builder.context.eip1559_basefee
    more: dict[str, Any] = {
        "data": data,
        "gas_limit": optional(fields.get("gas"), lambda node: node.number(64), GAS),
        "value": optional(fields.get("value"), Node.number, 0),
        "max_fee_per_gas": max(LEAST_MAX_FEE, base_fee),
    }
    for name, attribute in (
        ("nonce", "nonce"),
        ("max_fee", "max_fee_per_gas"),
        ("max_priority_fee", "max_priority_fee_per_gas"),
    ):
        if name in fields:
            more[attribute] = fields[name].number()
    if "access_list" in fields:
        more["access_list"] = read_access_list(fields["access_list"])
    sender = fields["from"].text()
    if "authorizations" in fields:
        if "kind" in fields:
            fields["kind"].fail("given together with authorizations")
        wishes = [_wish(node, names) for node in fields["authorizations"].items()]
        return names.builder.delegate(sender, wishes, to=to, **more).nonce
    more["kind"] = optional(fields.get("kind"), _read_kind, Kind.EIP1559)
    return names.builder.send(sender, to, **more).nonce


def _wish(node: Node, names: Names) -> Delegation:
    fields = node.fields(("account", "delegate", "nonce", "chain_id"))
    for name in ("account", "delegate"):
        if name not in fields:
            node.fail(f"field {name} is missing")
    account = fields["account"].text()
    if not names.builder.knows(account):
        fields["account"].fail("no account has this name")
    return Delegation(
        account,
        names.address(fields["delegate"]),
        optional(fields.get("nonce"), lambda item: item.number(64), None),
        optional(fields.get("chain_id"), Node.number, None),
    )


def _read_kind(node: Node) -> Kind:
    if node.text() not in _KINDS:
        node.fail(f"expected one of {', '.join(_KINDS)}")
    return _KINDS[node.text()]


STEPS: Final = {
    "deploy": _Kind((*_SENT, "contract", "args"), ("contract", "from"), _deploy),
    "call": _Kind(
        (*_SENT, "to", "function", "args"), ("to", "from", "function"), _call
    ),
    "send_raw": _Kind((*_SENT, "to", "data"), ("from",), _send_raw),
    "signed": _Kind(("data",), ("data",), _envelope, signed=False),
    "l1": _Kind(_FROM_L1, ("from", "to"), _l1, signed=False),
}
"""Steps by their type; the first three are those of upstream's form."""
