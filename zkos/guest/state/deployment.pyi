"""How accounts get code, or that of others, and lose everything (system spec 3.4, 3.5).

A seam: storage models keep code in different forms and under different hashes.
"""

from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.state.accounts import AccountCache
from zkos.guest.state.preimages import PreimageCache
from zkos.guest.system.resources import Resources
from zkos.lang.ints import U8, U32, U256, Address
from zkos.lang.memory import ByteView

class Deployment:
    """Deployment, forced deployment, delegation and destruction."""

    def __init__(
        self,
        accounts: AccountCache,
        preimages: PreimageCache,
        blake2s: Blake2s,
        keccak: Keccak256,
    ) -> None: ...
    def deploy(
        self, environment: U8, resources: Resources, address: Address, code: ByteView
    ) -> None:
        """Give the account its code at the end of a constructor.

        Raises OutOfErgs if the deposit of 200 gas a byte is short, OutOfNative, Fatal.
        """

    def set_details(
        self,
        resources: Resources,
        address: Address,
        bytecode_hash: U256,
        length: U32,
        observable_hash: U256,
    ) -> None:
        """Force a deployment by the hash of the plain code.

        Raises OutOfErgs, OutOfNative, Fatal.
        """

    def set_delegation(
        self, resources: Resources, authority: Address, delegate: Address
    ) -> None:
        """Let an account run the code of another; of address 0, none (EIP-7702).

        Raises OutOfNative.
        """

    def self_destruct(
        self,
        resources: Resources,
        address: Address,
        beneficiary: Address,
        under_construction: bool,
    ) -> None:
        """Move all ether and, if the account is of this transaction, end it (EIP-6780).

        Raises OutOfErgs, OutOfNative and, if the heir gets above 2**256 - 1, Fatal.
        """
