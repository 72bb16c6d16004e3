"""``simcenter init``: a scenario to begin from."""

import shutil
from pathlib import Path
from typing import Annotated

import typer


def init(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A ready scenario; `simcenter scenarios` lists them.")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to; here when left out.")] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
) -> None:
    """Copy a ready scenario, with its demand files, to edit."""
    from simcenter.errors import SimcenterError
    from simcenter.scenario.ready import scenario_files

    sources = scenario_files(name)
    there = [str(folder.joinpath(source.name)) for source in sources if (folder.joinpath(source.name)).exists()]
    if there and not force:
        raise SimcenterError(f"{', '.join(there)}: there already; --force overwrites")
    folder.mkdir(parents=True, exist_ok=True)
    for source in sources:
        shutil.copyfile(source, folder.joinpath(source.name))
        typer.echo(f"wrote {folder.joinpath(source.name)}")
    typer.echo(f"next: simcenter plan {folder.joinpath(sources[0].name)}", err=True)
