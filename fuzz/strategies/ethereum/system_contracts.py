"""The contracts that Ethereum's blocks call themselves, and their state.

Their code is that of EIP-4788, 2935, 7002 and 7251, which stands in the EIPs; of the
deposit contract (EIP-6110) only what a block sees of it, the log, is made.
"""

from typing import Final

from differential.ethereum.blocks import Account
from fuzz.strategies.code import Code
from fuzz.strategies.numbers import word
from fuzz.strategies.source import Source

BEACON_ROOTS: Final = 0x000F3DF6D732807EF1319FB7B8BB8522D0BEAC02
HISTORY: Final = 0x0000F90827F1C53A10CB7A02335B175320002935
DEPOSITS: Final = 0x00000000219AB540356CBB839CBE05303D7705FA
WITHDRAWALS: Final = 0x00000961EF480EB55E80D19AD83579A64C007002
CONSOLIDATIONS: Final = 0x0000BBDDC7CE488642FB579F8B00F3A590007251
QUEUE_ITEM_SLOTS: Final = {WITHDRAWALS: 3, CONSOLIDATIONS: 4}
"""Slots that a request takes in the queue, by contract."""
DEPOSIT_TOPIC: Final = (
    0x649BBC62D0E31342AFEA4E5CD82D4049E7E1EE912FC0889AA790803BE39038C5
)
_HEAD, _TAIL, _FIRST_ITEM = 2, 3, 4
_LENGTHS: Final = {WITHDRAWALS: (0, 1, 3, 16, 17, 20), CONSOLIDATIONS: (0, 1, 2, 3, 5)}
_EXCESS: Final = (0, 0, 1, 2, 30, 400, (1 << 256) - 1)
_CODES: Final = {
    BEACON_ROOTS: (
        "3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f"
        "35801560495762001fff810690815414603c575f5ffd5b62001fff01545f5260205ff35b5f5f"
        "fd5b62001fff42064281555f359062001fff015500"
    ),
    HISTORY: (
        "3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143"
        "038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff"
        "60014303065500"
    ),
    WITHDRAWALS: (
        "3373fffffffffffffffffffffffffffffffffffffffe1460cb5760115f54807fffffffffffff"
        "ffffffffffffffffffffffffffffffffffffffffffffffffffff146101f45760018202600190"
        "5f5b5f82111560685781019083028483029004916001019190604d565b909390049250505036"
        "603814608857366101f457346101f4575f5260205ff35b34106101f457600154600101600155"
        "600354806003026004013381556001015f35815560010160203590553360601b5f5260385f60"
        "1437604c5fa0600101600355005b6003546002548082038060101160df575060105b5f5b8181"
        "146101835782810160030260040181604c02815460601b815260140181600101548152602001"
        "9060020154807fffffffffffffffffffffffffffffffff000000000000000000000000000000"
        "00168252906010019060401c908160381c81600701538160301c81600601538160281c816005"
        "01538160201c81600401538160181c81600301538160101c81600201538160081c8160010153"
        "5360010160e1565b910180921461019557906002556101a0565b90505f6002555f6003555b5f"
        "54807fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff141561"
        "01cd57505f5b6001546002828201116101e25750505f6101e8565b01600290035b5f555f6001"
        "55604c025ff35b5f5ffd"
    ),
    CONSOLIDATIONS: (
        "3373fffffffffffffffffffffffffffffffffffffffe1460d35760115f54807fffffffffffff"
        "ffffffffffffffffffffffffffffffffffffffffffffffffffff1461019a5760018202600190"
        "5f5b5f82111560685781019083028483029004916001019190604d565b909390049250505036"
        "6060146088573661019a573461019a575f5260205ff35b341061019a57600154600101600155"
        "600354806004026004013381556001015f358155600101602035815560010160403590553360"
        "601b5f5260605f60143760745fa0600101600355005b6003546002548082038060021160e757"
        "5060025b5f5b8181146101295782810160040260040181607402815460601b81526014018160"
        "0101548152602001816002015481526020019060030154905260010160e9565b910180921461"
        "013b5790600255610146565b90505f6002555f6003555b5f54807fffffffffffffffffffffff"
        "ffffffffffffffffffffffffffffffffffffffffff141561017357505f5b6001546001828201"
        "116101885750505f61018e565b01600190035b5f555f6001556074025ff35b5f5ffd"
    ),
}


def system_contracts(source: Source, *, odd: bool) -> dict[int, Account]:
    """Those of every chain; if `odd`, rarely changed or missing."""
    made = {address: Account(1, code=code_of(address)) for address in _CODES}
    made[DEPOSITS] = Account(1, code=_deposit_code())
    for address in QUEUE_ITEM_SLOTS:
        storage = _queue(source, address)
        made[address] = Account(1, code=code_of(address), storage=storage)
    if odd and source.chance(12):
        _change(source, made)
    return made


def code_of(address: int) -> bytes:
    """The published code of a system contract."""
    return bytes.fromhex(_CODES[address])


def _queue(source: Source, address: int) -> dict[int, int]:
    """A queue of requests: empty, drained at once, or in several blocks."""
    length = source.choose(_LENGTHS[address])
    storage = {0: source.choose(_EXCESS), 1: source.choose((0, 0, 1, 7))}
    if length:
        head = source.choose((0, 0, 1, 40))
        storage |= {_HEAD: head, _TAIL: head + length}
        size = QUEUE_ITEM_SLOTS[address]
        first = _FIRST_ITEM + head * size
        for slot in range(first, first + length * size):
            storage[slot] = int.from_bytes(source.bytes(32), "big")
        for slot in range(first, first + length * size, size):
            storage[slot] >>= 96
    return {slot: value for slot, value in storage.items() if value}


def _change(source: Source, made: dict[int, Account]) -> None:
    """Other code at one, another balance or nonce, or nobody there."""
    address = source.choose((BEACON_ROOTS, HISTORY))
    match source.below(5):
        case 0:
            del made[address]
        case 1 | 2:
            made[address] = Account(1, code=_odd_code(source))
        case 3:
            storage = {source.below(8191): word(source) or 1 for _ in range(3)}
            made[address] = Account(1, 5, code_of(address), storage)
        case _:
            # One that returns what it likes: the hash of requests covers any bytes.
            address = source.choose((WITHDRAWALS, CONSOLIDATIONS))
            code = Code()
            code.push(source.choose((0, 1, 76, 116, 300)))
            code.push(0)
            code.op(source.choose(("RETURN", "RETURN", "RETURN", "REVERT")))
            made[address] = Account(1, code=code.finish())


def _odd_code(source: Source) -> bytes:
    """Writes, logs and ends in any way, but makes and destroys nothing.

    What becomes of accounts that a call by the system has destroyed references do not
    agree on: EELS keeps them, py-evm and geth do not. No chain has such contracts.
    """
    code = Code()
    for _ in range(source.integer(1, 3)):
        code.op(source.choose(("CALLER", "ORIGIN", "NUMBER", "CALLDATASIZE")))
        code.push(source.below(4))
        code.op("SSTORE")
    code.push(0)
    code.op("CALLDATALOAD")
    code.push(source.below(300))
    code.op("SSTORE")
    code.push(source.below(40))
    code.push(0)
    code.op("LOG0")
    code.push(0)
    code.push(0)
    code.op(source.choose(("RETURN", "RETURN", "REVERT", "INVALID")))
    return code.finish()


def _deposit_code() -> bytes:
    """Logs its calldata as the deposit contract would."""
    code = Code()
    code.op("CALLDATASIZE")
    code.push(0)
    code.push(0)
    code.op("CALLDATACOPY")
    code.push(DEPOSIT_TOPIC)
    code.op("CALLDATASIZE")
    code.push(0)
    code.op("LOG1", "STOP")
    return code.finish()
