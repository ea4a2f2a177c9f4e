"""py-evm as a reference: its faults against Ethereum are corrected here."""
