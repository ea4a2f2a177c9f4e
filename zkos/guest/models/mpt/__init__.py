"""The storage model of Ethereum: Merkle-Patricia tries of accounts and of slots."""
