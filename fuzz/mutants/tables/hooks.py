"""Faults in precompiles and system contracts."""

from typing import Final

from fuzz.mutants.mutant import Table

HOOKS: Final = Table("hooks", "zkos.guest.hooks")
_plant = HOOKS.plant

_plant(
    "messenger_padding",
    "l1_messenger",
    "if not inside or (arguments & 31) != 0:",
    "if not inside:",
    "the messenger takes calldata that is not padded",
)
_plant(
    "messenger_gas",
    "l1_messenger",
    "    resources.charge(message_ergs(message.length()), U64(0))\n",
    "",
    "the messenger charges no gas of its own",
)
_plant(
    "messenger_event",
    "l1_messenger",
    "    topics.append(U256(digest))\n",
    "",
    "the event of a message lacks its hash",
)
_plant(
    "messenger_value",
    "l1_messenger",
    "    if is_borrowed(call) or frame.value != 0:\n",
    "    if is_borrowed(call):\n",
    "the messenger keeps ether",
)
_plant(
    "messenger_static",
    "l1_messenger",
    "    if selector(frame) != SEND_TO_L1 or frame.static:\n",
    "    if selector(frame) != SEND_TO_L1:\n",
    "messages can be sent in a static call",
)
_plant(
    "messenger_offset",
    "l1_messenger",
    "data.load_u256_be(4) != STRICT_OFFSET:",
    "data.load_u256_be(4) < STRICT_OFFSET:",
    "the messenger takes other offsets than 32",
)
_plant(
    "entry_order",
    "arguments",
    "    if frame.input.length() < SELECTOR_BYTES:\n",
    "    if frame.input.length() <= SELECTOR_BYTES:\n",
    "a call of four bytes has no method",
    harmless="no method takes calldata of four bytes",
)
_plant(
    "entry_price",
    "arguments",
    "    frame.resources.charge(ERGS_SYSTEM_CONTRACT, NATIVE_SYSTEM_CONTRACT)\n",
    "    frame.resources.charge(U64(0), NATIVE_SYSTEM_CONTRACT)\n",
    "system contracts cost no gas at entry",
)
_plant(
    "argument_end",
    "arguments",
    "    if length > U256(size - start):\n",
    "    if length > U256(size):\n",
    "the bytes of an argument may reach beyond the calldata",
)
_plant(
    "withdraw_keeps",
    "base_token",
    "    burn(call)\n    if not is_address",
    "    if not is_address",
    "a withdrawal leaves the ether in circulation",
)
_plant(
    "withdraw_order",
    "base_token",
    """    if not inside or not is_address(data.load_u256_be(4)):
        return False
    burn(call)
""",
    """    burn(call)
    if not inside or not is_address(data.load_u256_be(4)):
        return False
""",
    "a withdrawal with message burns before it looks at the address",
    reach="Needs a withdrawal with message to what is no address.",
)
_plant(
    "withdraw_sender",
    "base_token",
    "    put_withdrawal(message, frame)\n    send(call, BASE_TOKEN, message, encoded)\n"
    "    amount",
    "    put_withdrawal(message, frame)\n"
    "    send(call, frame.caller, message, encoded)\n    amount",
    "a withdrawal is the caller's message (before v30)",
)
_plant(
    "withdraw_event",
    "base_token",
    "    emit(call, WITHDRAWAL, amount)\n",
    "",
    "a withdrawal has no event of its own",
)
_plant(
    "withdraw_event_sender",
    "base_token",
    "    topics.append(U256(frame.caller))\n",
    "    topics.append(U256(BASE_TOKEN))\n",
    "the event of a withdrawal does not name who withdraws",
)
_plant(
    "withdraw_message_event",
    "base_token",
    "    event.window(EVENT_HEAD_BYTES, size - EVENT_HEAD_BYTES).fill(0)\n",
    "",
    "the padding of an event has old memory in it",
)
_plant(
    "withdraw_message_native",
    "base_token",
    "    charge_copy(call, HEAD_BYTES + padded_length(length))\n",
    "    charge_copy(call, HEAD_BYTES + length)\n",
    "padding of a message is not paid for",
)
_plant(
    "withdraw_length",
    "base_token",
    "    if data.length() < WITHDRAW_WITH_MESSAGE_BYTES:\n",
    "    if data.length() < WITHDRAW_BYTES:\n",
    "a withdrawal with message may lack the offset",
    reach="Needs a withdrawal with message of 36 to 67 bytes.",
)
_plant(
    "deployer_caller",
    "contract_deployer",
    "if frame.caller != COMPLEX_UPGRADER:",
    "if frame.caller == COMPLEX_UPGRADER and frame.static:",
    "anybody may force a deployment",
)
_plant(
    "deployer_gas",
    "contract_deployer",
    "    resources.charge(ERGS_FORCED_CODE_BYTE * U64(length), U64(0))\n",
    "",
    "forced code costs no gas",
)
_plant(
    "deployer_length",
    "contract_deployer",
    "if not is_address(target) or length > U256(CODE_BYTES):",
    "if not is_address(target) or length > U256(CODE_BYTES) + 1:",
    "forced code may have 24577 bytes",
    reach="Needs a forced deployment of 24577 bytes.",
)
_plant(
    "deployer_arguments",
    "contract_deployer",
    "    if data.length() - SELECTOR_BYTES < ARGUMENTS_BYTES:\n",
    "    if data.length() < ARGUMENTS_BYTES:\n",
    "the last four bytes of a forced deployment may be missing",
    reach="Needs a forced deployment with 128 to 131 bytes of calldata.",
)
_plant(
    "ecrecover_v",
    "ecrecover",
    "if v != V_EVEN and v != V_ODD:",
    "if v < V_EVEN:",
    "ECRECOVER takes any v of 27 and more",
)
_plant(
    "modexp_too_long",
    "modexp",
    """    if base_length > MAX_U32 or modulus_length > MAX_U32:
        call.halt()
        return""",
    """    if base_length > MAX_U32 or modulus_length > MAX_U32:
        return""",
    "MODEXP reports failure as success (Nimbus)",
)
_plant(
    "modexp_price",
    "modexp_gas",
    "U64(head.bit_length()) - 1",
    "U64(head.bit_length())",
    "MODEXP pays an iteration too many (EIP-2565)",
)
_plant(
    "modexp_native",
    "modexp_by_gas",
    "    rounded = ((modulus + 31) >> 5) << 5\n",
    "    rounded = modulus\n",
    "native of MODEXP is that of the modulus as it is",
)
_plant(
    "modexp_minimum",
    "modexp",
    "if resources.ergs < ERGS_MINIMUM or resources.native < NATIVE_MODEXP:",
    "if resources.ergs < ERGS_MINIMUM:",
    "MODEXP without native ends the transaction instead of the call",
    reach="Needs MODEXP with native for anything but it.",
)
_plant(
    "modexp_exponent_head",
    "modexp_gas",
    "        iterations = (exponent - HEAD_BYTES) << 3\n",
    "        iterations = exponent << 3\n",
    "a long exponent of MODEXP is paid twice at the start",
)
_plant(
    "ecadd_invalid",
    "bn254",
    """.add(data, frame.output):
        call.halt()""",
    """.add(data, frame.output):
        call.revert()""",
    "ECADD of points off the curve gives the gas back",
)
_plant(
    "ecmul_price",
    "bn254",
    "    frame.resources.charge(ERGS_MUL, NATIVE_BN254_MUL)\n",
    "    frame.resources.charge(ERGS_MUL, NATIVE_BN254_ADD)\n",
    "ECMUL costs the native of ECADD",
)
_plant(
    "pairing_length",
    "bn254",
    "    if pairs * PAIR_BYTES != data.length():",
    "    if pairs * PAIR_BYTES > data.length():",
    "ECPAIRING takes a part of a pair",
    harmless="the pairing itself refuses a part of a pair",
)
_plant(
    "p256_failure",
    "p256",
    "    if data.length() == INPUT_BYTES and call.p256().verify(data):\n",
    "    if data.length() != INPUT_BYTES:\n        call.halt()\n"
    "    elif call.p256().verify(data):\n",
    "P-256 halts on input of another length",
)
_plant(
    "p256_address",
    "zk_table",
    "    (P256_VERIFY, p256_verify, ALWAYS, 30, None),\n",
    "    (P256_VERIFY, p256_verify, EXTRA, 30, None),\n",
    "P-256 is not installed",
)
_plant(
    "blake2f_installed",
    "zk_table",
    "    (BLAKE2F, blake2f_hook, EXTRA, 30, None),\n",
    "    (BLAKE2F, blake2f_hook, ALWAYS, 30, None),\n",
    "BLAKE2F is installed in production",
)
_plant(
    "system_contracts_replay",
    "hooks",
    "        return not options.disable_system_contracts\n",
    "        return True\n",
    "system contracts are there where Ethereum is replayed",
)
_plant(
    "hook_output",
    "hooks",
    """    if call.exit is not Exit.RETURNED:
            frame.output""",
    """    if call.exit is Exit.HALTED:
            frame.output""",
    "a system contract that reverts returns what it had written",
    harmless="none writes its result before it has succeeded",
)
_plant(
    "sha256_price",
    "hashes",
    "    if (length & 63) > PADDING_FITS:\n"
    "        blocks = blocks + 1\n"
    "    return NATIVE_SHA256 ",
    "    if (length & 63) >= PADDING_FITS:\n"
    "        blocks = blocks + 1\n"
    "    return NATIVE_SHA256 ",
    "native of SHA2-256 for 55 bytes in the last block",
)
_plant(
    "ripemd_padding",
    "hashes",
    "    result.window(0, 12).fill(0)\n",
    "",
    "RIPEMD-160 is preceded by old memory",
)
_plant(
    "identity_word",
    "hashes",
    "    return (U64(length) + 31) >> 5\n",
    "    return U64(length) >> 5\n",
    "a started word costs nothing in hashes and identity",
)
