"""As much of GitHub's runner as a composite action needs: expressions, steps, files.

Each `run` is run by bash as the runner does; of a `uses` it is kept that it was asked
for. Programs that are stubs come first on the PATH.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

__all__ = ["ACTION", "ROOT", "Runner", "add_program", "evaluate", "make_runner"]
__all__ += ["read_action"]

ROOT = Path(__file__).parents[2]
ACTION = ROOT / "action/action.yml"
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_TOKEN = re.compile(r"'(?:[^']|'')*'|&&|\|\||==|!=|!|\(|\)|[\w.-]+\(\)|[\w.-]+")
_WORDS = {
    "&&": "and",
    "||": "or",
    "!": "not",
    "(": "(",
    ")": ")",
    "==": "==",
    "!=": "!=",
}

INSTALL = """
import json, os, sys
from pathlib import Path
if sys.argv[1:3] == ["-m", "pip"]:
    Path(os.environ["TESTS"], "pip.json").write_text(json.dumps(sys.argv[3:]))
else:
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
TINYCNN = """
import os, sys
os.execv(sys.executable, [sys.executable, "-m", "tinycnn", *sys.argv[1:]])
"""
# Comments are a JSON file; the filter that jq would apply is applied by its meaning.
GH = """
import json, os, sys
from pathlib import Path
if os.environ.get("GH_TOKEN") != "secret":
    sys.exit("gh: HTTP 403: Resource not accessible by integration")
file = Path(os.environ["TESTS"], "comments.json")
comments = json.loads(file.read_text()) if file.exists() else []
arguments = sys.argv[2:]
body = next((a.partition("@")[2] for a in arguments if a.startswith("body=@")), None)
text = Path(body).read_text() if body else ""
path = next(a for a in arguments if a.startswith("repos/someone/something/issues/"))
if "--jq" in arguments:
    assert path.endswith("/issues/7/comments")
    wanted = arguments[arguments.index("--jq") + 1]
    assert "startswith(env.MARKER)" in wanted
    assert 'select(.user.type == "Bot" or ' in wanted
    for one in comments:
        trusted = one["user"] == "Bot"
        if one["body"].startswith(os.environ["MARKER"]) and trusted:
            print(one["id"])
elif "PATCH" in arguments:
    (old,) = [one for one in comments if path.endswith(f"/comments/{one['id']}")]
    old["body"] = text
else:
    assert "POST" in arguments
    comments.append({"id": 100 + len(comments), "user": "Bot", "body": text})
file.write_text(json.dumps(comments))
"""


def read_action() -> dict[str, Any]:
    """The action, parsed."""
    found = yaml.safe_load(ACTION.read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def evaluate(expression: str, context: Mapping[str, Any]) -> Any:
    """The value of what stands between the braces."""
    words: list[str] = []
    values: list[Any] = []
    for token in _TOKEN.findall(expression):
        if token in _WORDS:
            words.append(_WORDS[token])
        else:
            words.append(f"values[{len(values)}]")
            values.append(_look_up(token, context))
    return eval(" ".join(words), {"__builtins__": {}, "values": values})


def _look_up(token: str, context: Mapping[str, Any]) -> Any:
    if token.startswith("'"):
        return token[1:-1].replace("''", "'")
    if token.endswith("()"):
        return context["functions"][token[:-2]]
    value: Any = context
    for key in token.split("."):
        value = value.get(key, "") if isinstance(value, Mapping) else ""
    return value


def fill(text: object, context: Mapping[str, Any]) -> str:
    """Text with each expression replaced by its value."""
    return _EXPRESSION.sub(lambda m: str(evaluate(m[1], context)), str(text))


def add_program(folder: Path, name: str, text: str) -> None:
    """A stub: a Python program that is found before others."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@dataclass
class Runner:
    """Runs the action in a folder.

    Attributes:
        folder: Where the repository of the user lies.
        programs: Where the stubs are.
        inputs: What the workflow says.
        event: What happened, as GitHub tells it.
        used: The actions that were asked for.
        log: All that was printed.
        ran: The ids of the steps that ran, in order, with their exit codes.
    """

    folder: Path
    programs: Path
    inputs: dict[str, str] = field(default_factory=dict)
    event: dict[str, Any] = field(default_factory=dict)
    used: list[str] = field(default_factory=list)
    log: str = ""
    ran: dict[str, int] = field(default_factory=dict)

    def run(self) -> tuple[int, dict[str, str]]:
        """Exit code and outputs of the whole action."""
        action = read_action()
        steps: dict[str, Any] = {}
        context: dict[str, Any] = {
            "github": {"token": "secret", "event": self.event},
            "steps": steps,
        }
        given = {key: one.get("default", "") for key, one in action["inputs"].items()}
        context["inputs"] = {
            key: self.inputs.get(key, fill(value, context))
            for key, value in given.items()
        }
        self._start()
        code = 0
        for number, step in enumerate(action["runs"]["steps"]):
            is_good = code == 0
            context["functions"] = {"success": is_good, "failure": not is_good}
            context["functions"] |= {"always": True, "cancelled": False}
            wanted = _EXPRESSION.sub(r"\1", str(step.get("if", "success()")))
            if not evaluate(wanted, context):
                continue
            name = step.get("id", str(number))
            if "uses" in step:
                self.used.append(step["uses"])
                continue
            ended = self._run_step(step, context)
            self.ran[name] = ended
            steps[name] = {"outputs": self._read_outputs()}
            code = code or ended
        outputs = {
            key: fill(one["value"], context) for key, one in action["outputs"].items()
        }
        return code, outputs

    @property
    def page(self) -> str:
        """The summary of the job."""
        return (self.folder / ".runner/page.md").read_text("utf-8")

    def _start(self) -> None:
        (self.folder / ".runner/temp").mkdir(parents=True, exist_ok=True)
        (self.folder / ".runner/page.md").touch()

    def _run_step(self, step: Mapping[str, Any], context: Mapping[str, Any]) -> int:
        place = self.folder / ".runner"
        (place / "outputs").write_text("")
        (place / "script.sh").write_text(fill(step["run"], context))
        assert step["shell"] == "bash"
        environment = {
            "PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}",
            "HOME": os.environ.get("HOME", str(place)),
            "PYTHONPATH": str(ROOT),
            "GITHUB_OUTPUT": str(place / "outputs"),
            "GITHUB_STEP_SUMMARY": str(place / "page.md"),
            "GITHUB_ACTION_PATH": str(ACTION.parent),
            "GITHUB_REPOSITORY": "someone/something",
            "RUNNER_TEMP": str(place / "temp"),
            "TESTS": str(self.folder),
            **{key: fill(value, context) for key, value in step.get("env", {}).items()},
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", place / "script.sh"],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        self.log += done.stdout + done.stderr
        return done.returncode

    def _read_outputs(self) -> dict[str, str]:
        lines = (self.folder / ".runner/outputs").read_text("utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)


def make_runner(folder: Path, **inputs: str) -> Runner:
    """With our tinycnn, a pip that only notes what it should install, and a gh."""
    made = Runner(folder, folder / "programs", inputs)
    for name, text in (("python", INSTALL), ("tinycnn", TINYCNN), ("gh", GH)):
        add_program(made.programs, name, text)
    return made
