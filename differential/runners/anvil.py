"""Foundry's anvil as an engine: plain Ethereum, in a program that is not ours.

No declared difference can be applied to a foreign binary. So py-evm is asked first,
once as ZKsync OS and once as Ethereum; where the two differ, anvil has no answer, and
says which rules bear on the block. The same holds for what anvil cannot be told: block
hashes, the random number, numbers other than 1. And for what it does not do as Ethereum
does: it lets senders with code pass (EIP-3607), and takes every authority for an
account that exists (EIP-7702).

Accounts and slots are read back where our state or py-evm names them: a write elsewhere
is not seen.
"""

import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from differential.compare import layers
from differential.engines import find_program
from differential.known import FORK, RULES, SENDER_WITH_CODE, Origin
from differential.outcome import (
    UNSUPPORTED,
    AccountDiff,
    Detail,
    Log,
    Outcome,
    Result,
    SlotDiff,
    TransactionOutcome,
    TransactionStatus,
)
from differential.policy import Policy
from differential.reference.block import INVALID
from differential.reference.transactions import envelope
from differential.runners import py_evm
from differential.runners.node import Node, NodeError, Refusal, nonsense
from zkos.host.case import Block
from zkos.host.codecs.rlp import authorization_hash, decode_signed
from zkos.host.context import BlockContext
from zkos.host.profile import RunOptions
from zkos.host.signing import keccak256, recover
from zkos.host.state import ACCOUNTS, ChainState
from zkos.host.transactions import Authorization, TransactionError

ANSWER_SECONDS: Final = 10.0
_FIRST_V: Final = 27
_FIELDS: Final = {
    "number": "block_number",
    "timestamp": "timestamp",
    "baseFeePerGas": "eip1559_basefee",
    "gasLimit": "gas_limit",
    "miner": "coinbase",
    "mixHash": "mix_hash",
}
"""Of a block over JSON-RPC, and of our context."""


class Unanswerable(Exception):
    """The binary cannot be asked about this block."""


def run_block(block: Block, state: ChainState, options: RunOptions) -> Outcome:
    """Run a block on the anvil of this machine; raises CaseError."""
    found = find_program("anvil")
    if found is None:
        return Outcome(Result.CRASH, "there is no program anvil")
    return run_file(Path(found), block, state, options)


def run_file(
    program: Path, block: Block, state: ChainState, options: RunOptions
) -> Outcome:
    """Run a block on an anvil, which is started for it; raises CaseError.

    What cannot be asked is a crash whose reason begins with `unsupported`.
    """
    as_ours = py_evm.run_block(block, state, options)
    if not as_ours.succeeded:
        return as_ours
    plain = py_evm.run_with(block, state, Policy.ethereum(), options)
    if not plain.succeeded:
        return plain
    started = time.perf_counter()
    seconds = min(options.time_limit or ANSWER_SECONDS, ANSWER_SECONDS)
    try:
        _refuse_declared(as_ours, plain)
        _refuse_faults(block, state, plain)
        with Node([str(program), *_arguments(block.context)], seconds) as node:
            outcome = _Anvil(node, block, state, options).run(as_ours, plain)
    except Unanswerable as error:
        return Outcome(Result.CRASH, f"{UNSUPPORTED}{error}")
    except (NodeError, Refusal) as error:
        return Outcome(Result.CRASH, f"anvil {error}")
    return replace(outcome, seconds=time.perf_counter() - started)


def _arguments(context: BlockContext) -> list[str]:
    words = f"--silent --no-mining --hardfork {FORK.lower()} --order fifo --accounts 0 "
    words += "--disable-default-create2-deployer --steps-tracing"
    numbers = {
        "--chain-id": context.chain_id,
        "--gas-limit": context.gas_limit,
        "--block-base-fee-per-gas": context.eip1559_basefee,
        "--timestamp": max(0, context.timestamp - 1),
    }
    given = [word for name, number in numbers.items() for word in (name, str(number))]
    return [*words.split(), *given]


def _refuse_declared(as_ours: Outcome, plain: Outcome) -> None:
    """Raise Unanswerable where ZKsync OS is not Ethereum in this block."""
    apart = [
        f"{layer} {where}".strip()
        for layer, where, one, two in layers(as_ours, plain)
        if one != two
    ]
    if not apart:
        return
    fired = {item.rule for item in as_ours.detail.declared or ()}
    rules = [
        name for name in sorted(fired) if RULES[name].origin is not Origin.REFERENCE
    ]
    names = ", ".join(rules)
    raise Unanswerable(f"declared differences in {apart[0]} ({names})")


def _refuse_faults(block: Block, state: ChainState, plain: Outcome) -> None:
    """Raise Unanswerable where anvil is not Ethereum."""
    if any(item.rule == SENDER_WITH_CODE.name for item in plain.detail.declared or ()):
        raise Unanswerable("anvil lets senders with code pass")
    chain_id = block.context.chain_id
    for transaction in block.transactions:
        try:
            entries = decode_signed(envelope(transaction, chain_id).data)
        except TransactionError:
            continue
        for entry in entries.authorization_list:
            authority = state.account(_authority_of(entry, chain_id) or 0)
            if not (authority.nonce or authority.balance or authority.bytecode_length):
                raise Unanswerable("anvil takes every authority for an account")


def _authority_of(entry: Authorization, chain_id: int) -> int | None:
    """Who signed an authorization; None where nobody did."""
    if entry.r is None or entry.s is None or entry.y not in (0, 1):
        return None
    signature = b"".join(
        (
            entry.r.to_bytes(32, "big"),
            entry.s.to_bytes(32, "big"),
            bytes([_FIRST_V + entry.y]),
        )
    )
    return recover(authorization_hash(entry, chain_id), signature)


class _Anvil:
    """A node that runs one block."""

    def __init__(
        self, node: Node, block: Block, state: ChainState, options: RunOptions
    ) -> None:
        self._node = node
        self._block = block
        self._state = state
        self._options = options
        self._sent: dict[int, str] = {}
        """Hashes of the transactions that were taken, by index."""

    def run(self, as_ours: Outcome, plain: Outcome) -> Outcome:
        """The block's outcome. Raises NodeError, Refusal and Unanswerable."""
        self._load()
        self._send(plain)
        context = self._block.context
        self._ask("anvil_setCoinbase", f"{context.coinbase:#042x}")
        self._ask("anvil_setNextBlockBaseFeePerGas", hex(context.eip1559_basefee))
        self._ask("evm_setNextBlockTimestamp", hex(context.timestamp))
        self._ask("evm_mine")
        mined = self._dictionary("eth_getBlockByNumber", "latest", False)
        self._check_order(mined)
        self._check_context(mined, plain)
        receipts = tuple(
            self._receipt(index) for index in range(len(self._block.transactions))
        )
        return Outcome(
            Result.SUCCESS,
            transactions=receipts,
            detail=Detail(
                accounts=tuple(self._accounts(as_ours)),
                storage=tuple(self._slots(as_ours)),
            ),
        )

    def _ask(self, method: str, *params: Any) -> Any:
        return self._node.ask(method, *params)

    def _load(self) -> None:
        """Write all accounts and slots."""
        for flat_key, slot in self._state.slots.items():
            if slot.address == ACCOUNTS:
                self._load_account(slot.key)
                continue
            value = self._state.tree.value(flat_key) or b""
            if any(value):
                place = f"{slot.address:#042x}", f"{slot.key:#066x}"
                self._ask("anvil_setStorageAt", *place, f"0x{value.hex()}")

    def _load_account(self, number: int) -> None:
        address, account = f"{number:#042x}", self._state.account(number)
        if account.balance:
            self._ask("anvil_setBalance", address, hex(account.balance))
        if account.bytecode_length:
            code = self._state.code(number)
            self._ask("anvil_setCode", address, f"0x{code.hex()}")
        if account.nonce:
            self._ask("anvil_setNonce", address, hex(account.nonce))

    def _send(self, plain: Outcome) -> None:
        """Put the transactions in the pool; it sees the state before the block."""
        chain_id = self._block.context.chain_id
        seen: set[tuple[int | None, int]] = set()
        for index, transaction in enumerate(self._block.transactions):
            data, claimed = envelope(transaction, chain_id)
            try:
                fields = decode_signed(data)
            except TransactionError:
                continue  # is none
            if claimed != fields.sender:
                continue  # signed by another: the binary would not know
            name = (fields.sender, fields.nonce)
            if name in seen:
                raise Unanswerable("the pool holds one transaction for a nonce")
            seen.add(name)
            try:
                self._ask("eth_sendRawTransaction", f"0x{data.hex()}")
            except Refusal as error:
                included = (plain.transactions or ())[index].gas_used is not None
                if included and index:
                    raise Unanswerable(f"the pool before the block: {error}") from error
                continue
            self._sent[index] = f"0x{keccak256(data).hex()}"

    def _check_order(self, mined: dict[str, Any]) -> None:
        hashes = mined.get("transactions")
        if not isinstance(hashes, list):
            raise nonsense("eth_getBlockByNumber", mined)
        if hashes != [name for name in self._sent.values() if name in hashes]:
            raise Unanswerable("the block has its transactions in another order")

    def _check_context(self, mined: dict[str, Any], plain: Outcome) -> None:
        """Refuse a block in which code can see what anvil could not be told."""
        context = self._block.context
        told = {
            field: _number("eth_getBlockByNumber", mined.get(name))
            for name, field in _FIELDS.items()
        }
        parent = _number("eth_getBlockByNumber", mined.get("parentHash"))
        other = [name for name in told if told[name] != getattr(context, name)]
        actual: dict[str, Any] = {**told, "block_hashes": (parent,)}
        block = replace(self._block, context=replace(context, **actual))
        seen = py_evm.run_with(block, self._state, Policy.ethereum(), self._options)
        if any(one != two for _, _, one, two in layers(plain, seen)):
            names = ", ".join([*other, "block_hashes"])
            raise Unanswerable(f"the block depends on what it cannot be told: {names}")

    def _dictionary(self, method: str, *params: Any) -> dict[str, Any]:
        answer = self._ask(method, *params)
        if not isinstance(answer, dict):
            raise nonsense(method, answer)
        return answer

    def _receipt(self, index: int) -> TransactionOutcome:
        method = "eth_getTransactionReceipt"
        if index not in self._sent:
            return INVALID
        receipt = self._ask(method, self._sent[index])
        if receipt is None:
            return INVALID  # it stayed in the pool
        if not isinstance(receipt, dict):
            raise nonsense(method, receipt)
        success = _number(method, receipt.get("status")) == 1
        return TransactionOutcome(
            TransactionStatus.SUCCESS if success else TransactionStatus.REVERTED,
            reason=None,
            gas_used=_number(method, receipt.get("gasUsed")),
            return_data=self._output(index),
            logs=tuple(_logs(method, receipt)),
        )

    def _output(self, index: int) -> bytes:
        method = "debug_traceTransaction"
        trace = self._dictionary(method, self._sent[index], {"tracer": "callTracer"})
        return _bytes(method, trace.get("output") or "0x")

    def _accounts(self, as_ours: Outcome) -> Iterable[AccountDiff]:
        known = {
            slot.key for slot in self._state.slots.values() if slot.address == ACCOUNTS
        }
        known |= {item.address for item in as_ours.detail.accounts or ()}
        for number in sorted(known | {self._block.context.coinbase}):
            address, before = f"{number:#042x}", self._state.account(number)
            balance, nonce, code = (
                self._ask(method, address, "latest")
                for method in (
                    "eth_getBalance",
                    "eth_getTransactionCount",
                    "eth_getCode",
                )
            )
            made = _number("eth_getBalance", balance)
            code_hash = keccak256(_bytes("eth_getCode", code))
            new = made, _number("eth_getTransactionCount", nonce)
            old_hash = keccak256(self._state.code(number))
            if (*new, code_hash) != (before.balance, before.nonce, old_hash):
                yield AccountDiff(number, *new, int.from_bytes(code_hash, "big"))

    def _slots(self, as_ours: Outcome) -> Iterable[SlotDiff]:
        known = {
            (slot.address, slot.key)
            for slot in self._state.slots.values()
            if slot.address != ACCOUNTS
        }
        known |= {(item.address, item.key) for item in as_ours.detail.storage or ()}
        for address, key in sorted(known):
            method = "eth_getStorageAt"
            answer = self._ask(method, f"{address:#042x}", f"{key:#066x}", "latest")
            value = _number(method, answer)
            if value != (self._state.slot(address, key) or 0):
                yield SlotDiff(address, key, value)


def _logs(method: str, receipt: dict[str, Any]) -> Iterable[Log]:
    logs = receipt.get("logs")
    if not isinstance(logs, list) or not all(isinstance(log, dict) for log in logs):
        raise nonsense(method, receipt)
    for log in logs:
        topics = log.get("topics")
        if not isinstance(topics, list):
            raise nonsense(method, log)
        yield Log(
            _number(method, log.get("address")),
            tuple(_number(method, topic) for topic in topics),
            _bytes(method, log.get("data")),
        )


def _number(method: str, value: Any) -> int:
    if not isinstance(value, str) or not value.startswith("0x"):
        raise nonsense(method, value)
    try:
        return int(value, 16)
    except ValueError as error:
        raise nonsense(method, value) from error


def _bytes(method: str, value: Any) -> bytes:
    if not isinstance(value, str) or not value.startswith("0x"):
        raise nonsense(method, value)
    try:
        return bytes.fromhex(value[2:])
    except ValueError as error:
        raise nonsense(method, value) from error
