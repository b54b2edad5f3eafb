"""The latency of a device that speaks text, for `tinycnn profile --dialect`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tinycnn.cli.console import print_json

if TYPE_CHECKING:
    from tinycnn.workbench import DeviceChoice, Subject

__all__ = ["show_latency"]


def show_latency(subject: Subject, choice: DeviceChoice, *, as_json: bool) -> None:
    """Measure and print how long the model takes as a whole."""
    from tinycnn.device import TextDevice
    from tinycnn.harness import check_identity, list_reservations, measure_latency
    from tinycnn.workbench import open_device

    with open_device(subject, choice) as device:
        assert isinstance(device, TextDevice)  # a dialect of text was asked for
        info = device.info()
        check_identity(device.name, subject.identity(choice), info)
        found = measure_latency(device, subject.inputs[0])
    if as_json:
        windows = [round(micros, 1) for micros in found.windows]
        rate = round(found.runs_per_second, 3)
        told = {"device": found.device, "runs": found.runs, "windows_us": windows}
        print_json({**told, "median_us": round(found.micros, 1), "per_second": rate})
        return
    click.echo(
        f"{found.device}: {found.micros / 1e3:,.3f} ms an inference, "
        f"{found.runs_per_second:,.3f} a second"
    )
    click.echo(f"median of {len(found.windows)} windows of {found.runs:,} runs")
    for line in list_reservations(info)[:1]:
        click.echo(line)
