"""A chain that was logged, not kept: blocks whose state is known in part, as cases.

JSON, hexadecimal without 0x, told from other forms by its "chain_config". Nothing is
known of the state but what the blocks wrote, so blocks can be run from the first on
after which no transaction calls contracts of the genesis: those that come from L1 do.
With the contracts of the genesis at hand, blocks before it without such transactions
can be run too, each alone. Roots are not known; hashes, receipts, resources and what is
published are.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from differential.importers.node_json import (
    NUMBERS,
    STATUSES,
    Fields,
    address_of,
    data_of,
    entries,
    l1_logs_of,
    log_of,
    number_of,
    protocol_of,
    scheme_of,
)
from zkos.host.accounts import ENCODED_BYTES, Account, stored_code
from zkos.host.case import Block, Case, SlotState
from zkos.host.case_reader import Node, optional
from zkos.host.context import BlockContext, DataAvailability
from zkos.host.expected import (
    Batch,
    ExpectedBatch,
    ExpectedBlock,
    ExpectedTransaction,
)
from zkos.host.state import ACCOUNTS
from zkos.host.transactions import RawTransaction
from zkos.host.tree import hash_bytes

_FROM_L1: Final = (0x7E, 0x7F)


def is_logged(root: Node) -> bool:
    """Whether a JSON value has this form."""
    value = root.value
    return isinstance(value, dict) and "chain_config" in value


def read_logged(root: Node, genesis: Node | None) -> Iterator[tuple[str, Case]]:
    """The blocks that can be run as one case, then what can be run alone, with names.

    That is each extra transaction, and with the genesis each block before the first
    that sends nothing from L1. Raises CaseError.
    """
    chain = _Logged(root)
    yield "", chain.blocks()
    for number, case in enumerate(chain.extras()):
        yield f"_extra_{number}", case
    if genesis is not None:
        for case in chain.blocks_before(Genesis(genesis)):
            yield f"_{case.blocks[0].context.block_number}", case


class Genesis:
    """The contracts a chain begins with, in the form of a node's genesis.json."""

    def __init__(self, root: Node) -> None:
        members = root.members()
        for name in ("initial_contracts", "additional_storage"):
            if name not in members:
                root.fail(f"field {name} is missing")
        self.slots: Final[dict[tuple[int, int], int]] = {}
        """What lies where: accounts by their hash, and storage."""
        self.preimages: Final[list[bytes]] = []
        for item in members["initial_contracts"].items():
            place, content = entries(item, 2)
            code = content.data()
            account = Account.make(0, 1, code, deployed=True).encode()
            self.preimages.extend((account, stored_code(code)))
            hashed = int.from_bytes(hash_bytes(account), "big")
            self.slots[ACCOUNTS, place.number(160)] = hashed
        for address, storage in members["additional_storage"].members().items():
            owner = storage.renamed(address).number(160)
            for key, value in storage.members().items():
                self.slots[owner, value.renamed(key).number()] = value.number()


class _Logged:
    def __init__(self, root: Node) -> None:
        self._members = Fields(root)
        self._config = Fields(self._members["chain_config"])
        self._blocks = [Fields(node) for node in self._members["chain"].items()]
        self._batches = [Fields(node) for node in self._members["batches"].items()]
        self._preimages = {
            hash_bytes(data): data
            for data in map(data_of, self._members["preimages"].members().values())
        }
        self._protocol = protocol_of(self._members["protocol"])

    def blocks(self) -> Case:
        """All blocks after the last one with a transaction from L1."""
        first = self._first()
        return self._case(
            tuple(map(self._block, range(first, len(self._blocks)))),
            self._written(first),
            tuple(self._batches_since(first)),
        )

    def extras(self) -> Iterator[Case]:
        """Single transactions on the state at the end, the sender's nonce set back."""
        last = len(self._blocks)
        for node in self._members["extra"].items():
            extra = Fields(node)
            sender = self._sender(first := self._first())
            slots = self._written(last)
            place = ACCOUNTS, sender
            account = self._preimages.get(slots.get(place, 0).to_bytes(32, "big"))
            if account is None or len(account) != ENCODED_BYTES:
                node.fail(f"nothing is known of the sender {sender:#042x}")
            nonce = extra["sender_nonce"].number(64)
            encoded = Account.decode(account)._replace(nonce=nonce).encode()
            slots[place] = int.from_bytes(hash_bytes(encoded), "big")
            raw = RawTransaction(data_of(extra["raw"]), sender)
            expected = ExpectedBlock(transactions=(_receipt(extra),))
            block = Block(self._context(first), (raw,), expected=expected)
            yield self._case((block,), slots, (), encoded)

    def blocks_before(self, genesis: Genesis) -> Iterator[Case]:
        """Each block alone that has nothing from L1 and comes before the others."""
        for index in range(1, self._first()):
            sent = self._blocks[index]["txs"].items()
            if not sent or any(_kind(Fields(node)) in _FROM_L1 for node in sent):
                continue
            slots = {**genesis.slots, **self._written(index)}
            yield self._case((self._block(index),), slots, (), *genesis.preimages)

    def _first(self) -> int:
        """The first block that can be run."""
        chain = self._members["chain"]
        from_l1 = [
            index
            for index, block in enumerate(self._blocks)
            for node in block["txs"].items()
            if _kind(Fields(node)) in _FROM_L1
        ]
        if not from_l1:
            chain.fail("no transaction from L1 after which the state is known")
        first = 1 + from_l1[-1]
        if first == len(self._blocks):
            chain.fail("no block after the last transaction from L1")
        return first

    def _sender(self, first: int) -> int:
        """Who sent the first transaction of a block."""
        sent = self._blocks[first]["txs"]
        if not sent.items():
            sent.fail("no transaction, so who sent the extra ones is not known")
        return address_of(Fields(sent.items()[0])["from"])

    def _scheme(self) -> DataAvailability:
        """How the blocks are published."""
        if not self._batches:
            self._members["batches"].fail("no batch")
        return scheme_of(self._batches[0]["da_commitment_scheme"])

    def _case(
        self,
        blocks: tuple[Block, ...],
        slots: Mapping[tuple[int, int], int],
        batches: tuple[Batch, ...],
        *further: bytes,
    ) -> Case:
        return Case(
            blocks,
            tree=tuple(SlotState(*place, value) for place, value in slots.items()),
            preimages=(*self._preimages.values(), *further),
            protocol=self._protocol,
            batches=batches,
        )

    def _written(self, end: int) -> dict[tuple[int, int], int]:
        """What the blocks before have left."""
        slots: dict[tuple[int, int], int] = {}
        for block in self._blocks[:end]:
            for node in Fields(block["expected"])["writes"].items():
                address, key, value = entries(node, 3)
                slots[address_of(address), number_of(key)] = number_of(value)
        return slots

    def _block(self, index: int) -> Block:
        node = self._blocks[index]
        expected = Fields(node["expected"])
        items = [Fields(item) for item in node["txs"].items()]
        return Block(
            self._context(index),
            tuple(
                RawTransaction(data_of(item["raw"]), address_of(item["from"]))
                for item in items
            ),
            expected=ExpectedBlock(
                block_hash=number_of(expected["block_hash"]),
                pubdata=optional(expected.get("pubdata"), data_of, None),
                transactions=tuple(map(_receipt, items)),
                l1_logs=tuple(log for item in items for log in l1_logs_of(item)),
            ),
        )

    def _context(self, index: int) -> BlockContext:
        fields = Fields(self._blocks[index]["block"])
        values: dict[str, Any] = {name: fields[name].number() for name in NUMBERS}
        before = self._blocks[:index]
        hashes = [
            number_of(Fields(block["expected"])["block_hash"])
            for block in reversed(before)
        ]
        genesis = Fields(self._members["genesis"])["block_hash"]
        return BlockContext(
            **values,
            coinbase=address_of(fields["coinbase"]),
            max_tx_gas_limit=self._config["max_tx_gas_limit"].number(64),
            proves_fri=self._config["fri_proof_verification_enabled"].boolean(),
            block_hashes=(*hashes, number_of(genesis)),
            last_block_timestamp=Fields(before[-1]["block"])["timestamp"].number(),
            da=self._scheme(),
        )

    def _batches_since(self, first: int) -> Iterator[Batch]:
        for batch in self._batches:
            start, end = (
                item.number() - 1 - first for item in entries(batch["blocks"], 2)
            )
            if start >= 0:
                expected = ExpectedBatch(
                    batch_output_hash=number_of(batch["batch_output"]),
                    logs_root=number_of(batch["l2_to_l1_logs_root"]),
                    da_commitment=number_of(batch["da_commitment"]),
                )
                yield Batch(start, end, expected)


def _receipt(fields: Mapping[str, Node]) -> ExpectedTransaction:
    receipt = Fields(fields["expected"])
    created = receipt.get("contract_address")
    return ExpectedTransaction(
        status=STATUSES[receipt["status"].number(1)],
        gas_used=receipt["gas_used"].number(),
        native_used=receipt["computational_native"].number(),
        pubdata_used=receipt["pubdata_used"].number(),
        logs=tuple(map(log_of, receipt["events"].items())),
        hash=number_of(fields["hash"]),
        created=0 if created is None or created.value is None else address_of(created),
    )


def _kind(fields: Mapping[str, Node]) -> int:
    return fields["type"].number(8)
