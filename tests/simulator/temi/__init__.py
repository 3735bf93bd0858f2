"""The simulated robot."""
