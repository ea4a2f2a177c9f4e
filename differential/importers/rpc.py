"""Blocks of a running node over JSON-RPC, as cases that expect what the node says.

The block with all its transactions, prices from `zks_getBlockMetadataByNumber`, the
receipts, and of the state before it exactly what the block looks at. Of a node that
does not know that method (any of Ethereum's) a block is taken too; its hash is not
expected then, and prices are said by the user or by default.

What JSON-RPC does not tell: the tree (so no root is expected), the limit of pubdata,
whether a slot that is 0 has been written before, and how old the code of an account is.
A slot that is 0 counts as never written, code as of today's kind.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from differential.importers.executions import protocol_of_execution, unknown_execution
from differential.importers.given_transactions import read_given
from differential.importers.json_rpc import Archive, MethodMissing
from differential.importers.node_transactions import read_transaction
from differential.importers.on_demand import load
from zkos.host.accounts import delegate_of
from zkos.host.case import AccountState, Block, Case
from zkos.host.case_reader import Node, optional
from zkos.host.context import BLOCK_HASHES, BlockContext
from zkos.host.expected import (
    ExpectedBlock,
    ExpectedL1Log,
    ExpectedLog,
    ExpectedTransaction,
)
from zkos.host.profile import RunOptions
from zkos.host.state import ACCOUNTS, ChainState, Slot
from zkos.host.transactions import Transaction
from zkos.terminal.errors import UserError
from zkos.versions import DEFAULT, Protocol

_HASH: Final = re.compile(r"0x[0-9a-fA-F]{64}", re.ASCII)
_HASH_BYTES: Final = 32
_STATUSES: Final = {0: "reverted", 1: "success"}
_PRICE_SHARE: Final = 100
"""Native units a gas pays for where nobody says the price."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a user says about a block besides which one."""

    protocol: Protocol | None = None
    """None: as the node says."""
    pubdata_limit: int | None = None
    """Bytes; None: there is none."""
    transactions: Node | None = None
    """To be run instead of the block's own: a JSON list."""


def block_hash(archive: Archive, name: str) -> str:
    """The hash of the block with this number or hash; raises RpcError, UserError.

    It is found anew each time if given by number: chains may be reorganised.
    """
    if _HASH.fullmatch(name):
        return name.lower()
    try:
        number = int(name, 0)
    except ValueError:
        number = -1
    if number < 0:
        raise UserError(f"--block {name}: expected a number or a hash")
    result = archive.endpoint.call("eth_getBlockByNumber", [hex(number), False])
    node = Node(archive.endpoint.url, "eth_getBlockByNumber", result)
    if result is None:
        raise UserError(f"{archive.endpoint.url}: there is no block {number}")
    return _hash(_member(node, "hash"))


class RpcBlock:
    """A block and the chain before it, as far as one asks."""

    def __init__(self, archive: Archive, name: str, wanted: Wanted) -> None:
        """`name` is the block's hash. Raises RpcError, CaseError and UserError."""
        self._archive: Final = archive
        self._wanted: Final = wanted
        self._header: Final = archive.ask("eth_getBlockByHash", name, True)
        if self._header.value is None:
            raise UserError(f"{archive.endpoint.url}: there is no block {name}")
        self.number: Final = _member(self._header, "number").number(64)
        if self.number == 0:
            raise UserError(f"{archive.endpoint.url}: nothing comes before block 0")
        self._chain_id: Final = archive.ask("eth_chainId").number(64)
        self._metadata: Final = self._ask_metadata()

    @property
    def is_of_zksync_os(self) -> bool:
        """Whether the node says so much that the block's hash can be expected."""
        return self._metadata is not None

    def case(self) -> Case:
        """The block on the state it needs. Raises RpcError, CaseError, UserError."""
        protocol = self._protocol()
        transactions, receipts = self._work()
        expected = None
        if self._wanted.transactions is None:
            expected = self._expected(receipts)
        elif any(receipt is not None for receipt in receipts):
            expected = ExpectedBlock(transactions=_receipts(receipts))
        block = Block(self._context(), transactions, expected=expected)
        source = RpcState(self._archive, self.number - 1)
        load([block], ChainState(), source, RunOptions(protocol=protocol))
        return Case((block,), source.accounts(), protocol=protocol)

    def _ask_metadata(self) -> Node | None:
        method = "zks_getBlockMetadataByNumber"
        try:
            node = self._archive.ask(method, self.number)
        except MethodMissing:
            return None
        if node.value is None:
            node.fail(f"nothing is known of block {self.number}")
        return node

    def _protocol(self) -> Protocol:
        if self._wanted.protocol is not None:
            return self._wanted.protocol
        if self._metadata is None:
            return DEFAULT
        node = _member(self._metadata, "execution_version")
        protocol = protocol_of_execution(node.number(32))
        if protocol is None:
            node.fail(unknown_execution(node.value))
        return protocol

    def _work(self) -> tuple[tuple[Transaction, ...], list[Node | None]]:
        """Transactions, and receipts of those that the node has."""
        if self._wanted.transactions is not None:
            given = read_given(self._wanted.transactions, self._chain_id)
            known = [
                None if each.hash is None else self._receipt_of(each.hash)
                for each in given
            ]
            return tuple(each.transaction for each in given), known
        nodes = _member(self._header, "transactions").items()
        transactions = tuple(read_transaction(node, self._chain_id) for node in nodes)
        named = [_hash(_member(node, "hash")) for node in nodes]
        receipts = self._receipts(named)
        found = [_hash(_member(item, "transactionHash")) for item in receipts]
        if found != named:
            self._header.fail("the receipts are not those of the block's transactions")
        return transactions, [*receipts]

    def _receipts(self, names: Sequence[str]) -> list[Node]:
        """In one question where the node can answer it."""
        try:
            answer = self._archive.ask("eth_getBlockReceipts", hex(self.number))
        except MethodMissing:
            found = [self._receipt_of(name) for name in names]
            return [receipt for receipt in found if receipt is not None]
        return answer.items()

    def _receipt_of(self, name: str) -> Node | None:
        node = self._archive.ask("eth_getTransactionReceipt", name)
        return None if node.value is None else node

    def _expected(self, receipts: Sequence[Node | None]) -> ExpectedBlock:
        expected = ExpectedBlock(transactions=_receipts(receipts))
        if self._metadata is None:
            return expected
        return replace(
            expected,
            block_hash=_member(self._header, "hash").number(),
            l1_logs=_l1_logs(receipts),
        )

    def _context(self) -> BlockContext:
        header = self._header
        base_fee = _member(header, "baseFeePerGas").number()
        native_price, pubdata_price = max(base_fee // _PRICE_SHARE, 1), 0
        if self._metadata is not None:
            native_price = _member(self._metadata, "native_price").number()
            pubdata_price = _member(self._metadata, "pubdata_price_per_byte").number()
        context = BlockContext(
            chain_id=self._chain_id,
            block_number=self.number,
            timestamp=_member(header, "timestamp").number(64),
            eip1559_basefee=base_fee,
            pubdata_price=pubdata_price,
            native_price=native_price,
            coinbase=_member(header, "miner").address(),
            gas_limit=_member(header, "gasLimit").number(64),
            block_hashes=self._hashes(),
            last_block_timestamp=_member(self._parent(), "timestamp").number(64),
        )
        mix_hash = optional(header.members().get("mixHash"), Node.number, 0)
        if mix_hash:
            context = replace(context, mix_hash=mix_hash)
        if self._wanted.pubdata_limit is not None:
            context = replace(context, pubdata_limit=self._wanted.pubdata_limit)
        return context

    def _parent(self) -> Node:
        return self._ancestor(_hash(_member(self._header, "parentHash")))

    def _ancestor(self, name: str) -> Node:
        node = self._archive.ask("eth_getBlockByHash", name, False)
        if node.value is None:
            node.fail(f"there is no block {name}, which comes before")
        return node

    def _hashes(self) -> tuple[int, ...]:
        """Of the blocks before, latest first."""
        hashes = []
        name = _hash(_member(self._header, "parentHash"))
        for distance in range(1, min(self.number, BLOCK_HASHES) + 1):
            hashes.append(int(name, 16))
            if distance < min(self.number, BLOCK_HASHES):
                name = _hash(_member(self._ancestor(name), "parentHash"))
        return tuple(hashes)


class RpcState:
    """State at a block, asked for place by place."""

    def __init__(self, archive: Archive, number: int) -> None:
        self._archive: Final = archive
        self._at: Final = hex(number)
        self._known: Final[dict[int, AccountState]] = {}
        self._slots: Final[dict[int, dict[int, int]]] = {}
        self._has_proofs = True

    def accounts(self) -> tuple[AccountState, ...]:
        """All that was asked for and is there, in the order it was asked for."""
        found = []
        for address in dict.fromkeys([*self._known, *self._slots]):
            account = self._known.get(address, AccountState(address))
            slots = self._slots.get(address, {})
            whole = replace(account, storage=tuple(slots.items()))
            if whole != AccountState(address):
                found.append(whole)
        return tuple(found)

    def fill(self, state: ChainState, place: Slot) -> None:
        if place.address == ACCOUNTS:
            self._fill_account(state, place.key)
            return
        answer = self._archive.ask(
            "eth_getStorageAt", _address(place.address), f"{place.key:#066x}", self._at
        )
        value = answer.number()
        if value:
            self._slots.setdefault(place.address, {})[place.key] = value
            state.set_slot(place.address, place.key, value)

    def preimage(self, state: ChainState, digest: bytes) -> None:
        """Accounts bring their own; of nothing else a node tells any."""

    def _fill_account(self, state: ChainState, address: int) -> None:
        balance, nonce = self._balance_and_nonce(address)
        code = self._archive.ask("eth_getCode", _address(address), self._at).data()
        delegate = delegate_of(code)
        account = AccountState(
            address,
            balance=balance,
            nonce=nonce,
            code=b"" if delegate is not None else code,
            delegate=delegate,
        )
        self._known[address] = account
        state.set_account(
            address, balance=balance, nonce=nonce, code=account.code, delegate=delegate
        )

    def _balance_and_nonce(self, address: int) -> tuple[int, int]:
        """In one question where the node proves accounts, as Ethereum's do."""
        if self._has_proofs:
            try:
                proof = self._archive.ask(
                    "eth_getProof", _address(address), [], self._at
                )
            except MethodMissing:
                self._has_proofs = False
            else:
                return _member(proof, "balance").number(), _nonce(
                    _member(proof, "nonce")
                )
        balance = self._archive.ask("eth_getBalance", _address(address), self._at)
        nonce = self._archive.ask(
            "eth_getTransactionCount", _address(address), self._at
        )
        return balance.number(), _nonce(nonce)


def _nonce(node: Node) -> int:
    return node.number(64)


def _receipts(receipts: Sequence[Node | None]) -> tuple[ExpectedTransaction, ...]:
    """Nothing is expected where the node has no receipt."""
    return tuple(
        ExpectedTransaction() if receipt is None else _receipt(receipt)
        for receipt in receipts
    )


def _receipt(node: Node) -> ExpectedTransaction:
    status = _member(node, "status")
    if status.number() not in _STATUSES:
        status.fail("neither 0 nor 1")
    created = node.members().get("contractAddress")
    succeeded = status.number() == 1
    is_creation = succeeded and created is not None and created.value is not None
    return ExpectedTransaction(
        status=_STATUSES[status.number()],
        gas_used=_member(node, "gasUsed").number(64),
        logs=tuple(map(_log, _member(node, "logs").items())),
        hash=_member(node, "transactionHash").number(),
        type=optional(node.members().get("type"), lambda item: item.number(8), None),
        sender=_member(node, "from").address(),
        created=created.address() if created is not None and is_creation else 0,
    )


def _log(node: Node) -> ExpectedLog:
    return ExpectedLog(
        _member(node, "address").address(),
        tuple(topic.number() for topic in _member(node, "topics").items()),
        _member(node, "data").data(),
    )


def _l1_logs(receipts: Sequence[Node | None]) -> tuple[ExpectedL1Log, ...] | None:
    """All of a block; None if the node tells none."""
    found = []
    for position, receipt in enumerate(receipts):
        logs = None if receipt is None else receipt.members().get("l2ToL1Logs")
        if logs is None:
            return None
        for log in logs.items():
            names = ("key", "value")
            key, value = (_member(log, name).number() for name in names)
            sender = _member(log, "sender").address()
            found.append(ExpectedL1Log(position, sender, key, value))
    return tuple(found)


def _hash(node: Node) -> str:
    return "0x" + node.data(_HASH_BYTES).hex()


def _address(address: int) -> str:
    return f"{address:#042x}"


def _member(node: Node, name: str) -> Node:
    fields = node.members()
    if name not in fields:
        node.fail(f"field {name} is missing")
    return fields[name]
