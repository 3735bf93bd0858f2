"""What the tests of the demo share."""

import pytest


@pytest.fixture
def use_custom_integrations() -> None:
    """Start no Home Assistant inside the test; the demo starts its own."""
