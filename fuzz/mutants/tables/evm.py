"""Faults in the EVM: opcodes, gas, memory, jumps."""

from typing import Final

from fuzz.mutants.mutant import Table

EVM: Final = Table("evm", "zkos.guest")
_plant = EVM.plant

_plant(
    "div_low_word",
    "evm.instructions.arithmetic",
    """    if y != 0:
        quotient, _ = divide_u256(x, y)
        frame.set_top(quotient)""",
    """    if y.word(0) != 0:
        quotient, _ = divide_u256(x, y)
        frame.set_top(quotient)""",
    "DIV takes a divisor whose low 32 bits are 0 for 0",
)
_plant(
    "sdiv_sign",
    "evm.instructions.arithmetic",
    "if is_negative(x) != is_negative(y):",
    "if is_negative(x):",
    "SDIV ignores the sign of the divisor",
    reach="Needs an SDIV of a negative number by a negative one whose result is kept.",
)
_plant(
    "smod_sign",
    "evm.instructions.arithmetic",
    """        if is_negative(x):
            remainder""",
    """        if is_negative(y):
            remainder""",
    "SMOD takes the sign of the divisor",
)
_plant(
    "signextend_edge",
    "evm.instructions.arithmetic",
    "if last_byte < 31:",
    "if last_byte < 30:",
    "SIGNEXTEND leaves byte 30 alone",
    reach="Needs SIGNEXTEND from byte 30 exactly.",
)
_plant(
    "exp_gas",
    "evm.instructions.arithmetic",
    "(exponent.bit_length() + 7) >> 3",
    "(exponent.bit_length() + 8) >> 3",
    "EXP pays a byte too much for exponents whose top bit is set",
)
_plant(
    "byte_index",
    "evm.instructions.bitwise",
    "    if index < 32:",
    "    if index.word(0) < 32:",
    "BYTE cuts its index to 32 bits (Nimbus)",
    reach="Needs BYTE with an index above 2**32 whose low word is below 32.",
)
_plant(
    "sar_large",
    "evm.instructions.bitwise",
    "if count < 256 else U32(255)",
    "if count < 256 else U32(31)",
    "SAR by 256 and more leaves bits",
)
_plant(
    "slt_unsigned",
    "evm.instructions.bitwise",
    "U256(stack[x].to_signed() < stack[y].to_signed())",
    "U256(stack[x] < stack[y])",
    "SLT compares without sign",
)
_plant(
    "copy_padding",
    "evm.heap",
    "    target.window(available, wanted - available).fill(0)",
    "    target.window(available, wanted - available)",
    "copies beyond the end of their source leave old memory",
    reach="Needs a copy from beyond the end over memory in use that is read again.",
)
_plant(
    "returndata_bounds",
    "evm.instructions.system",
    "or end > frame.return_data.length():",
    "or end > frame.return_data.length() + 1:",
    "RETURNDATACOPY may read a byte beyond the end",
    reach="Needs RETURNDATACOPY that ends one byte too far.",
)
_plant(
    "mstore8_growth",
    "evm.instructions.memory",
    "frame.touch(offset, U32(1))",
    "frame.touch(offset, U32(2))",
    "MSTORE8 at the last byte of a word makes memory grow",
)
_plant(
    "mcopy_growth",
    "evm.instructions.memory",
    "frame.touch(to if to > start else start, length)",
    "frame.touch(to, length)",
    "MCOPY does not grow memory for its source",
)
_plant(
    "memory_price",
    "evm.frame",
    "        self.memory_gas = gas\n",
    "",
    "memory that grows again pays from the start",
)
_plant(
    "sstore_stipend",
    "evm.instructions.host",
    "if frame.gas() <= GAS_CALL_STIPEND:",
    "if frame.gas() < GAS_CALL_STIPEND:",
    "SSTORE works with exactly the stipend (EIP-2200)",
)
_plant(
    "tstore_static",
    "evm.instructions.host",
    """NATIVE_TSTORE)
    frame.require_not_static()
""",
    """NATIVE_TSTORE)
""",
    "TSTORE works in a static call",
)
_plant(
    "log_topics",
    "evm.instructions.host",
    "topics.append(frame.stack[lowest + count - 1 - index])",
    "topics.append(frame.stack[lowest + index])",
    "topics of an event in the wrong order",
)
_plant(
    "call_static_value",
    "evm.instructions.calls",
    "if frame.common.static and value != 0:",
    "if frame.common.static and value != 0 and gas == 0:",
    "CALL sends ether in a static call",
)
_plant(
    "delegate_value",
    "evm.instructions.calls",
    "request_call(frame, Scheme.DELEGATE, gas, callee, frame.common.value)",
    "request_call(frame, Scheme.DELEGATE, gas, callee, U256(0))",
    "DELEGATECALL forgets the value",
    reach="Needs CALLVALUE below a DELEGATECALL in a frame with value.",
)
_plant(
    "create2_hash_price",
    "evm.instructions.calls",
    "request_creation(frame, ERGS_CREATE2_WORD, True)",
    "request_creation(frame, ERGS_INITCODE_WORD, True)",
    "CREATE2 does not pay for hashing",
)
_plant(
    "create_return_data",
    "evm.instructions.calls",
    """        frame.return_data = frame.heap.empty
        frame.push(U256(common.child_address))""",
    """        frame.return_data = common.child_output
        frame.push(U256(common.child_address))""",
    "a creation that succeeded leaves return data",
    harmless="the runner empties the output of a constructor that deployed",
)
_plant(
    "blockhash_window",
    "system.block_window",
    "if distance > U64(BLOCK_HASHES):",
    "if distance >= U64(BLOCK_HASHES):",
    "BLOCKHASH of the oldest block is 0",
    reach="Needs BLOCKHASH of the 256th block before, with a hash.",
)
_plant(
    "call_gas_signed",
    "bootloader.callee",
    "    if gas <= passed >> 8:",
    "    if gas.to_signed() <= (passed >> 8).to_signed():",
    "gas asked for by CALL is taken as signed (CVE-2022-36025)",
)
_plant(
    "call_share",
    "bootloader.callee",
    "passed = ergs - ((ergs >> 14) << 8)",
    "passed = ergs - (ergs >> 6)",
    "the 64th part of gas is not rounded to whole gas (EIP-150)",
)
_plant(
    "static_lost",
    "bootloader.callee",
    "    frame.static = caller.static\n",
    "    frame.static = False\n",
    "calls below a static call may write",
    reach="Needs a call below STATICCALL that writes.",
)
_plant(
    "control",
    "evm.instructions.no_blobs",
    '"""Push 1."""',
    '"""Push one."""',
    "no fault: what is found here is no merit of the campaign",
    harmless="nothing is changed but a docstring",
)
_plant(
    "shift_low_word",
    "evm.instructions.bitwise",
    "frame.set_top(value << count.word(0) if count < 256 else U256(0))",
    "frame.set_top(value << count.word(0) if count.word(0) < 256 else U256(0))",
    "SHL shifts by the low 32 bits (zksync-os at 0a82da0)",
)
_plant(
    "keccak_empty",
    "evm.instructions.system",
    """    if length == 0:
        frame.charge(ERGS_KECCAK_EMPTY, NATIVE_KECCAK256)
""",
    """    if length == 0:
        frame.charge(ERGS_KECCAK_EMPTY, NATIVE_KECCAK256)
        if not fits_u32(offset):
            raise ReturnDataOutOfBounds
""",
    "KECCAK256 of nothing halts for large offsets (zksync-os at 0a82da0)",
)
_plant(
    "stored_jumps",
    "evm.jumps",
    "        self.limit = length if length < covered else covered\n",
    "        self.limit = length - (length & 1)\n",
    "the last byte of code of odd length is no jump destination",
    reach="Needs code of odd length that ends with a JUMPDEST it jumps to.",
)
_plant(
    "found_jumps",
    "evm.jumps",
    "            self.own_bits.window(0, needed).fill(0)\n",
    "            self.own_bits.window(0, needed >> 1).fill(0)\n",
    "jump destinations of earlier initcode are left",
)
_plant(
    "initcode_limit",
    "evm.instructions.calls",
    "if length > INITCODE_BYTES:",
    "if length > INITCODE_BYTES + 32:",
    "CREATE takes 32 bytes of initcode too many (EIP-3860)",
    reach="Needs initcode of 49153 to 49184 bytes.",
)
_plant(
    "prevrandao_host",
    "system.plain_metadata",
    "return self.mix_hash if options.prevrandao else FIXED_RANDOM",
    "return self.mix_hash",
    "PREVRANDAO is what the host says",
)
_plant(
    "oversized_output",
    "evm.instructions.calls",
    """    if output_length != 0 and not fits_u32(output_offset):
        raise OperandTooLarge

""",
    "",
    "a call with an impossible place for its output halts after growing memory",
    harmless="it halts all the same, and takes all gas",
)
