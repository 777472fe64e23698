"""Brings the cast of named people to every test."""

from tests.cast import cast

__all__ = ["cast"]
