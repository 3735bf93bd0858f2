"""Scenarios in files."""

from pathlib import Path

import pytest
import yaml

from simulator.scenario import LOBEDA, ScenarioError, ValveKind, load

from .quarter import small


def write(folder: Path, **changes: object) -> Path:
    path = folder / "scenario.yaml"
    path.write_text(yaml.safe_dump(small().to_dict() | changes), encoding="utf-8")
    return path


def test_the_demo_has_every_kind_of_valve() -> None:
    lobeda = load(LOBEDA)
    assert {valve.kind for valve in lobeda.valves} == set(ValveKind)
    assert 4 <= len(lobeda.zones) <= 7
    assert lobeda.tank is not None


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    assert load(write(tmp_path)) == small()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"start": "2026-07-01T00:00:00"}, "offset"),
        ({"valves": [{"key": "a", "name": "A"}] * 2}, "keys used twice: a"),
        (
            {"zones": [{"key": "z", "name": "Z", "valve": "nobody"}]},
            "no such outlet: nobody",
        ),
        ({"tank": None}, "a level sensor needs a tank"),
        ({"colour": "green"}, "colour"),
        ({"zones": [{"key": "z", "name": "Z"}]}, "valve"),
    ],
)
def test_a_quarter_that_does_not_fit_is_refused_with_a_reason(
    tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    with pytest.raises(ScenarioError, match=reason):
        load(write(tmp_path, **changes))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"nowhere\.yaml"):
        load(tmp_path / "nowhere.yaml")


def test_broken_yaml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("zones: [", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"broken\.yaml"):
        load(path)
