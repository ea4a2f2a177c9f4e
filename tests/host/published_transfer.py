"""A published block, `transfer_1` of the vectors, and what images answered."""

from typing import Any, Final

from zkos.host.state import ACCOUNTS, Slot

CASE: Final[dict[str, Any]] = {
    "block": {},
    "accounts": {"0x1a642f0e3c3af545e7acbd38b07251b3990914f1": {"balance": 10**18}},
    "txs": [
        {
            "type": "legacy",
            "private_key": "0x" + "01" * 32,
            "to": "0x" + "42" * 20,
            "value": 100,
            "gas_limit": 21000,
            "gas_price": 1000,
        }
    ],
}
ENVELOPE: Final = bytes.fromhex(
    "f861808203e882520894424242424242424242424242424242424242424264806da08944"
    "3ed622dee32afc8a36c42ead9d3df5c44e76aa27dd729b2f0a1d930c367aa06b508a7d4d"
    "0eecf2b0ef66647a3cae6b4a8d820ff423b6b210916c2cc1d51f70"
)
PUBDATA: Final = bytes.fromhex(
    "01d3245f20e17e7a1bc5ff2407d037bbde01a4501f6013d32c09b2f8af2d62aaa7000000"
    "000000002a00000003c1198a72505f46d722ed8e0ca0f9bfe42ba3a2d868a618d9d55a80"
    "ba9255f761142101406f4079a089259691865e369beeb82ed0f2eb2ab50d00bc1d07c597"
    "5ec99408a0cbdd1c09012201406fa48c10e3446e4059ad66fec47a8c0a6725f6047ba704"
    "04b171dae86ee530bc22121409640000000000000000"
)
BLOCK_HASH: Final = "d3245f20e17e7a1bc5ff2407d037bbde01a4501f6013d32c09b2f8af2d62aaa7"
VERSIONED_HASH: Final = (
    "01a5e7e89851d637aebf6882492b188bc08025c3a92a2fa3a9be1499548d3637"
)
STATE_BEFORE: Final = "841897edbece14e6650c3d951ae0a36b088ddfd670e0518018efe5afe39aebc1"
STATE_AFTER: Final = "05e57df782b67b0dcb6520c0857056238562864451217f412b34271fedbd6422"
ROOT_AFTER: Final = "665ad3d3fb13b8917e8b257ab7707465a1a0521fac5f8471de40938eff6c9046"
PUBLIC_INPUTS: Final = {
    "none": "de80a6797ce8eb71e073bab146d9ac9e29268850b6ddfa5af6c0429629e17be6",
    "keccak": "9d141c0bd8b925c0e62445a2553d5fdbaf5e94beaa5f4cce7ba622fd6b2df255",
    "blobs": "06ac1d1928bb3979af9b13392a30dffebfc061bdc73a97834ac353949e4f4501",
}
_CHANGED: Final = (Slot(ACCOUNTS, 0), Slot(ACCOUNTS, int("42" * 20, 16)))
TOUCHED: Final = {slot.flat_key(): slot for slot in _CHANGED}
"""What its flat keys stand for, where the state before does not say so."""
