"""A node on loopback that serves a chain over JSON-RPC, as ZKsync OS nodes do.

The chain is in the form of `differential.importers.chain`: what nodes have recorded, or
`tests.support.node_chain` has made.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import rlp

from zkos.host.accounts import Account
from zkos.host.delivery import decode_transaction
from zkos.host.state import ACCOUNTS, Slot
from zkos.host.transactions import EncodedTransaction

FEES = ("maxPriorityFeePerGas", "maxFeePerGas")
CALL = ("gas", "to", "value", "input")
ITEMS = {
    0: ("nonce", "gasPrice", *CALL),
    1: ("chainId", "nonce", "gasPrice", *CALL, "accessList"),
    2: ("chainId", "nonce", *FEES, *CALL, "accessList"),
    4: ("chainId", "nonce", *FEES, *CALL, "accessList", "authorizationList"),
}
AUTHORIZATION = ("chainId", "address", "nonce", "yParity", "r", "s")
EXECUTIONS = {"v30": 5, "v31": 6, "v32": 7}
OPERATOR = 0x8001
SERVICE = 0x7D


class Refusal(Exception):
    """An error of JSON-RPC."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.error = {"code": code, "message": message}


class Chain:
    """What a node knows."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.blocks = content["chain"]
        self.protocol = content["protocol"]
        self.preimages = {
            hashlib.blake2s(blob).digest(): blob
            for blob in map(bytes.fromhex, content["preimages"])
        }
        self.hashes = ["0x" + block["expected"]["block_hash"] for block in self.blocks]
        self.states: list[dict[bytes, bytes]] = [{}]
        for block in self.blocks:
            written = {
                bytes.fromhex(key): bytes.fromhex(value)
                for key, value in block["expected"]["writes"]
            }
            self.states.append(self.states[-1] | written)
        self.chain_id = self.blocks[1]["block"]["chain_id"]

    # State

    def value(self, place: Slot, number: int) -> bytes:
        return self.states[number + 1].get(place.flat_key(), bytes(32))

    def account(self, address: str, number: int) -> Account:
        digest = self.value(Slot(ACCOUNTS, int(address, 16)), number)
        return Account.decode(self.preimages[digest]) if any(digest) else Account()

    def code(self, address: str, number: int) -> bytes:
        account = self.account(address, number)
        if not account.bytecode_length:
            return b""
        return self.preimages[account.bytecode_hash][: account.bytecode_length]

    # Blocks

    def number_of(self, name: str) -> int | None:
        return self.hashes.index(name) if name in self.hashes else None

    def header(self, number: int | None, *, full: bool) -> dict[str, Any] | None:
        if number is None or number >= len(self.blocks):
            return None
        block = self.blocks[number]
        context = block["block"]
        sent = [self.transaction(item) for item in block["txs"]]
        return {
            "number": hex(number),
            "hash": self.hashes[number],
            "parentHash": self.hashes[number - 1] if number else "0x" + "0" * 64,
            "timestamp": hex(context["timestamp"]),
            "gasLimit": hex(context.get("gas_limit", 5000)),
            "baseFeePerGas": hex(context.get("eip1559_basefee", 0)),
            "miner": "0x" + context.get("coinbase", "0" * 40),
            "mixHash": "0x" + "0" * 64,
            "stateRoot": "0x" + "0" * 64,
            "transactions": sent if full else [item["hash"] for item in sent],
        }

    def metadata(self, number: int) -> dict[str, Any] | None:
        if number >= len(self.blocks):
            return None
        context = self.blocks[number]["block"]
        return {
            "pubdata_price_per_byte": hex(context["pubdata_price"]),
            "native_price": hex(context["native_price"]),
            "execution_version": context.get(
                "execution_version", EXECUTIONS[self.protocol]
            ),
        }

    def transaction(self, item: dict[str, Any]) -> dict[str, Any]:
        shown = {"hash": "0x" + item["hash"], "type": hex(int(item["type"], 16))}
        if "from" in item:
            shown["from"] = "0x" + item["from"]
        if "encoded" in item:
            return shown | from_l1(bytes.fromhex(item["encoded"]))
        raw = bytes.fromhex(item["raw"])
        if raw[0] == SERVICE:
            to, call, salt = rlp.decode(raw[1:])
            return shown | {
                "from": f"{OPERATOR:#042x}",
                "initiator": f"{OPERATOR:#042x}",
                "to": "0x" + to.hex(),
                "input": "0x" + call.hex(),
                "salt": int.from_bytes(salt, "big"),
            }
        return shown | signed(raw)

    def receipts(self, number: int) -> list[dict[str, Any]]:
        return [self.receipt(item) for item in self.blocks[number]["txs"]]

    def receipt_of(self, name: str) -> dict[str, Any] | None:
        for block in self.blocks:
            for item in block["txs"]:
                if "0x" + item["hash"] == name:
                    return self.receipt(item)
        return None

    def receipt(self, item: dict[str, Any]) -> dict[str, Any]:
        expected = item["expected"]
        created = expected["contract_address"]
        return {
            "transactionHash": "0x" + item["hash"],
            "type": hex(int(item["type"], 16)),
            "status": hex(expected["status"]),
            "gasUsed": hex(expected["gas_used"]),
            "from": "0x" + item.get("from", f"{OPERATOR:040x}"),
            "contractAddress": None if created is None else "0x" + created,
            "logs": [
                {
                    "address": "0x" + address,
                    "topics": ["0x" + topic for topic in topics],
                    "data": "0x" + data,
                }
                for address, topics, data in expected["events"]
            ],
            "l2ToL1Logs": [
                {
                    "sender": "0x" + log[8:48],
                    "key": "0x" + log[48:112],
                    "value": "0x" + log[112:],
                }
                for log in expected["l2_to_l1_logs"]
            ],
        }

    def answer(self, method: str, given: list[Any]) -> Any:
        if method not in METHODS:
            raise Refusal(-32601, f"Method not found: {method}")
        return METHODS[method](self, *given)


def from_l1(body: bytes) -> dict[str, Any]:
    fields = decode_transaction(EncodedTransaction(body))
    return {
        "from": f"{fields.sender:#042x}",
        "initiator": f"{fields.sender:#042x}",
        "to": f"{fields.to:#042x}",
        "gas": hex(fields.gas_limit),
        "gasPerPubdataByteLimit": hex(fields.gas_per_pubdata),
        "maxFeePerGas": hex(fields.max_fee_per_gas),
        "maxPriorityFeePerGas": hex(fields.max_priority_fee_per_gas or 0),
        "nonce": hex(fields.nonce),
        "value": hex(fields.value),
        "toMint": hex(fields.mint_value or 0),
        "refundRecipient": f"{fields.refund_recipient or 0:#042x}",
        "input": "0x" + fields.data.hex(),
        "factoryDeps": ["0x" + item.hex() for item in fields.factory_deps],
        "v": "0x0",
        "r": "0x" + "0" * 64,
        "s": "0x" + "0" * 64,
        "yParity": "0x0",
    }


def signed(raw: bytes) -> dict[str, Any]:
    kind = raw[0] if raw[0] < 0x80 else 0
    items = rlp.decode(raw[1:] if kind else raw)
    names = (*ITEMS[kind], "yParity" if kind else "v", "r", "s")
    shown = {}
    for name, item in zip(names, items, strict=True):
        match name:
            case "to":
                shown[name] = "0x" + item.hex() if item else None
            case "input":
                shown[name] = "0x" + item.hex()
            case "accessList":
                shown[name] = [
                    {
                        "address": "0x" + address.hex(),
                        "storageKeys": ["0x" + key.hex() for key in keys],
                    }
                    for address, keys in item
                ]
            case "authorizationList":
                shown[name] = [authorization(entry) for entry in item]
            case _:
                shown[name] = hex(int.from_bytes(item, "big"))
    return shown


def authorization(entry: list[bytes]) -> dict[str, Any]:
    shown = {
        name: hex(int.from_bytes(item, "big"))
        for name, item in zip(AUTHORIZATION, entry, strict=True)
    }
    return shown | {"address": "0x" + entry[1].hex()}


def slot_at(chain: Chain, address: str, key: str, at: str) -> str:
    place = Slot(int(address, 16), int(key, 16))
    return "0x" + chain.value(place, int(at, 16)).hex()


METHODS: dict[str, Callable[..., Any]] = {
    "eth_chainId": lambda chain: hex(chain.chain_id),
    "eth_getBlockByHash": lambda chain, name, full: chain.header(
        chain.number_of(name), full=full
    ),
    "eth_getBlockByNumber": lambda chain, at, full: chain.header(
        int(at, 16), full=full
    ),
    "zks_getBlockMetadataByNumber": lambda chain, number: chain.metadata(number),
    "eth_getBlockReceipts": lambda chain, at: chain.receipts(int(at, 16)),
    "eth_getTransactionReceipt": lambda chain, name: chain.receipt_of(name),
    "eth_getStorageAt": slot_at,
    "eth_getBalance": lambda chain, address, at: hex(
        chain.account(address, int(at, 16)).balance
    ),
    "eth_getTransactionCount": lambda chain, address, at: hex(
        chain.account(address, int(at, 16)).nonce
    ),
    "eth_getCode": lambda chain, address, at: (
        "0x" + chain.code(address, int(at, 16)).hex()
    ),
}


class Node:
    """The server, and what it was asked."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.url = ""
        self.asked: list[str] = []
        self.meddle: Callable[[str, Any], Any] = lambda _, answer: answer
        """Changes answers, by method."""
        self.status = 200
        self.working: int | None = None
        """How many questions it still answers."""

    def reply(self, content: bytes) -> tuple[int, bytes]:
        request = json.loads(content)
        method = request["method"]
        self.asked.append(method)
        if self.working is not None:
            self.working -= 1
            if self.working < 0:
                return 500, b""
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": request["id"]}
        try:
            found = self.chain.answer(method, request["params"])
            answer["result"] = self.meddle(method, found)
        except Refusal as refusal:
            answer["error"] = refusal.error
        return self.status, json.dumps(answer).encode()


@contextmanager
def serving(content: dict[str, Any]) -> Iterator[Node]:
    """A node with a chain, until the end."""
    node = Node(Chain(content))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            status, body = node.reply(self.rfile.read(size))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    node.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield node
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
