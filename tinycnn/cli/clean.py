"""`tinycnn clean`: what was built is deleted; nothing that a person wrote."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from tinycnn.cli.console import project_argument

__all__ = ["clean"]


@click.command()
@project_argument
def clean(project: Path) -> None:
    """Delete the build folder of PROJECT; the next build makes all of it again.

    tinycnn.toml, data and what a search found stay.

    \b
    Example:
      tinycnn clean flowers
    """
    from tinycnn.artifacts import BuildFolder, claim
    from tinycnn.errors import ProjectError
    from tinycnn.project import load_project

    load_project(project)  # whose folder it is
    build = BuildFolder.of(project)
    if not build.path.is_dir():
        click.echo(f"{build.path}: nothing is there")
        return
    if build.path.is_symlink() or not build.records.path.is_file():
        raise ProjectError(
            f"{build.path}: expected a build folder, got one that tinycnn did not make",
            hint="look at it, and delete it by hand",
        )
    files = [path for path in build.path.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    with claim(build, "clean", makes=False):
        shutil.rmtree(build.path)
    click.echo(f"deleted {build.path}: {len(files)} files, {size / 1e6:.1f} MB")
