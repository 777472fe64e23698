"""Passes statements on to external record stores: written down with the statement, sent until they have arrived."""
