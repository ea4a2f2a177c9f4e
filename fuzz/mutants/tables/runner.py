"""Faults between frames: calls, creations, delegates, return data."""

from typing import Final

from fuzz.mutants.mutant import Table

RUNNER: Final = Table("runner", "zkos.guest.bootloader")
_plant = RUNNER.plant

_plant(
    "return_data_alias",
    "runner",
    """        if frame.output.length() != 0:
            frame.output = self.system.return_memory.append(frame.output)
""",
    "",
    "return data lies in memory that later calls reuse",
    reach="Needs return data that is copied after another call.",
)
_plant(
    "callcode_new_account",
    "runner",
    "if is_empty and callee.balance == 0 and scheme is not Scheme.CALLCODE:",
    "if is_empty and callee.balance == 0:",
    "CALLCODE pays for a new account",
)
_plant(
    "empty_callee_code",
    "runner",
    "is_empty = callee.nonce == 0 and source.code_length == 0",
    "is_empty = callee.nonce == 0",
    "contracts without nonce and ether count as new accounts",
)
_plant(
    "account_empty",
    "runner",
    "is_empty = callee.nonce == 0 and source.code_length == 0",
    "is_empty = source.code_length == 0",
    "an account with a nonce only counts as empty (EIP-161)",
    reach="Needs a call with value to an account that has a nonce only.",
)
_plant(
    "depth_limit",
    "runner",
    "        if self.depth > CALL_DEPTH:",
    "        if self.depth >= CALL_DEPTH:",
    "calls end a level too early",
    reach="Needs a recursion of 1024 frames.",
)
_plant(
    "call_balance",
    "runner",
    "        return payer.balance >= frame.value\n",
    "        return payer.balance > frame.value\n",
    "a call cannot send all ether",
)
_plant(
    "code_prefix",
    "runner",
    "(length != 0 and code[0] == RESERVED_PREFIX):",
    "(length > 1 and code[0] == RESERVED_PREFIX):",
    "code of the one byte 0xef may be deployed (EIP-3541)",
)
_plant(
    "code_limit",
    "runner",
    "        if length > CODE_BYTES or (",
    "        if length >= CODE_BYTES or (",
    "code of 24576 bytes cannot be deployed (EIP-170)",
    reach="Needs deployed code at the limit.",
)
_plant(
    "deposit_gas",
    "runner",
    """        except OutOfErgs:
            resources.ergs = U64(0)
            return False
        return True""",
    """        except OutOfErgs:
            resources.ergs = U64(256)
            return False
        return True""",
    "a creation that cannot pay for its code keeps a gas",
)
_plant(
    "construction_delegated",
    "runner",
    "        if caller.under_construction and not self.spares:\n",
    "        if caller.under_construction and self.spares:\n",
    "code that a constructor delegates to cannot end its account, as upstream",
    reach="Needs a constructor that delegates to SELFDESTRUCT.",
)
_plant(
    "delegate_followed",
    "callee",
    """    source = callee
    if callee.is_delegated():
""",
    """    source = callee
    if callee.is_delegated() and callee.nonce != 1:
""",
    "delegations of accounts with nonce 1 are not followed",
)
_plant(
    "delegate_unpaid",
    "callee",
    "        source = io.read_account_with_code(environment, resources, delegate)\n",
    "        source = io.read_account_with_code(U8(0), resources, delegate)\n",
    "the delegate's account costs no gas",
)
_plant(
    "delegate_address",
    "callee",
    "U256(code.load_u32_be(19))",
    "U256(code.load_u32_be(18))",
    "the last bytes of a delegate's address are read at the wrong place",
)
_plant(
    "code_version",
    "callee",
    "        frame.code = stored.window(0, account.code_length)\n"
    "        frame.artifacts",
    "        frame.code = stored\n        frame.artifacts",
    "padding and jump map are run as code",
    reach="Needs code that runs to its end.",
)
_plant(
    "code_map_place",
    "callee",
    "stored.window(stored.length() - artifacts, artifacts)",
    "stored.window(account.code_length, artifacts)",
    "the jump map is read from the padding on",
)
_plant(
    "plain_code_padding",
    "callee",
    "        frame.code = stored\n        frame.has_artifacts = False\n",
    "        frame.code = stored.window(0, account.code_length)\n"
    "        frame.has_artifacts = False\n",
    "padding does not belong to code of version 0",
    reach="Needs old code that asks for its size.",
)
_plant(
    "sixty_fourth",
    "callee",
    "    passed = ergs - ((ergs >> 14) << 8)\n",
    "    passed = ergs - (ergs >> 6)\n",
    "a 64th of the ergs is kept, not of the gas (EIP-150)",
)
_plant(
    "creation_share",
    "creation",
    "        if frame.depth != 0:\n            share",
    "        if frame.depth < 2:\n            share",
    "a creation transaction keeps a 64th of its gas",
)
_plant(
    "creation_collision",
    "creation",
    "return Creation.READY if io.can_be_created(target) else Creation.COLLIDED",
    "return Creation.READY if not target.has_code() else Creation.COLLIDED",
    "a nonce is no obstacle to a creation (EIP-684)",
)
_plant(
    "creation_refused_warm",
    "creation",
    "TWICE and self.warms_refused:\n",
    "TWICE and True:\n",
    "the address of a refused creation is warm, as upstream",
)
_plant(
    "creation_balance",
    "creation",
    "balance < value:\n                return Creation.REFUSED\n",
    "balance <= value:\n                return Creation.REFUSED\n",
    "a creation cannot have all ether",
)
_plant(
    "creation_salt_prefix",
    "creation",
    "        buffer[SALTED_START] = SALTED_PREFIX\n",
    "",
    "addresses of CREATE2 without 0xff (EIP-1014)",
)
_plant(
    "creation_nonce_length",
    "creation",
    "        rlp.put_list(ADDRESS_RLP_BYTES + number_length(nonce))\n",
    "        rlp.put_list(ADDRESS_RLP_BYTES + 1)\n",
    "addresses of creations with a nonce above 127",
)
