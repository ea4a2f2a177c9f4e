"""The executable specification of Ethereum (EELS) as a reference."""
