"""The fault campaign of reminders: real processes, a database, a Redis and a mail server of its own."""
