"""Campaigns: many workers, for hours, losing nothing."""
