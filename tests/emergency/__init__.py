"""Tests of the emergency system."""
