"""``simcenter scenarios``: what is ready."""

import typer


def scenarios() -> None:
    """List the ready scenarios."""
    from simcenter.scenario import load_scenario
    from simcenter.scenario.ready import ready_scenarios

    for name, path in ready_scenarios().items():
        typer.echo(f"{name:<16}{load_scenario(path).name}")
    typer.echo("\nsimcenter init NAME copies one, with its demand file, to edit.", err=True)
