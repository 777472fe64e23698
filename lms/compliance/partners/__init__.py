"""Partners in the admin: their agreements, who is covered, readiness."""
