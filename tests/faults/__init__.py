"""What must hold when parts fail: real processes, killed and cut off for real."""
