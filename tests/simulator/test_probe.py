"""A probe: late, and not quite true."""

import random

import pytest

from simulator.probe import Probe, ProbeSpec


def probe(**settings: float) -> Probe:
    spec = ProbeSpec.from_dict(
        {"key": "probe", "name": "Probe", "noise": 0.0, **settings}
    )
    return Probe(spec, level=20.0, chance=random.Random(1))


def test_it_follows_the_soil_late() -> None:
    late = probe(lag_h=1.0)
    late.follow(0.30, 1.0)
    assert late.read() == pytest.approx(26.3)
    late.follow(0.30, 10.0)
    assert late.read() == pytest.approx(30.0)


def test_it_reads_in_steps() -> None:
    coarse = probe(quantum=0.5, lag_h=0)
    coarse.follow(0.2033, 1.0)
    assert coarse.read() == 20.5


def test_it_drifts() -> None:
    drifting = probe(drift_day=0.5)
    drifting.follow(0.20, 48.0)
    assert drifting.read() == 21.0


def test_noise_scatters_around_the_truth() -> None:
    noisy = probe(noise=1.0)
    readings = [noisy.read() for _ in range(500)]
    assert sum(readings) / 500 == pytest.approx(20.0, abs=0.2)
    assert len(set(readings)) > 20


def test_fault_bias_shifts_every_reading() -> None:
    biased = probe()
    biased.faults["bias"] = -3.0
    assert biased.read() == 17.0


def test_fault_stuck_repeats_the_last_reading() -> None:
    stuck = probe(lag_h=0)
    stuck.faults["stuck"] = 1.0
    before = stuck.read()
    stuck.follow(0.35, 5.0)
    assert stuck.read() == before == 20.0
    del stuck.faults["stuck"]
    assert stuck.read() == 35.0


def test_it_never_reads_below_nothing() -> None:
    dry = probe(bias=-50)
    assert dry.read() == 0.0
