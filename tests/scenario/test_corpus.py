"""Every file of the corpus gives exactly what lies beside it."""

import pytest
from corpus import INVALID, VALID, message, resolved

from simcenter.scenario import Scenario, load_scenario


def test_the_corpus_is_as_large_as_promised():
    assert len(INVALID) >= 300
    assert len(VALID) >= 70


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_an_invalid_file_gives_its_message(path):
    assert message(path) == path.with_suffix(".txt").read_text(encoding="utf-8")


def test_every_invalid_file_has_one_fault():
    several = [path.stem for path in INVALID if len(message(path).splitlines()) != 1]
    assert several == ["empty_file"]


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_valid_file_resolves_as_expected_and_to_a_scenario_of_its_own(path):
    assert resolved(path) == path.with_suffix(".json").read_text(encoding="utf-8")
    scenario = load_scenario(path)
    again = Scenario.from_dict(scenario.to_dict())
    assert again.to_dict() == scenario.to_dict()
    assert again == scenario
    assert again.hash == scenario.hash
