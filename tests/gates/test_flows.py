"""Flows: the texts of steps, fields, errors and aborts are those that the code uses.

What a flow shows while tests walk through it is watched in tests/shown_texts.py. Here the code
is read, so that a step no test reaches has its texts too, and no text is left over.
"""

import pytest

from custom_components.smart_quarter.config_flow import SmartQuarterConfigFlow
from custom_components.smart_quarter.registry import SYSTEMS

from .flow_reader import (
    OPTIONAL_REASONS,
    adds,
    errors,
    fields,
    fields_in_texts,
    flow_modules,
    flows,
    given,
    reasons,
    steps,
    texts_of,
    words_in_code,
)
from .project import INTEGRATION, PACKAGE, ROOT, Json, name_of


@pytest.mark.parametrize("where", flows())
def test_every_step_with_texts_has_a_method(where: str) -> None:
    flow, texts = flows()[where], texts_of(where)
    assert texts.get("step", {}).keys() - steps(flow) == set()


@pytest.mark.parametrize("where", flows())
def test_every_form_and_menu_has_texts(where: str) -> None:
    flow, texts = flows()[where], texts_of(where)
    shown = given(flow, "async_show_form", "step_id")
    shown |= given(flow, "async_show_menu", "step_id")
    assert shown <= steps(flow)
    assert shown - texts["step"].keys() == set()


@pytest.mark.parametrize("where", flows())
def test_every_option_of_a_menu_has_a_text_and_a_step(where: str) -> None:
    flow, texts = flows()[where], texts_of(where)
    options = given(flow, "async_show_menu", "menu_options")
    named = {
        option
        for step in texts["step"].values()
        for option in step.get("menu_options", {})
    }
    assert options == named
    assert options <= steps(flow)


def test_every_error_has_a_text() -> None:
    # Which of a shared check's errors a flow can come to is seen when tests walk through it
    named = {error for where in flows() for error in texts_of(where).get("error", {})}
    assert {
        error for flow in flows().values() for error in errors(flow)
    } - named == set()


@pytest.mark.parametrize("where", flows())
def test_no_text_of_an_error_is_left_over(where: str) -> None:
    named = set(texts_of(where).get("error", {}))
    assert named - errors(flows()[where]) == set()


@pytest.mark.parametrize("where", flows())
def test_every_reason_has_a_text_and_no_text_is_left_over(where: str) -> None:
    flow, texts = flows()[where], texts_of(where)
    named = set(texts.get("abort", {}))
    assert reasons(flow) - named - OPTIONAL_REASONS == set()
    assert named - reasons(flow) - words_in_code() == set()


@pytest.mark.parametrize("where", flows())
@pytest.mark.quality_rule("config-flow")
def test_every_field_is_described_and_no_text_is_left_over(where: str) -> None:
    texts = texts_of(where)
    for name, step in texts["step"].items():
        for part in (step, *step.get("sections", {}).values()):
            assert set(part.get("data", {})) == set(part.get("data_description", {})), (
                name
            )
    assert fields_in_texts(texts) == fields(flows()[where])


@pytest.mark.parametrize("where", flows())
def test_subentries_are_named_and_can_be_started(where: str) -> None:
    if not where.startswith("config_subentries."):
        assert texts_of(where)["step"]
        return
    texts = texts_of(where)
    assert texts["entry_type"]
    needed = {"user", "reconfigure"} if adds(flows()[where]) else {"user"}
    assert needed <= set(texts["initiate_flow"]) & steps(flows()[where])


def test_every_system_has_its_step_and_can_be_reconfigured() -> None:
    for key in SYSTEMS:
        assert {key, f"{key}_reconfigure"} <= steps(SmartQuarterConfigFlow)


class Example:
    """A flow as the gate reads them."""

    async def async_step_user(self, user_input: Json | None = None) -> object:
        errors = {}
        if user_input:
            errors["base"] = "no_soil"
            return self.async_abort(reason="too_late")
        self._abort_if_unique_id_configured()
        return self.async_show_form(step_id="user", errors=errors)

    def async_abort(self, **values: object) -> object:
        return values

    def async_show_form(self, **values: object) -> object:
        return values

    def _abort_if_unique_id_configured(self) -> None:
        """Stand for the method of Home Assistant."""


def test_steps_errors_and_reasons_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.gates.flow_reader.PACKAGE", __name__)

    assert steps(Example) == {"user"}
    assert given(Example, "async_show_form", "step_id") == {"user"}
    assert errors(Example) == {"no_soil"}
    assert reasons(Example) == {"too_late", "already_configured"}


def test_the_files_of_flows_are_found() -> None:
    assert INTEGRATION / "config_flow.py" in flow_modules()
    assert all(name_of(path).startswith(PACKAGE) for path in flow_modules())
    assert ROOT in INTEGRATION.parents
