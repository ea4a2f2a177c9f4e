"""Replay records and databases as a node of ZKsync OS writes them, of a chain.

Written from the node's formats, apart from what reads them; the chain is in the form of
`differential.importers.chain`.
"""

from pathlib import Path
from typing import Any

import rlp
from rocksdict import Options, Rdict

from tests.support.node_server import EXECUTIONS, Chain
from zkos.host.delivery import decode_transaction
from zkos.host.transactions import EncodedTransaction

NODE_VERSION = "0.20.6"
PROTOCOLS = {"v30": "0.30.2", "v31": "0.31.0", "v32": "0.32.0"}
WINDOW = 256
BLOOM = bytes(256)


# The numbers and strings of bincode


def number(value: int) -> bytes:
    for limit, mark, size in ((251, None, 1), (1 << 16, 251, 2), (1 << 32, 252, 4)):
        if value < limit:
            head = b"" if mark is None else bytes([mark])
            return head + value.to_bytes(size, "little")
    return b"\xfd" + value.to_bytes(8, "little")


def data(content: bytes) -> bytes:
    return number(len(content)) + content


def big(value: int) -> bytes:
    return data(value.to_bytes(32, "big"))


def items(entries: list[bytes]) -> bytes:
    return number(len(entries)) + b"".join(entries)


def context(chain: Chain, at: int, wire: int = 7) -> bytes:
    """The context of a block."""
    fields = chain.blocks[at]["block"]
    known = [int(name, 16) for name in chain.hashes[:at]][-WINDOW:]
    hashes = [0] * (WINDOW - len(known)) + known
    parts = [
        *(number(chain.chain_id), number(at), items([big(each) for each in hashes])),
        number(fields["timestamp"]),
        big(fields.get("eip1559_basefee", 0)),
        big(fields.get("pubdata_price", 0)),
        big(fields.get("native_price", 1)),
        data(bytes.fromhex(fields.get("coinbase", "0" * 40))),
        number(fields.get("gas_limit", 5000)),
        number(fields.get("pubdata_limit", 0)),
        big(0),
    ]
    if wire > 1:
        version = EXECUTIONS[chain.protocol]
        parts.append(number(fields.get("execution_version", version)))
    if wire > 3:
        parts.append(big(fields.get("blob_fee", 1)))
    return b"".join(parts)


def envelope(item: dict[str, Any]) -> bytes:
    """A transaction as it is stored: those from L1 in RLP too."""
    if "raw" in item:
        return bytes.fromhex(item["raw"])
    fields = decode_transaction(EncodedTransaction(bytes.fromhex(item["encoded"])))
    numbers = (
        *(fields.gas_limit, fields.gas_per_pubdata, fields.max_fee_per_gas),
        *(fields.max_priority_fee_per_gas or 0, fields.nonce, fields.value),
        fields.mint_value or 0,
    )
    content = [
        bytes.fromhex(item["hash"]),
        (fields.sender or 0).to_bytes(20, "big"),
        (fields.to or 0).to_bytes(20, "big"),
        *map(short, numbers),
        (fields.refund_recipient or 0).to_bytes(20, "big"),
        fields.data,
        list(fields.factory_deps),
        *(b"", b"", b""),
    ]
    return bytes([fields.kind.value]) + rlp.encode(content)


def short(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def envelopes(chain: Chain, at: int) -> bytes:
    return items([data(envelope(item)) for item in chain.blocks[at]["txs"]])


def record(chain: Chain, at: int, wire: int, forced: tuple[bytes, ...] = ()) -> bytes:
    """A replay record in a wire format."""
    before = chain.blocks[at - 1]["block"]["timestamp"]
    parts = [
        *(context(chain, at, wire), number(3), envelopes(chain, at), number(before)),
        *(data(NODE_VERSION.encode()), data(bytes(32))),
    ]
    if wire > 4:
        parts.append(data(PROTOCOLS[chain.protocol].encode()))
        parts.append(items([data(bytes(32)) + data(blob) for blob in forced]))
    if wire == 6:
        parts += [number(1), number(2)]
    if wire > 6:
        parts.append(number(300))
    return b"".join(parts)


# Databases


class Writer:
    """A database with columns."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True)
        options = Options(raw_mode=True)
        options.create_if_missing(True)
        self.database = Rdict(str(path), options)
        self.columns: dict[str, Any] = {}

    def put(self, column: str, key: bytes, value: bytes) -> None:
        if column not in self.columns:
            self.columns[column] = self.database.create_column_family(
                column, Options(raw_mode=True)
            )
        self.columns[column][key] = value

    def close(self) -> None:
        self.database.close()


def be(value: int) -> bytes:
    return value.to_bytes(8, "big")


def write_databases(
    content: dict[str, Any],
    folder: Path,
    *,
    compacted: int | None = None,
    repository: bool = True,
    wire: int = 7,
) -> Chain:
    """A node's folder; `compacted`: with the state after that block alone."""
    chain = Chain(content)
    replays = Writer(folder / "block_replay_wal")
    for at in range(len(chain.blocks)):
        replays.put("context", be(at), context(chain, at, wire))
        replays.put("txs", be(at), envelopes(chain, at))
        replays.put("node_version", be(at), NODE_VERSION.encode())
        replays.put("force_preimages", be(at), items([]))
    replays.put("latest", b"latest_block", be(len(chain.blocks) - 1))
    replays.close()
    if repository:
        _write_repository(chain, folder / "repository")
    names = ("state_full_diffs", "preimages_full_diffs")
    if compacted is not None:
        names = ("state", "preimages")
    state, preimages = (Writer(folder / name) for name in names)
    if compacted is None:
        for at, block in enumerate(chain.blocks):
            for key, value in block["expected"]["writes"]:
                state.put("data", bytes.fromhex(key) + be(at), bytes.fromhex(value))
    else:
        for key, value in chain.states[compacted + 1].items():
            state.put("storage", key, value)
        state.put("meta", b"base_block", be(compacted))
    for digest, blob in chain.preimages.items():
        preimages.put("storage", digest, blob)
    state.close()
    preimages.close()
    return chain


def _write_repository(chain: Chain, path: Path) -> None:
    table = Writer(path)
    for at, block in enumerate(chain.blocks):
        name = bytes.fromhex(chain.hashes[at][2:])
        hashes = [bytes.fromhex(item["hash"]) for item in block["txs"]]
        table.put("block_number_to_hash", be(at), name)
        table.put("block_data", name, rlp.encode([[b"a header"], hashes, []]))
        for position, item in enumerate(block["txs"]):
            digest = hashes[position]
            table.put("tx_receipt", digest, receipt_of(item))
            table.put("tx_meta", digest, facts_of(item, name, at, position))
    table.close()


def receipt_of(item: dict[str, Any]) -> bytes:
    expected = item["expected"]
    logs = [
        [
            bytes.fromhex(address),
            [bytes.fromhex(topic) for topic in topics],
            bytes.fromhex(content),
        ]
        for address, topics, content in expected["events"]
    ]
    l1_logs = []
    for text in expected["l2_to_l1_logs"]:
        log = bytes.fromhex(text)
        head = [short(log[0]), short(log[1]), short(int.from_bytes(log[2:4], "big"))]
        l1_logs.append([*head, log[4:24], log[24:56], log[56:]])
    kind = int(item["type"], 16)
    status = short(expected["status"])
    encoded = rlp.encode([status, short(12345), BLOOM, logs, l1_logs])
    return (bytes([kind]) if kind else b"") + encoded


def facts_of(item: dict[str, Any], name: bytes, at: int, position: int) -> bytes:
    expected = item["expected"]
    created = expected["contract_address"]
    tail = [] if created is None else [bytes.fromhex(created)]
    numbers = (at, 1, position, 1, 0, expected["gas_used"])
    return rlp.encode([name, *map(short, numbers), *tail])
