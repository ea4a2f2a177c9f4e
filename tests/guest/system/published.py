"""Published blocks, taken apart: the caches as they were when the block was sealed.

The record of what a shipped image hashed lists every published slot and account with
its final value. Put back into the caches of an `Io`, in any order, they must give the
same pubdata, root and public input again.
"""

import json
import random
from dataclasses import dataclass
from pathlib import Path

from differential.runners.base import state_of_case
from zkos.guest.commitment.finish import BlockFinisher
from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.state.account import Account
from zkos.guest.state.events import Log
from zkos.guest.state.io import Io
from zkos.guest.state.report import Report
from zkos.guest.state.storage import Slot
from zkos.guest.system.metadata import Metadata
from zkos.guest.system.options import Options
from zkos.guest.system.oracle import Oracle
from zkos.host.accounts import keccak_bytes
from zkos.host.case import load_case
from zkos.host.channel import QueryChannel, WordChannel
from zkos.host.oracle import HonestOracle
from zkos.host.state import ACCOUNTS
from zkos.host.state import Slot as Place
from zkos.host.tree import hash_bytes
from zkos.lang.intrinsics import attach
from zkos.lang.ints import U32, U64, U256, Address, Bytes32
from zkos.lang.memory import List, view_of

FULL, ONLY_NONCE, ONLY_BALANCE, NONCE_AND_BALANCE, FULL_BY_HASH = 0, 1, 2, 3, 4
"""Formats of account diffs as the vectors number them."""


def number(text):
    return int(text, 16)


def value_length(data, position):
    """Bytes of the value encoding at `position`."""
    head = data[position]
    return 33 if head == 0 else 1 + (head >> 3)


def code_in(diff, data, position):
    """The code in a full account diff that starts at `position`."""
    position += 9
    position += value_length(data, position)
    position += value_length(data, position)
    length = int.from_bytes(data[position : position + 4], "big")
    assert length == diff["bytecode_len"]
    return data[position + 4 : position + 4 + length]


@dataclass
class Published:
    """A block with what the image `app` revealed of it."""

    name: str
    case: object
    reveal: dict
    public_inputs: dict[str, int]

    @property
    def pubdata(self):
        return bytes.fromhex(self.reveal["pubdata"][2:])


def published(folder: Path, name: str) -> Published:
    expected = json.loads((folder / f"{name}.expected.json").read_text())
    images = expected["images"]
    inputs = {key: number(image["output_bytes"]) for key, image in images.items()}
    case = load_case(folder / f"{name}.json")
    return Published(name, case, images["app"]["reveal"], inputs)


def account_before(state, place, no_code):
    account = Account(Address(place.key), no_code)
    old = state.account(place.key)
    for properties in (account, account.initial):
        properties.versioning = U64(old.versioning)
        properties.nonce = U64(old.nonce)
        properties.balance = U256(old.balance)
        properties.bytecode_hash = U256(int.from_bytes(old.bytecode_hash, "big"))
        properties.bytecode_length = U32(old.bytecode_length)
        properties.artifacts_length = U32(old.artifacts_length)
        properties.observable_hash = U256(int.from_bytes(old.observable_hash, "big"))
        properties.observable_length = U32(old.observable_length)
    return account


def change_account(io, preimages, account, diff, data, position):
    """Give an account the final properties that its diff tells."""
    if "nonce" in diff:
        account.nonce = U64(int(diff["nonce"]))
    if "balance" in diff:
        account.balance = U256(int(diff["balance"]))
    if diff["format"] not in (FULL, FULL_BY_HASH):
        return
    account.versioning = U64(number(diff["versioning"]))
    account.artifacts_length = U32(diff["artifacts_len"])
    account.observable_length = U32(diff["observable_len"])
    if diff["format"] == FULL_BY_HASH:
        account.not_publish = True
        digest = bytes.fromhex(diff["bytecode_hash"][2:])
        code = preimages.get(digest)
        account.bytecode_hash = U256(int.from_bytes(digest, "big"))
        account.bytecode_length = account.observable_length
        account.observable_hash = U256(int.from_bytes(keccak_bytes(code), "big"))
        return
    code = code_in(diff, data, position)
    digest = U256(int.from_bytes(hash_bytes(code), "big"))
    account.bytecode_hash = digest
    account.bytecode_length = U32(len(code))
    account.observable_hash = U256(int.from_bytes(keccak_bytes(code), "big"))
    io.preimages.keep(digest, view_of(code), U32(1))


def fill(io, state, block: Published, seed: int):
    """Put all published records into the caches, in a random order."""
    data = block.pubdata
    diffs = block.reveal["diffs"]
    random.Random(seed).shuffle(ordered := list(diffs))
    for diff in ordered:
        place = Place(number(diff["address"]), number(diff["key"]))
        position = data.index(place.flat_key()) + 32
        value = state.slot(*place)
        slot = Slot(
            Address(place.address), U256(place.key), U256(value or 0), value is None
        )
        slot.updated = True
        if "value" in diff:
            slot.current = U256(number(diff["value"]))
        io.storage.slots_of(slot.address).insert(slot.key, slot)
        io.storage.slots.append(slot)
        if place.address == ACCOUNTS:
            account = account_before(state, place, io.accounts.no_code)
            if "format" in diff:
                change_account(io, state.preimages, account, diff, data, position)
            io.accounts.by_address.insert(account.address, account)
            io.accounts.accounts.append(account)
    messages = iter(block.reveal["messages"])
    for log in block.reveal["logs"]:
        is_message = number(log["sender"]) == 0x8008
        content = bytes.fromhex(next(messages)[2:]) if is_message else b""
        io.events.logs.append(
            Log(
                U32(log["tx"]),
                is_message,
                Address(number(log["sender"])),
                U256(number(log["key"])),
                U256(number(log["value"])),
                view_of(content),
            )
        )


class Sealed:
    """The result of sealing a published block again under CPython."""

    def __init__(self, block: Published, option_word: int, seed: int = 0) -> None:
        state = state_of_case(block.case)
        context = block.case.blocks[0].context
        self.channel = QueryChannel(HonestOracle(state, context, []))
        engine = WordChannel(self.channel, (option_word,))
        attach(engine)
        try:
            oracle, keccak, blake2s = Oracle(), Keccak256(), Blake2s()
            options, metadata = Options(), Metadata(oracle)
            io = Io(oracle, blake2s, keccak, options)
            report = Report(options.report)
            fill(io, state, block, seed)
            finisher = BlockFinisher(
                io, oracle, metadata, options, keccak, blake2s, report
            )
            priority = List(Bytes32)
            for digest in block.reveal["priority_ops"]:
                priority.append(Bytes32(number(digest)))
            upgrade = block.reveal["blocks_output"]["upgrade_tx_hash"]
            self.public_input = int(
                finisher.run(Bytes32(0), Bytes32(number(upgrade)), priority)
            )
            engine.flush()
        finally:
            attach(None)
