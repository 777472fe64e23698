"""The undertakings that the signatories of partners sign, without an account."""
