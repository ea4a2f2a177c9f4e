"""Faults in what v31 added to hooks, events, prices and facts of the block."""

from typing import Final

from fuzz.mutants.mutant import Table
from zkos.versions import Protocol

INTEROP_SYSTEM: Final = Table("interop", "zkos.guest", protocol=Protocol.V31)
_plant = INTEROP_SYSTEM.plant

# Hooks and events (v31 system spec 6)

_plant(
    "hook_for_anybody",
    "hooks.arguments",
    "    if not allowed:\n        return False\n",
    "    if not allowed and frame.value != 0:\n        return False\n",
    "anybody may call what only system contracts may",
)
_plant(
    "hook_takes_value",
    "hooks.arguments",
    "    if is_borrowed(call) or frame.value != 0:\n",
    "    if is_borrowed(call):\n",
    "hooks take ether",
)
_plant(
    "hook_in_static_call",
    "hooks.arguments",
    "    if frame.static:\n        call.revert()\n        return False\n",
    "    if frame.static and frame.value != 0:\n"
    "        call.revert()\n        return False\n",
    "hooks act in a static call",
)
_plant(
    "message_sender_shifted",
    "hooks.message_sender",
    "    sender = Address((high << 32) | U256(data.load_u32_be(16)))\n",
    "    sender = Address((high << 32) | U256(data.load_u32_be(15)))\n",
    "the last bytes of a message's sender are others",
)
_plant(
    "message_with_sender",
    "hooks.message_sender",
    "    message = data.window(SENDER_BYTES, data.length() - SENDER_BYTES)\n",
    "    message = data\n",
    "the message has its sender in front",
)
_plant(
    "minter_any_length",
    "hooks.minter",
    "    if data.length() != AMOUNT_BYTES:\n",
    "    if data.length() < AMOUNT_BYTES:\n",
    "more calldata than an amount makes ether",
)
_plant(
    "setter_for_deployer_only",
    "hooks.bytecode_setter",
    "caller == CONTRACT_DEPLOYER or caller == COMPLEX_UPGRADER):\n",
    "caller == CONTRACT_DEPLOYER):\n",
    "the upgrader may not set code",
)
_plant(
    "setter_code_free",
    "hooks.bytecode_setter",
    "    resources.charge(ERGS_FORCED_CODE_BYTE * U64(length), U64(0))\n",
    "    resources.charge(ERGS_FORCED_CODE_BYTE, U64(0))\n",
    "code by decree costs as one byte",
)
_plant(
    "root_from_offset",
    "state.interop_events",
    "        root = data.load_u256_be(64)\n",
    "        root = data.load_u256_be(32)\n",
    "a root is the length of its array",
)
_plant(
    "root_without_native",
    "state.interop_events",
    "        resources.charge(U64(0), NATIVE_INTEROP_ROOT)\n",
    "        resources.charge(U64(0), NATIVE_SETTLEMENT_LAYER)\n",
    "a root costs as a settlement layer",
)
_plant(
    "roots_survive_frames",
    "state.interop_events",
    "            self.chains.roots.truncate(self.roots_at[index])\n",
    "            self.chains.roots.truncate(self.chains.roots.length())\n",
    "roots of a reverted frame stay",
)
_plant(
    "layers_survive_frames",
    "state.interop_events",
    "            if self.forgets_layers:\n",
    "            if not self.forgets_layers:\n",
    "a settlement layer outlives its frame as upstream, and only there does not",
)
_plant(
    "events_of_anybody",
    "state.interop_events",
    "        if address == INTEROP_ROOTS and topics[0] == INTEROP_ROOT_ADDED:\n",
    "        if topics[0] == INTEROP_ROOT_ADDED:\n",
    "roots are added by whoever has a low address",
    reach="Needs the topic in an event of another low address.",
)
_plant(
    "root_topics_unchecked",
    "state.interop_events",
    "        if topics.length() != 3 or data.length() != ROOT_DATA_BYTES:\n",
    "        if topics.length() != 3 or data.length() < ROOT_DATA_BYTES:\n",
    "more data than a root is passed over",
)

# Prices and the block's facts

_plant(
    "absent_until_written",
    "state.whole_block",
    '    """Whether it is absent once it is written."""\n    return absent\n',
    '    """Whether it is absent once it is written."""\n    return False\n',
    "what was written is new no more, as before v31",
)
_plant(
    "absent_until_cleared",
    "state.whole_block",
    '    """Whether a slot is absent once its account was destroyed."""\n'
    "    return absent\n",
    '    """Whether a slot is absent once its account was destroyed."""\n'
    "    return True\n",
    "slots of a destroyed account are new",
)
_plant(
    "blob_fee_of_base_fee",
    "evm.instructions.priced_blobs",
    "    frame.push(frame.system.metadata.blob_base_fee())\n",
    "    frame.push(frame.system.metadata.basefee)\n",
    "BLOBBASEFEE is the base fee",
)
_plant(
    "blob_fee_unread",
    "system.blob_metadata",
    "        self.blob_fee = oracle.read_u256()\n",
    "        self.blob_fee = U256(1)\n",
    "the price of blobs is not read",
)
