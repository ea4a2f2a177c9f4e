"""SELFDESTRUCT, which both storage models do alike."""

from zkos.guest.crypto.blake2s import Blake2s
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.state.accounts import AccountCache
from zkos.guest.state.preimages import PreimageCache
from zkos.guest.state.stored_deployment import Deployment
from zkos.guest.system.resources import Resources
from zkos.lang.ints import Address


class Destruction:
    """What the flat model does when an account ends."""

    deployment: Deployment

    def __init__(
        self,
        accounts: AccountCache,
        preimages: PreimageCache,
        blake2s: Blake2s,
        keccak: Keccak256,
    ) -> None:
        self.deployment = Deployment(accounts, preimages, blake2s, keccak)

    def run(
        self,
        resources: Resources,
        address: Address,
        beneficiary: Address,
        under_construction: bool,
    ) -> None:
        """Move all ether and, if the account is of this transaction, end it.

        Raises OutOfErgs, OutOfNative, Fatal.
        """
        self.deployment.self_destruct(
            resources, address, beneficiary, under_construction
        )
