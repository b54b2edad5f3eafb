"""The card of a model: `README.md` of a repository on the hub, of what a report says.

The lines between `---` are YAML for the hub's filters and tables, each value written as
JSON, which is YAML, too. Names may be hostile: they stay text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tinycnn.report.data import Report
from tinycnn.report.markdown import escape
from tinycnn.report.summary import list_figures, list_rungs, make_banner

__all__ = ["render_card"]

# What the hub calls what a model is asked; it has no word for real numbers.
_CLASSIFICATION = "image-classification"
_INT8 = "int8"


def render_card(report: Report, repository: str) -> str:
    """The card of a built project, ending in a newline.

    Args:
        report: What is known of it.
        repository: Where it goes, as "owner/name".
    """
    lines = ["---", *_list_facts(report), "---", "", f"# {escape(report.name)}", ""]
    banner = make_banner(report.verdicts)
    board = escape(report.board.title)
    lines += [
        f"An int8 network for microcontrollers. **{escape(banner.headline)}**.",
        "",
    ]
    lines += [f"- {escape(line)}" for line in banner.lines]
    lines += ["", "| arithmetic | right | accuracy |", "|:--|--:|--:|"]
    lines += [
        f"| {escape(rung.label)} | {escape(rung.answers)} | {rung.accuracy} |"
        for rung in list_rungs(report.ladder, report.task)
    ]
    lines += ["", f"| on {board} | | |", "|:--|--:|:--|"]
    lines += [
        f"| {escape(figure.label)} | {escape(f'{figure.value} {figure.unit}'.strip())} "
        f"| {escape(figure.note)} |"
        for figure in list_figures(report)
    ]
    names = ", ".join(map(escape, report.class_names))
    lines += ["", f"Images: {_describe_image(report)}. Classes, in order: {names}.", ""]
    lines += ["```sh", f"tinycnn pull {repository} -o {_folder(repository)}", "```", ""]
    told = (escape(report.reference), f"model `{report.model_sha256[:12]}`")
    lines.append(f"<sub>{'; '.join((escape(report.generator), *told))}</sub>")
    return "\n".join(lines) + "\n"


def _list_facts(report: Report) -> Iterator[str]:
    """Lines of YAML, as the hub reads them."""
    tags = ["tflite", "tinyml", "int8", "microcontroller", report.board.name]
    facts: dict[str, Any] = {"library_name": "tinycnn", "tags": tags}
    if report.task != "regression":
        facts["pipeline_tag"] = _CLASSIFICATION
        facts["model-index"] = [{"name": report.name, "results": _list_results(report)}]
    for key, value in facts.items():
        yield f"{key}: {json.dumps(value)}"


def _list_results(report: Report) -> list[dict[str, Any]]:
    """The accuracy of the last int8 arithmetic that was measured."""
    steps = [step for step in report.ladder if step.total and _INT8 in step.label]
    data = {"name": report.dataset, "type": report.dataset}
    return [
        {
            "task": {"type": _CLASSIFICATION},
            "dataset": data,
            "metrics": [
                {
                    "type": "accuracy",
                    "value": round(step.accuracy, 6),
                    "name": step.label,
                }
            ],
        }
        for step in steps[-1:]
    ]


def _describe_image(report: Report) -> str:
    return " x ".join(map(str, report.images.shape[1:]))


def _folder(repository: str) -> str:
    return repository.rpartition("/")[2]
