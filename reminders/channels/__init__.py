"""Channels beside e-mail: one folder each. E-mail stays the message and the record; a post is a nudge to look."""
