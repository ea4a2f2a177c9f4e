"""Tests of the storage models."""
