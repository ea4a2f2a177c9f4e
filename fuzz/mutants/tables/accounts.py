"""Faults in accounts: warmness, code, jump maps, deployment, delegation, diffs."""

from typing import Final

from fuzz.mutants.mutant import Table

ACCOUNTS: Final = Table("state", "zkos.guest.state")
_plant = ACCOUNTS.plant

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
    "destruct_keeps_account",
    "accounts",
    "                account.restore(Properties())\n",
    "",
    "a destroyed account is not zeroed (zksync-os #107)",
)
_plant(
    "destruct_to_itself",
    "stored_deployment",
    "        elif destroyed:\n",
    "        elif not destroyed:\n",
    "an old contract burns its ether by destroying itself for itself",
)
_plant(
    "destruct_heir_price",
    "stored_deployment",
    "            and heir.balance == amount\n",
    "",
    "SELFDESTRUCT pays for a new account that had ether",
)
_plant(
    "pubdata_tie",
    "diff_encoding",
    "    if final_length < length:",
    "    if final_length <= length:",
    "of two encodings as short the later one is taken",
)
_plant(
    "destruct_any",
    "stored_deployment",
    "account.deployed_in == accounts.transaction",
    "account.deployed_in + 1 >= accounts.transaction",
    "any contract can be destroyed in the first transaction (zksync-os #117)",
)
_plant(
    "destruct_once",
    "accounts",
    "                account.deconstructed = False\n",
    "",
    "a destroyed account is wiped again by later transactions (zksync-os #227)",
)
_plant(
    "account_unset_native",
    "accounts",
    "self.backing.account_native(account.unset)",
    "self.backing.account_native(False)",
    "an account that is still absent costs as one that is there",
)
_plant(
    "account_unset_written",
    "accounts",
    """        account.nonce = after
        account.unset = after_write(account.unset)
""",
    """        account.nonce = after
""",
    "an account with a nonce only stays absent to native",
)
_plant(
    "account_unset_reverted",
    "accounts",
    "        account.unset = self.unset\n",
    "",
    "an account whose creation was reverted is no longer absent to native",
)
_plant(
    "account_cold_again",
    "accounts",
    "            if account.touched_in == self.transaction:\n",
    "            if account.touched_in != 0:\n",
    "accounts stay warm after the transaction",
)
_plant(
    "p256_cold",
    "accounts",
    "            return P256_IS_PRECOMPILE and not self.p256_is_cold\n",
    "            return P256_IS_PRECOMPILE and self.p256_is_cold\n",
    "the precompile of P-256 is cold at first, as upstream",
)
_plant(
    "precompile_zero",
    "accounts",
    "return address != 0 and address <= HIGHEST_PRECOMPILE",
    "return address <= HIGHEST_PRECOMPILE",
    "address 0 is never cold",
)
_plant(
    "code_paid_once",
    "accounts",
    """            resources.charge(U64(0), code_native(length))
            if account.code.hash != digest:
""",
    """            if account.code.hash != digest:
                resources.charge(U64(0), code_native(length))
""",
    "code is paid for the first time only",
)
_plant(
    "code_padding_unpaid",
    "accounts",
    "            resources.charge(U64(0), code_native(length))\n",
    "            resources.charge(U64(0), code_native(account.code_length))\n",
    "padding and map are not paid for when code is read",
)
_plant(
    "code_stale",
    "accounts",
    """        if account.code.hash != digest:
            account.code = self.backing.code(account)
        return account.code.data
""",
    """        if account.code.hash == 0:
            account.code = self.backing.code(account)
        return account.code.data
""",
    "an account runs the code it had before a revert",
)
_plant(
    "map_length_edge",
    "artifacts",
    "(U32(0) if code_length & 63 == 0 else U32(1))",
    "(U32(0) if code_length & 63 == 1 else U32(1))",
    "the map of a code of 64 bytes is a word too long",
)
_plant(
    "stored_padding",
    "artifacts",
    "padding = U32(0).wrapping_sub(code_length) & 7",
    "padding = U32(0).wrapping_sub(code_length) & 3",
    "code is padded to 4 bytes",
)
_plant(
    "map_push_data",
    "artifacts",
    "            if opcode <= PUSH32:\n",
    "            if opcode < PUSH32:\n",
    "the data of PUSH32 may hold jump destinations",
)
_plant(
    "map_push_all",
    "artifacts",
    "            if opcode <= PUSH32:\n",
    "            if opcode <= PUSH32 + 1:\n",
    "DUP1 hides the bytes behind it",
)
_plant(
    "map_bit_order",
    "artifacts",
    "bits[index] | (U8(1) << (position & 7))",
    "bits[index] | (U8(0x80) >> (position & 7))",
    "bits of the jump map from the top down",
)
_plant(
    "deploy_artifacts",
    "stored_deployment",
    """        self._set_code(account, preimage, DEPLOYED_EVM, length, observable_hash)
        account.artifacts_length = map_length(length)
        account.deployed_in = accounts.transaction

""",
    """        self._set_code(account, preimage, DEPLOYED_EVM, length, observable_hash)
        account.deployed_in = accounts.transaction

""",
    "a deployed contract has no jump map",
)
_plant(
    "deploy_native",
    "stored_deployment",
    "        resources.charge(U64(0), blake2s_native(total))\n",
    "        resources.charge(U64(0), blake2s_native(length))\n",
    "padding and map are not paid for when code is stored",
)
_plant(
    "deploy_publish",
    "stored_deployment",
    "        account.not_publish = False\n",
    "",
    "code deployed over a forced deployment is not published",
    reach="Needs an account with forced code that gets other code in the same block.",
)
_plant(
    "forced_publish",
    "stored_deployment",
    "        account.not_publish = True\n",
    "",
    "forced code is published",
)
_plant(
    "forced_observable",
    "stored_deployment",
    "        self._set_code(account, preimage, DEPLOYED_EVM, length, observable_hash)\n"
    "        account.artifacts_length = map_length(length)\n"
    "        account.deployed_in = accounts.transaction\n"
    "        account.not_publish",
    "        self._set_code(account, preimage, DEPLOYED_EVM, length, bytecode_hash)\n"
    "        account.artifacts_length = map_length(length)\n"
    "        account.deployed_in = accounts.transaction\n"
    "        account.not_publish",
    "EXTCODEHASH of forced code is its BLAKE2s",
)
_plant(
    "forced_plain_hash",
    "stored_deployment",
    "        account.bytecode_hash = preimage.hash\n",
    "        account.bytecode_hash = (\n"
    "            preimage.hash if account.nonce != 0 else preimage.hash & U256(0)\n"
    "        )\n",
    "code of accounts without a nonce has hash 0",
)
_plant(
    "forced_native",
    "stored_deployment",
    "            resources.charge(U64(0), code_native(length))\n",
    "",
    "the preimage of forced code is free",
)
_plant(
    "delegation_status",
    "account",
    "return self.versioning.word(1) >> 24 == STATUS_DELEGATED",
    "return self.versioning.word(1) >> 24 >= STATUS_DELEGATED - 1",
    "deployed contracts are taken for delegated accounts",
)
_plant(
    "delegation_cleared",
    "stored_deployment",
    "self._set_code(account, accounts.no_code, U64(0), U32(0), U256(0))",
    "self._set_code(account, accounts.no_code, DELEGATED, U32(0), U256(0))",
    "an account whose delegation ended stays delegated",
)
_plant(
    "delegation_to_zero",
    "stored_deployment",
    "        if delegate == Address(0):\n",
    "        if delegate == Address(1):\n",
    "address 0 is a delegate, address 1 ends a delegation",
)
_plant(
    "delegation_versioning",
    "stored_deployment",
    "account.versioning = (account.versioning & VERSIONING_KEPT) | versioning",
    "account.versioning = account.versioning | versioning",
    "the status of a delegated account is never cleared",
)
_plant(
    "delegation_prefix",
    "stored_deployment",
    "        buffer[11] = DESIGNATION_PREFIX[2]\n",
    "",
    "the third byte of a designation is the address's",
    harmless="the third byte is 0, as is the byte above an address",
)
_plant(
    "delegation_observed",
    "stored_deployment",
    "        account.observable_length = length\n",
    "        account.observable_length = length if length != DESIGNATION_BYTES else"
    " U32(0)\n",
    "EXTCODESIZE of a delegated account is 0",
)
_plant(
    "delegation_native",
    "stored_deployment",
    "        resources.charge(U64(0), blake2s_native(DESIGNATION_STORED_BYTES))\n",
    "",
    "hashing a designation is free",
)
_plant(
    "pubdata_stored_code",
    "diff_encoding",
    "            code = CODE_START_BYTES + account.stored_length()\n",
    "            code = CODE_START_BYTES + account.code_length\n",
    "padding and map are no pubdata",
)
_plant(
    "pubdata_by_hash",
    "diff_encoding",
    "BY_HASH_PAID_BYTES: Final = HASH_BYTES + LENGTH_BYTES",
    "BY_HASH_PAID_BYTES: Final = HASH_BYTES",
    "four bytes less are paid for forced code",
)
