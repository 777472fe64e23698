"""The auditor pack: a random sample of people, with everything by which somebody else can check what is recorded."""
