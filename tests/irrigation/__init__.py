"""Tests of irrigation."""
