"""Faults in how transactions are read, hashed and listed."""

from typing import Final

from fuzz.mutants.mutant import Hunt, Table

TRANSACTIONS: Final = Table("transactions", "zkos.guest")
_plant = TRANSACTIONS.plant

# RLP (transactions spec 2)

_plant(
    "rlp_leading_zero",
    "rlp.reader",
    "if length > most or (length != 0 and digits[0] == 0):",
    "if length > most:",
    "numbers may begin with a zero byte",
)
_plant(
    "rlp_zero_byte",
    "rlp.reader",
    "(length != 0 and digits[0] == 0)",
    "(length > 1 and digits[0] == 0)",
    "a single zero byte is the number 0 (zksync-os #424)",
)
_plant(
    "rlp_single_byte",
    "rlp.reader",
    """            if content.length() == 1 and content[0] < 0x80:
                raise MalformedRlp
""",
    "",
    "a byte below 0x80 may have a header",
)
_plant(
    "rlp_long_zero",
    "rlp.reader",
    "if digits[0] == 0 and not self.lax:",
    "if digits[0] == 0 and self.lax:",
    "lengths may begin with zero bytes, as upstream",
)
_plant(
    "rlp_long_short",
    "rlp.reader",
    "        if length <= LONGEST_SHORT:\n",
    "        if length < LONGEST_SHORT:\n",
    "55 bytes may have the header of longer ones",
)
_plant(
    "rlp_length_bytes",
    "rlp.reader",
    "        if count > LENGTH_BYTES:\n            raise MalformedRlp\n",
    "",
    "a length may have more than 4 bytes",
)
_plant(
    "rlp_list_for_string",
    "rlp.reader",
    "        if head < SHORT_LIST:\n            raise MalformedRlp\n",
    "        if head < SHORT_STRING:\n            raise MalformedRlp\n",
    "a string is taken for a list",
)
_plant(
    "rlp_short_list_edge",
    "rlp.reader",
    "        if head <= LONG_LIST:\n",
    "        if head < LONG_LIST:\n",
    "a list of 55 bytes is read as a longer one",
)
_plant(
    "rlp_number_width",
    "rlp.reader",
    "        digits = self._digits(U32(8))\n        return number_of(digits)",
    "        digits = self._digits(U32(9))\n        return number_of(digits)",
    "numbers of 64 bits may have 9 bytes",
)
_plant(
    "rlp_trailing",
    "transactions.rlp",
    "            content = reader.sublist()\n            reader.finish()\n",
    "            content = reader.sublist()\n",
    "bytes may follow the list of a transaction",
)
_plant(
    "rlp_left_over",
    "transactions.rlp",
    "        transaction.s = reader.u256()\n        reader.finish()\n",
    "        transaction.s = reader.u256()\n",
    "items may follow the signature",
)
_plant(
    "leading_number_edge",
    "transactions.rlp",
    "    if first < U8(0x80):\n        return U32(first)\n",
    "    if first < U8(0x7E):\n        return U32(first)\n",
    "the types of L1 lead to the legacy path in RLP",
)
_plant(
    "leading_empty",
    "transactions.rlp",
    "    if first == U8(0x80):\n        return U32(0)\n",
    "    if first == U8(0x80):\n        return NOT_TYPED\n",
    "an empty string leads to the legacy path",
)
_plant(
    "leading_spelled",
    "transactions.rlp",
    "    if length == 1 or encoding[1] < U8(0x80):\n",
    "    if length == 1 or encoding[1] <= U8(0x80):\n",
    "the number 0x80 leads to the legacy path",
)
_plant(
    "typed_parity",
    "transactions.rlp",
    "        if parity > 1:\n            raise MalformedRlp\n",
    "",
    "yParity above 1 is taken",
)
_plant(
    "recipient_empty_7702",
    "transactions.rlp",
    "transaction.is_creation = to.length() == 0 and kind != TYPE_EIP7702",
    "transaction.is_creation = to.length() == 0",
    "a transaction with authorizations may create",
)
_plant(
    "chain_id_typed",
    "transactions.rlp",
    "        if chain_id != self.chain_id:\n",
    "        if chain_id < self.chain_id:\n",
    "typed transactions of chains with a higher id are taken",
)
_plant(
    "chain_id_legacy",
    "transactions.rlp",
    "                return REASON_INVALID_ENCODING\n"
    "            transaction.names_chain",
    "                return REASON_INVALID_CHAIN_ID\n"
    "            transaction.names_chain",
    "a legacy transaction of another chain is refused for its chain id",
)
_plant(
    "legacy_parity",
    "transactions.rlp",
    "            base = V_PROTECTED + (U256(self.chain_id) << 1)\n",
    "            base = V_PROTECTED + U256(self.chain_id) + U256(self.chain_id) - 1\n",
    "the parity of a protected legacy signature is the other one",
)
_plant(
    "fee_order",
    "transactions.rlp",
    """            transaction.max_priority_fee = reader.u256()
            transaction.max_fee = reader.u256()
        else""",
    """            transaction.max_fee = reader.u256()
            transaction.max_priority_fee = reader.u256()
        else""",
    "the two fees change places",
)
_plant(
    "gas_price_priority",
    "transactions.rlp",
    "            transaction.max_priority_fee = transaction.max_fee\n",
    "            transaction.max_priority_fee = transaction.max_fee >> 1\n",
    "types without priority fee pay half",
)
_plant(
    "signed_part",
    "transactions.rlp",
    """        transaction.signed = content.window(0, reader.position)
        transaction.names_chain = False
""",
    """        transaction.signed = content.window(0, reader.position)
""",
    "the hash of a legacy transaction depends on the one before",
)
_plant(
    "lists_kept",
    "transactions.rlp",
    "        transaction.clear_lists()\n",
    "",
    "a legacy transaction has the lists of the one before",
)
_plant(
    "calldata_place",
    "transactions.rlp",
    "start = encoding.length() - behind - data.length()",
    "start = encoding.length() - data.length()",
    "the end of the encoding is priced for the calldata",
)

# Lists

_plant(
    "list_key_header",
    "transactions.access_list",
    "                if keys[start] != KEY_HEADER:\n"
    "                    raise MalformedRlp\n",
    "",
    "the header of a key of an access list is not looked at",
)
_plant(
    "list_slot_offset",
    "transactions.access_list",
    "for number in urange(keys.length() // KEY_BYTES):",
    "for number in urange(U32(1), keys.length() // KEY_BYTES):",
    "the first slot of an access list item stays cold",
)
_plant(
    "list_keys_length",
    "transactions.access_list",
    "        if keys.length() % KEY_BYTES != 0:\n            raise MalformedRlp\n",
    "",
    "keys of an access list may be cut off",
)
_plant(
    "list_item_rest",
    "transactions.access_list",
    "        self.keys = keys\n        parts.finish()\n",
    "        self.keys = keys\n",
    "an item of an access list may have more parts",
)
_plant(
    "list_address",
    "transactions.access_list",
    "            io.touch_account(NO_ENVIRONMENT, resources, address, True)\n",
    "            io.touch_account(NO_ENVIRONMENT, resources, address, False)\n",
    "addresses of an access list cost nothing",
)
_plant(
    "authorizations_empty",
    "transactions.rlp",
    "            if count == 0:\n                return REASON_AUTH_LIST_IS_EMPTY\n",
    "",
    "the list of authorizations may be empty",
)
_plant(
    "authorization_parity",
    "transactions.authorizations",
    "        if parity > MAX_U8:\n            raise MalformedRlp\n",
    "        if parity > 1:\n            raise MalformedRlp\n",
    "a parity above 1 refuses the transaction instead of the authorization",
)
_plant(
    "authorization_rest",
    "transactions.authorizations",
    "        self.s = parts.u256()\n        parts.finish()\n",
    "        self.s = parts.u256()\n",
    "an authorization may have more parts",
)

# ABI (transactions spec 4)

_plant(
    "abi_type",
    "transactions.abi",
    "if kind != U256(TYPE_L1) and kind != U256(TYPE_UPGRADE):",
    "if kind < U256(TYPE_UPGRADE) or kind > U256(TYPE_L1) + 1:",
    "there is a third type from L1",
)
_plant(
    "abi_address",
    "transactions.abi",
    "if sender > MAX_ADDRESS or to > MAX_ADDRESS:",
    "if sender > MAX_ADDRESS:",
    "the recipient of a transaction from L1 is cut to an address",
)
_plant(
    "abi_reserved",
    "transactions.abi",
    "if body.load_u256_be(384) != 0 or body.load_u256_be(416) != 0:",
    "if body.load_u256_be(384) != 0 and body.load_u256_be(416) != 0:",
    "one of the reserved words need not be 0",
)
_plant(
    "abi_signature",
    "transactions.abi",
    "self._take_empty(U32(480))  # signature",
    "self._take(U32(480), U32(1))  # signature",
    "a transaction from L1 may have a signature",
)
_plant(
    "abi_padding",
    "transactions.abi",
    """            if body[position + index] != 0:
                return False
""",
    """            if body[position + index] > 1:
                return False
""",
    "padding may be 1",
)
_plant(
    "abi_tail_end",
    "transactions.abi",
    "            and self.position == self.body.length()\n",
    "            and self.position <= self.body.length()\n",
    "bytes may follow a transaction from L1",
)
_plant(
    "abi_dependencies",
    "transactions.abi",
    "self._take(U32(512), WORD_BYTES)",
    "self._take(U32(512), U32(1))",
    "dependencies are counted in bytes",
)
_plant(
    "abi_offset",
    "transactions.abi",
    """        if body.load_u256_be(pointer) != U256(position):
            return False
""",
    """        if body.load_u256_be(pointer) < U256(position):
            return False
""",
    "the offsets of a transaction from L1 need not be tight",
)

# Hashes (transactions spec 5)

_plant(
    "hash_signing",
    "transactions.hashing",
    "length = length + number_length(self.chain_id) + EMPTY_ITEMS_BYTES",
    "length = length + number_length(self.chain_id) + 1",
    "the length of what a legacy transaction signs",
    reach="Needs a legacy transaction with chain id.",
)
_plant(
    "hash_type_byte",
    "transactions.hashing",
    "        if transaction.kind != TYPE_LEGACY:\n",
    "        if transaction.kind > TYPE_LEGACY + 1:\n",
    "the signing hash of EIP-2930 lacks the type",
)
_plant(
    "hash_l1",
    "transactions.hashing",
    "ABI_HEAD: Final = U256(0x20)",
    "ABI_HEAD: Final = U256(0)",
    "hash of an L1 transaction",
)
_plant(
    "hash_paid_once",
    "transactions.hashing",
    """        charge_keccak(resources, transaction.encoding.length())
        charge_keccak(resources, transaction.encoding.length())
""",
    """        charge_keccak(resources, transaction.encoding.length())
""",
    "only one of the two hashes is paid for",
)
_plant(
    "hash_l1_native",
    "transactions.hashing",
    "charge_keccak(resources, encoding.length() + 32)",
    "charge_keccak(resources, encoding.length())",
    "the offset in the hash of an L1 transaction is not paid for",
)
_plant(
    "hash_authorization_native",
    "transactions.hashing",
    "charge_keccak(resources, list_length(payload) + 1)",
    "charge_keccak(resources, (list_length(payload) + 1) << 2)",
    "four times the bytes of an authorization are paid for",
)
_plant(
    "hash_authorization_chain",
    "transactions.hashing",
    "        rlp.put_number(entry.chain_id)\n",
    "        rlp.put_number(self.chain_id)\n",
    "an authorization for every chain is hashed as one for this",
)
_plant(
    "size_unreadable",
    "blocks.loop",
    "            if readable and self.work.reader.receive(size):\n",
    "            if self.work.reader.receive(size) and readable:\n",
    "a transaction of unreadable size is asked for",
    hunt=Hunt.ORACLE,
    reach="Needs a host that says a size that cannot be read.",
)
