"""L2 to L1 logs: their encoding, their hashes, and the tree over them (state spec 4).

The tree has 14 levels over all blocks of a batch, in order, filled up with empty logs.
"""

from typing import Final

from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.state.emitted import Log
from zkos.lang.control import urange
from zkos.lang.ints import U16, U32, U256, Bytes32
from zkos.lang.memory import ByteView, List, allocate_bytes
from zkos.lang.trap import trap

LOG_BYTES: Final = U32(88)
LOG_TREE_HEIGHT: Final = U32(14)
MOST_LOGS: Final = U32(1 << 14)
EMPTY_ROOTS: Final = (
    U256(0x72ABEE45B59E344AF8A6E520241C4744AFF26ED411F4C4B00F8AF09ADADA43BA),
    U256(0xC3D03EEBFD83049991EA3D3E358B6712E7AA2E2E63DC2D4B438987CEC28AC8D0),
    U256(0xE3697C7F33C31A9B0F0AEB8542287D0D21E8C4CF82163D0C44C7A98AA11AA111),
    U256(0x199CC5812543DDCEEDDD0FC82807646A4899444240DB2C0D2F20C3CCEB5F51FA),
    U256(0xE4733F281F18BA3EA8775DD62D2FCD84011C8C938F16EA5790FD29A03BF8DB89),
    U256(0x1798A1FD9C8FBB818C98CFF190DAA7CC10B6E5AC9716B4A2649F7C2EBCEF2272),
    U256(0x66D7C5983AFE44CF15EA8CF565B34C6C31FF0CB4DD744524F7842B942D08770D),
    U256(0xB04E5EE349086985F74B73971CE9DFE76BBED95C84906C5DFFD96504E1E5396C),
    U256(0xAC506ECB5465659B3A927143F6D724F91D8D9C4BDB2463AEE111D9AA869874DB),
    U256(0x124B05EC272CECD7538FDAFE53B6628D31188FFB6F345139AAC3C3C1FD2E470F),
    U256(0xC3BE9CBD19304D84CCA3D045E06B8DB3ACD68C304FC9CD4CBFFE6D18036CB13F),
    U256(0xFEF7BD9F889811E59E4076A0174087135F080177302763019ADAF531257E3A87),
    U256(0xA707D1C62D8BE699D34CB74804FDD7B4C568B6C1A821066F126C680D4B83E00B),
    U256(0xF6E093070E0389D2E529D60FADB855FDDED54976EC50AC709E3A36CEAA64C291),
    U256(0x375A5BF909CB02143E3695CA658E0641E739AA590F0004DBA93572C44CDB9D2D),
)
"""Of the trees of height 0, 1, ... whose leaves are keccak-256 of 88 zero bytes."""
NO_LOGS: Final = Bytes32(
    0x692F35C99F9C698852289FFECF07F6DD45770904521149D79AA85AAE598FA375
)
"""What `full_logs_root` makes of no logs."""
NO_L1_TRANSACTIONS: Final = Bytes32(
    0xC5D2460186F7233C927E7DB2DCC703C0E500B653CA82273B7BFAD8045D85A470
)
"""Keccak-256 of nothing: the rolling hash before the first one."""


NO_ROOT: Final = Bytes32(0)


def encode_log(log: Log, out: ByteView) -> None:
    """Write the 88 bytes of a log."""
    out[0] = 0
    out[1] = 1
    out.store_u256_be(4, U256(log.sender) << 96)
    out.store_u16_be(2, U16.truncate(log.transaction_number))
    out.store_u256_be(24, log.key)
    out.store_u256_be(56, log.value)


def hash_logs(keccak: Keccak256, logs: List[Log]) -> List[Bytes32]:
    """The digest of each log, in order."""
    digests = List(Bytes32)
    encoded = allocate_bytes(LOG_BYTES)
    for position in urange(logs.length()):
        encode_log(logs[position], encoded)
        digests.append(keccak.hash(encoded))
    return digests


def l1_transactions(logs: List[Log], upgrade_hash: Bytes32) -> List[Bytes32]:
    """Hashes of the block's L1 transactions; each has a log, and so has an upgrade."""
    hashes = List(Bytes32)
    for position in urange(logs.length()):
        log = logs[position]
        if not log.is_message and Bytes32(log.key) != upgrade_hash:
            hashes.append(Bytes32(log.key))
    return hashes


def hash_pair(keccak: Keccak256, left: Bytes32, right: Bytes32) -> Bytes32:
    """Keccak-256 of 64 bytes."""
    keccak.update_u256(U256(left))
    keccak.update_u256(U256(right))
    return keccak.finish()


def logs_tree_root(keccak: Keccak256, leaves: List[Bytes32]) -> Bytes32:
    """Root of the tree over the digests of logs; overwrites `leaves`.

    Traps if they are more than the tree has leaves.
    """
    count = leaves.length()
    if count > MOST_LOGS:
        trap("more logs than their tree has leaves")
    if count == 0:
        return Bytes32(EMPTY_ROOTS[LOG_TREE_HEIGHT])
    for height in urange(LOG_TREE_HEIGHT):
        parents = (count + 1) >> 1
        for position in urange(parents):
            left = position << 1
            right = Bytes32(EMPTY_ROOTS[height])
            if left + 1 < count:
                right = leaves[left + 1]
            leaves[position] = hash_pair(keccak, leaves[left], right)
        count = parents
    return leaves[0]


def full_logs_root(keccak: Keccak256, leaves: List[Bytes32]) -> Bytes32:
    """The root together with that of chains that settle on this one: none.

    Overwrites `leaves`, traps if they are too many.
    """
    if leaves.length() == 0:
        return NO_LOGS
    return hash_pair(keccak, logs_tree_root(keccak, leaves), NO_ROOT)
