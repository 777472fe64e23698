"""The desk's pages outside the admin: of visitors without account, and of those who keep a roster."""
