"""Gas schedule, native costs, limits and special addresses: numbers, no behaviour."""
