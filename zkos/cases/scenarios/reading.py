"""A scenario becomes a case, and what its steps are called and should do."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from zkos.cases.builder import CaseBuilder
from zkos.cases.scenarios.contracts import Contract, read_contract
from zkos.cases.scenarios.steps import STEPS, Names, Step, add_step
from zkos.host.case import Case
from zkos.host.case_errors import CaseError
from zkos.host.case_reader import Node, optional
from zkos.host.context import MAX_BLOCK_GAS_LIMIT, DataAvailability
from zkos.host.delivery import deliver
from zkos.host.profile import Profile
from zkos.host.transactions import TransactionError
from zkos.versions import Protocol

VERDICTS: Final = ("match", "divergence")
UNNAMED_BALANCE: Final = 10**15
"""Wei of a sender that is not among the accounts."""
_FIELDS: Final = (
    "contracts",
    "accounts",
    "block",
    "steps",
    "blocks",
    "batch",
    "protocol",
    "profile",
    "engines",
    "expect",
)
_ACCOUNT_FIELDS: Final = ("balance", "nonce", "private_key", "delegate")
_BLOCK_FIELDS: Final = {
    "basefee": ("eip1559_basefee", 256),
    "gas_limit": ("gas_limit", 64),
    "timestamp": ("timestamp", 64),
    "number": ("block_number", 64),
    "mix_hash": ("mix_hash", 256),
    "native_price": ("native_price", 256),
    "pubdata_price": ("pubdata_price", 256),
    "pubdata_limit": ("pubdata_limit", 64),
}
_GIVEN_BLOCK: Final = {"gas_limit": 30_000_000, "timestamp": 1_700_000_000}
"""Of a block of which something is said and not this."""
_NAME: Final = re.compile(r"[A-Za-z_][\w-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A case, and what is said about it besides."""

    case: Case
    steps: tuple[Step, ...]
    profile: Profile = Profile.REPLAY
    engines: tuple[str, ...] = ()
    """Those to compare; empty: whatever a run has by default."""
    expect: str | None = None
    """The verdict that the scenario declares."""


def is_scenario(root: Node) -> bool:
    """Whether JSON is meant as a scenario and not as a case."""
    value = root.value
    return isinstance(value, dict) and bool({"steps", "blocks"} & value.keys())


def read_scenario(root: Node, folder: Path) -> Scenario:
    """The scenario; files it names are found from `folder`. Raises CaseError.

    UserError where a package that it needs is missing.
    """
    fields = root.fields(_FIELDS)
    if ("steps" in fields) == ("blocks" in fields):
        root.fail("needs either steps or blocks")
    if "blocks" in fields and "block" in fields:
        fields["block"].fail("given together with blocks, each of which has its own")
    builder = CaseBuilder(
        protocol=optional(fields.get("protocol"), _read_protocol, None),
        batch=optional(fields.get("batch"), Node.boolean, False),
    )
    blocks = _blocks(fields)
    contracts = {
        _name(node, name): read_contract(name, node, folder)
        for name, node in _members(fields.get("contracts")).items()
    }
    names = Names(builder, contracts)
    _read_accounts(_members(fields.get("accounts")), builder, names)
    _fund_senders(blocks, builder)
    for contract in contracts.values():
        if contract.address is not None:
            _predeploy(contract, builder)
    steps = _read_blocks(blocks, builder, names)
    case = builder.build()
    _check(case, steps)
    return Scenario(
        case,
        tuple(steps),
        optional(fields.get("profile"), _read_profile, Profile.REPLAY),
        optional(fields.get("engines"), _texts, ()),
        optional(fields.get("expect"), _read_verdict, None),
    )


def _blocks(fields: dict[str, Node]) -> list[dict[str, Node]]:
    """Context and steps of each block."""
    if "steps" in fields:
        return [{name: fields[name] for name in ("block", "steps") if name in fields}]
    blocks = [node.fields(("block", "steps")) for node in fields["blocks"].items()]
    if not blocks:
        fields["blocks"].fail("no block")
    for index, block in enumerate(blocks):
        if "steps" not in block:
            fields["blocks"].items()[index].fail("field steps is missing")
    return blocks


def _members(node: Node | None) -> dict[str, Node]:
    return {} if node is None or node.value is None else node.members()


def _name(node: Node, name: str) -> str:
    if not _NAME.fullmatch(name):
        node.fail("not a name: letters, digits, - and _")
    return name


def _read_accounts(nodes: dict[str, Node], builder: CaseBuilder, names: Names) -> None:
    read = {}
    for name, node in nodes.items():
        if _name(node, name) in names.contracts:
            node.fail("a contract has this name, too")
        read[name] = node.fields(_ACCOUNT_FIELDS)
        key = read[name].get("private_key")
        try:
            builder.account(
                name,
                optional(read[name].get("balance"), Node.number, 0),
                nonce=optional(
                    read[name].get("nonce"), lambda item: item.number(64), 0
                ),
                private_key=optional(key, lambda item: item.data(32), None),
            )
        except ValueError:
            (key or node).fail("not a private key")
    for name, fields in read.items():
        if "delegate" in fields:
            builder.set_delegate(name, names.address(fields["delegate"]))


def _fund_senders(blocks: list[dict[str, Node]], builder: CaseBuilder) -> None:
    for block in blocks:
        for step in block["steps"].items():
            members = step.members()
            sender = members.get("from")
            kind = members.get("type")
            if sender is None or kind is None or kind.value not in STEPS:
                continue
            if STEPS[kind.value].signed and not builder.knows(sender.text()):
                if not _NAME.fullmatch(sender.text()):
                    sender.fail("senders are named: only names have a key")
                builder.account(sender.text(), UNNAMED_BALANCE)


def _predeploy(contract: Contract, builder: CaseBuilder) -> None:
    assert contract.address is not None
    if builder.has(contract.address):
        contract.place.fail(f"something else is at {contract.address:#042x}")
    builder.contract(
        contract.address,
        contract.code,
        balance=contract.balance,
        storage=dict(contract.storage),
    )


def _read_blocks(
    blocks: list[dict[str, Node]], builder: CaseBuilder, names: Names
) -> list[Step]:
    steps = []
    for index, block in enumerate(blocks):
        context = optional(block.get("block"), _read_context, {})
        if index:
            builder.block(**context)
        else:
            builder.set_context(**context)
        nodes = block["steps"].items()
        steps += [
            add_step(node, index, place, names) for place, node in enumerate(nodes)
        ]
    return steps


def _read_context(node: Node) -> dict[str, Any]:
    fields = node.fields((*_BLOCK_FIELDS, "coinbase", "da"))
    context: dict[str, Any] = dict(_GIVEN_BLOCK)
    for name, (attribute, bits) in _BLOCK_FIELDS.items():
        if name in fields:
            context[attribute] = fields[name].number(bits)
    if context["gas_limit"] > MAX_BLOCK_GAS_LIMIT:
        fields["gas_limit"].fail(f"at most {MAX_BLOCK_GAS_LIMIT}")
    if "coinbase" in fields:
        context["coinbase"] = fields["coinbase"].address()
    if "da" in fields:
        context["da"] = _choice(fields["da"], DataAvailability)
    return context


def _check(case: Case, steps: list[Step]) -> None:
    """Raise CaseError for a transaction that cannot be sent."""
    for step in steps:
        block = case.blocks[step.block]
        try:
            deliver(block.transactions[step.index], block.context.chain_id)
        except TransactionError as error:
            place = f"{step.place.path}.{error.field}"
            raise CaseError(step.place.source, place, error.reason) from error


def _choice(node: Node, kinds: Any) -> Any:
    try:
        return kinds(node.text())
    except ValueError:
        node.fail(f"expected one of {', '.join(item.value for item in kinds)}")


def _read_protocol(node: Node) -> Protocol:
    found: Protocol = _choice(node, Protocol)
    return found


def _read_profile(node: Node) -> Profile:
    found: Profile = _choice(node, Profile)
    return found


def _read_verdict(node: Node) -> str:
    if node.text() not in VERDICTS:
        node.fail(f"expected one of {', '.join(VERDICTS)}")
    return node.text()


def _texts(node: Node) -> tuple[str, ...]:
    return tuple(item.text() for item in node.items())
