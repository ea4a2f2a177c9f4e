"""SELFDESTRUCT where code is kept by its keccak-256 (EIP-6780).

The flat model has the same rules in `state.deployment`.
"""

from zkos.guest.protocol.environment import EVM_ENVIRONMENT
from zkos.guest.protocol.gas import ERGS_NEW_ACCOUNT
from zkos.guest.state.absence import after_write
from zkos.guest.state.accounts import Access, AccountCache
from zkos.guest.system.errors import InsufficientBalance
from zkos.guest.system.resources import Resources
from zkos.lang.ints import U64, U256, Address
from zkos.lang.trap import trap


def destroy(
    accounts: AccountCache,
    resources: Resources,
    address: Address,
    beneficiary: Address,
    under_construction: bool,
) -> None:
    """Move all ether and, if the account is of this transaction, end it.

    Raises OutOfErgs, OutOfNative, Fatal.
    """
    account = accounts.update(EVM_ENVIRONMENT, resources, address, Access.DESTRUCT)
    amount = account.balance
    ends = under_construction or account.deployed_in == accounts.transaction
    if ends:
        account.deconstructed = True
        account.unset = after_write(account.unset)
    if address != beneficiary:
        account.balance = U256(0)
        bequeath(accounts, resources, beneficiary, amount)
    elif ends:
        account.balance = U256(0)
    heir = accounts.get(beneficiary)
    was_dead = heir.nonce == 0 and heir.code_length == 0 and heir.balance == amount
    if amount != 0 and was_dead:
        resources.charge(ERGS_NEW_ACCOUNT, U64(0))


def bequeath(
    accounts: AccountCache, resources: Resources, beneficiary: Address, amount: U256
) -> None:
    """Credit the heir. Raises OutOfErgs, OutOfNative, Fatal."""
    try:
        accounts.add_balance(
            EVM_ENVIRONMENT, resources, beneficiary, amount, Access.DESTRUCT
        )
    except InsufficientBalance:
        trap("more ether than there is")
