"""Tests of hashes, curves and big integers."""
