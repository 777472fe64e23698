"""The record store's HTTP face: one module per resource (xAPI 1.0.3 part three, 2)."""
