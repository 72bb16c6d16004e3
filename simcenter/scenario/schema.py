"""JSON Schema of the scenario file, for editors that complete and check while one types."""

from typing import Any

from simcenter.scenario.model import ScenarioForm


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a scenario file.

    It knows every key and the form of every value. Rules that cross values are checked by loading the scenario.
    """
    schema = ScenarioForm.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "simcenter scenario"
    return schema
