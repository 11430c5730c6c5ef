"""The cases: `<feature>/<case>.yml` is a playbook; a directory of the same name beside it is copied next to it.

Every leading comment `# args: …` is one run with these arguments, all in the same directory; without one there is a single
run. `-i a,b,c -c local` is added unless the arguments name an inventory; the playbook's name is added at the end.
`# env: NAME=value` sets a variable of the environment for all runs; `# before: command` is run by a shell beforehand.
"""

import shlex
import shutil
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent


@dataclass
class Case:
    name: str
    playbook: Path
    runs: list[list[str]] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    before: list[str] = field(default_factory=list)

    @property
    def expected(self) -> Path:
        return self.playbook.with_suffix(".expected.json")

    def lay(self, directory: Path) -> None:
        """Puts the case's files into `directory`."""
        companion = self.playbook.with_suffix("")
        if companion.is_dir():
            shutil.copytree(companion, directory, dirs_exist_ok=True)
        shutil.copy(self.playbook, directory)


def arguments(text: str, playbook: str) -> list[str]:
    words = shlex.split(text)
    given = any(word in ("-i", "--inventory") for word in words)
    return [*([] if given else ["-i", "a,b,c"]), "-c", "local", *words, playbook]


def read(playbook: Path) -> Case:
    case = Case(str(playbook.relative_to(HERE).with_suffix("")), playbook)
    for line in playbook.read_text().splitlines():
        key, colon, value = line.removeprefix("#").strip().partition(":")
        if not line.startswith("#"):
            break
        if colon and key == "args":
            case.runs.append(arguments(value, playbook.name))
        elif colon and key == "env":
            case.environment |= dict(word.split("=", 1) for word in shlex.split(value))
        elif colon and key == "before":
            case.before.append(value)
    case.runs = case.runs or [arguments("", playbook.name)]
    return case


def find(parts: list[str]) -> list[Case]:
    """Every case whose name contains one of `parts`; all when there are none."""
    found = [read(path) for path in sorted(HERE.glob("*/*.yml"))]
    return [case for case in found if not parts or any(part in case.name for part in parts)]
