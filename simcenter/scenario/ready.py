"""Ready scenarios: those shipped with the package, found by name."""

from importlib.util import find_spec
from pathlib import Path

from simcenter.errors import SimcenterError


def ready_scenarios() -> dict[str, Path]:
    """The scenarios shipped with simcenter.

    Returns
    -------
    dict of str to Path
        Name to TOML file, sorted by name; the demand files are beside it.
    """
    return {path.stem: path for path in sorted(_folder().glob("*.toml"))}


def find_scenario(place: str | Path) -> Path:
    """The file of a scenario given by its path, or by the name of a ready one.

    Raises
    ------
    SimcenterError
        When there is neither; names both.
    """
    path = Path(place)
    if path.exists():
        return path
    ready = ready_scenarios()
    if str(place) in ready:
        return ready[str(place)]
    raise SimcenterError(f"{place}: no such file, and no ready scenario of that name ({', '.join(ready)})")


def scenario_files(name: str) -> list[Path]:
    """A ready scenario's TOML file and the demand files that go with it (those whose name begins with its own)."""
    ready = ready_scenarios()
    if name not in ready:
        raise SimcenterError(f"{name}: no ready scenario of that name; there are {', '.join(ready)}")
    return [ready[name], *sorted(path for path in _folder().glob(f"{name}*") if path.suffix in (".csv", ".xlsx"))]


def _folder() -> Path:
    """Installed they are the package simcenter.examples; in a source tree they lie beside the package."""
    shipped = find_spec("simcenter.examples")
    if shipped is not None and shipped.origin is not None:
        return Path(shipped.origin).parent
    return Path(__file__).parents[2] / "scenarios"
