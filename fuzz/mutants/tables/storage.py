"""Faults in slots, transient storage, refunds, rollback, logs and pubdata counting."""

from typing import Final

from fuzz.mutants.mutant import Table

STORAGE: Final = Table("state", "zkos.guest.state")
_plant = STORAGE.plant

_plant(
    "slot_revert_value",
    "plain_slot",
    "        slot.current = self.current\n",
    "        if self.journaled != 0:\n            slot.current = self.current\n",
    "the first write of a transaction survives a revert",
)
_plant(
    "slot_revert_unset",
    "plain_slot",
    "        slot.unset = self.unset\n",
    "",
    "a reverted first write leaves the slot set: later writes are cheaper",
)
_plant(
    "slot_revert_warm",
    "plain_slot",
    "        slot.touched_in = self.touched_in\n",
    "",
    "slots stay warm after a revert",
)
_plant(
    "slot_original",
    "storage",
    "if slot.original_in != self.transaction:",
    "if slot.original_in == 0:",
    "the original value is that of the first write in the block",
)
_plant(
    "slot_set_price",
    "storage",
    "ERGS_SLOT_SET if slot.original == 0 else",
    "ERGS_SLOT_SET if slot.initial == 0 else",
    "setting a slot is priced by its value before the block",
)
_plant(
    "slot_cold_write",
    "storage",
    "ergs = ERGS_SLOT_COLD_WRITE if cold else U64(0)",
    "ergs = U64(0) if cold else ERGS_SLOT_COLD_WRITE",
    "warm and cold writes confused (evmone #1448)",
)
_plant(
    "slot_recent_address",
    "storage",
    "if recent.address == address:",
    "if U256(recent.address) << 96 == U256(address) << 96:",
    "addresses are taken for the one before if their low 160 bits agree",
    harmless="addresses have 160 bits",
)
_plant(
    "destruct_keeps_slots",
    "storage",
    """            slot.current = U256(0)
            slot.unset = after_clearing(slot.unset)""",
    """            slot.unset = after_clearing(slot.unset)""",
    "slots of a destroyed account keep their values",
)
_plant(
    "transient_revert",
    "transient",
    "            cell.value = undo.value\n",
    "",
    "transient storage survives a revert (EELS #911)",
    reach="Needs TSTORE in a reverted frame and TLOAD after it.",
)
_plant(
    "transient_kept",
    "transient",
    "return cell.value if cell.written_in == self.transaction else U256(0)",
    "return cell.value",
    "transient storage survives the transaction (zksync-os #25)",
    reach="Needs TLOAD of what an earlier transaction stored.",
)
_plant(
    "transient_journal",
    "transient",
    "            self.journal[index].cell.journaled = U32(0)\n",
    "            self.journal[index].cell.value = U256(0)\n",
    "a cell written in an earlier transaction is not saved before a change",
    reach="Needs the same transient cell in two transactions and a revert.",
)
_plant(
    "logs_revert",
    "frames",
    "            self.events.logs.truncate(snapshot.logs)\n",
    "",
    "messages of reverted frames are sent to L1",
)
_plant(
    "events_revert",
    "frames",
    "            self.events.events.truncate(snapshot.events)\n",
    "",
    "events of reverted frames are kept",
)
_plant(
    "pubdata_base",
    "pubdata_counter",
    "slot.current == slot.initial",
    "slot.current == slot.original",
    "pubdata is counted against the start of the transaction",
)
_plant(
    "pubdata_message_length",
    "event_log",
    "total = total + MESSAGE_LENGTH_BYTES + U64(log.data.length())",
    "total = total + U64(log.data.length())",
    "the length of a message is not counted as pubdata",
)
_plant(
    "slot_unset_native",
    "storage",
    "return NATIVE_SLOT_COLD_UNSET if slot.unset else NATIVE_SLOT_COLD",
    "return NATIVE_SLOT_COLD_UNSET if slot.is_new else NATIVE_SLOT_COLD",
    "slots are absent to native also after they were written",
)
_plant(
    "slot_write_native",
    "plain_slot",
    "NATIVE_SLOT_WRITE_UNSET if self.unset else NATIVE_SLOT_WRITE",
    "NATIVE_SLOT_WRITE_UNSET if self.current == 0 else NATIVE_SLOT_WRITE",
    "native for a write depends on the value, not on the appearance",
)
_plant(
    "slot_cold_again",
    "storage",
    "            if slot.touched_in == self.transaction:\n                return slot",
    "            if slot.touched_in != 0:\n                return slot",
    "slots stay warm after the transaction",
)
_plant(
    "refund_cleared",
    "storage",
    """        if value == 0:
            refund = refund.saturating_add(REFUND_SLOT_CLEARED)
        return refund
    if original == 0""",
    """        if value == 0 and original != 0:
            refund = refund.saturating_add(REFUND_SLOT_UNSET)
        return refund
    if original == 0""",
    "clearing a slot refunds as unsetting one",
)
_plant(
    "refund_taken_back",
    "storage",
    "        refund = refund.saturating_sub(REFUND_SLOT_CLEARED)\n",
    "        refund = refund.saturating_sub(0)\n",
    "a refund stays when the slot is set again",
    reach="Needs a slot that is cleared and set in a transaction.",
)
_plant(
    "refund_restored",
    "storage",
    """    if value == original:
        refund = refund.saturating_add(REFUND_SLOT_RESTORED)
""",
    "",
    "restoring a slot refunds nothing",
    reach="Needs a slot that gets its value back in a transaction.",
)
_plant(
    "refund_unset",
    "storage",
    "return refund.saturating_add(REFUND_SLOT_UNSET) if value == 0 else refund",
    "return refund",
    "unsetting a slot again refunds nothing",
)
_plant(
    "refund_same_value",
    "storage",
    "        if runs_code(environment) and value != slot.current:\n",
    "        if runs_code(environment):\n",
    "writing 0 to an empty slot brings a refund",
)
_plant(
    "refund_block_original",
    "storage",
    "    original = slot.original\n    if slot.current == original:\n",
    "    original = slot.initial\n    if slot.current == original:\n",
    "refunds compare with the value before the block",
    reach="Needs a slot written by two transactions of a block.",
)
_plant(
    "refund_kept",
    "storage",
    "        self.frame_start = U32(0)\n        self.refund = U32(0)\n"
    "        self.transaction",
    "        self.frame_start = U32(0)\n        self.transaction",
    "refunds are kept for the next transaction",
)
_plant(
    "refund_reverted",
    "frames",
    "            self.storage.refund = snapshot.refund\n",
    "",
    "refunds of reverted frames are kept",
)
_plant(
    "pubdata_untouched",
    "pubdata_counter",
    "if undo.journaled != 0 or slot.current == slot.initial:",
    "if undo.journaled != 0:",
    "pubdata is counted for slots that are back at the block's value",
)
_plant(
    "pubdata_account_slots",
    "pubdata_counter",
    "if slot.current != undo.current and slot.address != ACCOUNT_PROPERTIES:",
    "if slot.current != undo.current:",
    "the hashes of accounts count as pubdata, too",
    harmless="they are written when the block is sealed",
)
_plant(
    "pubdata_account_key",
    "pubdata_counter",
    """            if account.changed_since(undo.properties):
                total = total + KEY_BYTES
""",
    """            if account.changed_since(undo.properties):
""",
    "the key of an account is not counted as pubdata (before v30)",
)
_plant(
    "logs_number",
    "event_log",
    "        self.first_log = self.logs.length()\n",
    "        self.first_log = U32(0)\n",
    "logs of earlier transactions count as pubdata again",
)
_plant(
    "event_number",
    "io",
    "        self.transaction_number = self.transaction_number + 1\n",
    "        self.transaction_number = self.transaction_number + 2\n",
    "transactions are counted by two",
)
_plant(
    "log_sender",
    "io",
    """                False,
                BOOTLOADER,
""",
    """                False,
                L1_MESSENGER,
""",
    "results of transactions from L1 come from the messenger",
)
_plant(
    "message_native",
    "io",
    "message_native(data.length()))\n        digest = self.keccak(resources, data)\n",
    "message_native(U32(0)))\n        digest = self.keccak(resources, data)\n",
    "native for a message does not depend on its length",
)
