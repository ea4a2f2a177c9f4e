"""Faults in the system: storage, accounts, rollback, pubdata, commitments."""

from typing import Final

from fuzz.mutants.mutant import Table

SYSTEM: Final = Table("system", "zkos.guest.system")
_plant = SYSTEM.plant

_plant(
    "slot_revert_value",
    "storage",
    "            slot.current = undo.current\n",
    "            if undo.journaled != 0:\n"
    "                slot.current = undo.current\n",
    "the first write of a transaction survives a revert",
)
_plant(
    "slot_revert_unset",
    "storage",
    "            slot.unset = undo.unset\n",
    "",
    "a reverted first write leaves the slot set: later writes are cheaper",
)
_plant(
    "slot_revert_updated",
    "storage",
    "            slot.updated = undo.updated\n",
    "",
    "slots touched in reverted frames are published (zksync-os #25)",
)
_plant(
    "slot_revert_warm",
    "storage",
    "            slot.touched_in = undo.touched_in\n",
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
    "slot_new_native",
    "storage",
    "NATIVE_SLOT_COLD_NEW if first else NATIVE_SLOT_COLD",
    "NATIVE_SLOT_COLD if first else NATIVE_SLOT_COLD",
    "absent slots cost one proof of native only",
)
_plant(
    "slot_recent_address",
    "storage",
    "if recent.address == address and self.addresses.length() != 0:",
    "if U256(recent.address) << 96 == U256(address) << 96 "
    "and recent.slots.length() != 0:",
    "addresses are taken for the one before if their low 160 bits agree",
    harmless="addresses have 160 bits",
)
_plant(
    "account_revert_warm",
    "accounts",
    "        account.touched_in = self.touched_in\n",
    "",
    "accounts stay warm after a revert",
)
_plant(
    "account_revert_nonce",
    "account",
    """        self.versioning = properties.versioning
        self.nonce = properties.nonce
        self.balance = properties.balance
        self.bytecode_hash""",
    """        self.versioning = properties.versioning
        self.balance = properties.balance
        self.bytecode_hash""",
    "nonces survive a revert",
)
_plant(
    "account_empty",
    "account",
    "return self.nonce == 0 and self.bytecode_length == 0 and self.balance == 0",
    "return self.bytecode_length == 0 and self.balance == 0",
    "an account with a nonce only counts as empty (EIP-161)",
    reach="Needs a call with value to an account that has a nonce only.",
)
_plant(
    "extcodehash_empty",
    "account",
    "        if self.nonce == 0 and self.balance == 0:\n            return U256(0)",
    "        if self.balance == 0:\n            return U256(0)",
    "EXTCODEHASH of an account with a nonce only is 0 (EIP-1052)",
)
_plant(
    "precompile_cold",
    "accounts",
    "address <= HIGHEST_PRECOMPILE",
    "address < HIGHEST_PRECOMPILE",
    "the last precompile is cold at first",
)
_plant(
    "listed_price",
    "accounts",
    "ERGS_ACCOUNT_LISTED if access is Access.LISTED else U64(0)",
    "ERGS_ACCOUNT_LISTED if access is Access.DESTRUCT else U64(0)",
    "accounts of an access list cost nothing",
)
_plant(
    "destruct_any",
    "deployment",
    "account.deployed_in == accounts.transaction",
    "account.deployed_in + 1 >= accounts.transaction",
    "any contract can be destroyed in the first transaction (zksync-os #117)",
)
_plant(
    "destruct_keeps_account",
    "accounts",
    "                account.restore(Properties())\n",
    "",
    "a destroyed account is not zeroed (zksync-os #107)",
)
_plant(
    "destruct_keeps_slots",
    "storage",
    """            slot.current = U256(0)
            slot.unset = True""",
    """            slot.unset = True""",
    "slots of a destroyed account keep their values",
)
_plant(
    "destruct_to_itself",
    "deployment",
    "        elif destroyed:\n",
    "        elif not destroyed:\n",
    "an old contract burns its ether by destroying itself for itself",
)
_plant(
    "destruct_heir_price",
    "deployment",
    "            and heir.balance == amount\n",
    "",
    "SELFDESTRUCT pays for a new account that had ether",
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
    "pubdata_tie",
    "diff_encoding",
    "    if final_length < length:",
    "    if final_length <= length:",
    "of two encodings as short the later one is taken",
)
_plant(
    "pubdata_message_length",
    "events",
    "total = total + MESSAGE_LENGTH_BYTES + U64(log.data.length())",
    "total = total + U64(log.data.length())",
    "the length of a message is not counted as pubdata",
)
_plant(
    "log_tree_odd",
    "commitment",
    "parents = (count + 1) >> 1",
    "parents = (count >> 1) + (U32(1) if count == 1 else U32(0))",
    "the last of an odd number of logs is not in the batch",
)
_plant(
    "cache_order",
    "sort",
    "    return limb_0 | limb_1 | (number >> 128)",
    "    return number",
    "slots in the order of addresses as numbers (state spec 10)",
)
_plant(
    "sort_unstable",
    "sort",
    "        if keys[order[right]] < keys[spare[left]]:",
    "        if keys[order[right]] <= keys[spare[left]]:",
    "equal keys change places",
    harmless="keys are never equal",
)
_plant(
    "tree_link",
    "tree",
    "if rank != 0 and self.predecessors[order[rank - 1]] is previous:",
    "if rank > 1 and self.predecessors[order[rank - 1]] is previous:",
    "two new leaves between the same old ones are linked wrongly",
)
