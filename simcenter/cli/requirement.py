"""``simcenter requirement``: the closed-form answer."""

from simcenter.cli.options import Json, Output, ScenarioFile, Settings, read_scenario
from simcenter.cli.screen import show


def requirement(
    scenario: ScenarioFile, settings: Settings = None, output: Output = None, as_json: Json = False
) -> None:
    """Advisers per desk and interval by queueing formulas: instant, unproven; where `plan` begins."""
    from simcenter.planning import requirement as required

    show(required(read_scenario(scenario, settings)), output=output, as_json=as_json)
