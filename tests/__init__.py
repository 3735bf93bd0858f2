"""Tests of Smart Quarter."""
