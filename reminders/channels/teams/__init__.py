"""Microsoft Teams, by a workflow that posts to a channel when a webhook request is received."""
