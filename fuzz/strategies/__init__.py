"""Generators of cases, each written once against a `Source` of choices."""
