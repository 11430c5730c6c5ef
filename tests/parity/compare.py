"""Differences between two observations, and which of them are wanted."""

import fnmatch
import json
import tomllib
from pathlib import Path

WANTED = Path(__file__).with_name("differences.toml")


def differences(expected, found, place: str = "") -> dict[str, str]:
    """What differs, by its place: keys and positions joined by dots."""
    if expected == found and type(expected) is type(found):
        return {}
    if isinstance(expected, dict) and isinstance(found, dict):
        keys = [*expected, *(key for key in found if key not in expected)]
        pairs = [(key, expected.get(key, ABSENT), found.get(key, ABSENT)) for key in keys]
    elif isinstance(expected, list) and isinstance(found, list):
        length = max(len(expected), len(found))
        padded = [side + [ABSENT] * (length - len(side)) for side in (expected, found)]
        pairs = [(number, *both) for number, both in enumerate(zip(*padded))]
    else:
        return {place: f"{show(expected)}  !=  {show(found)}"}
    return {at: text for key, one, other in pairs for at, text in differences(one, other, f"{place}.{key}".strip(".")).items()}


def text(value, depth: int = 0) -> str:
    """JSON that reads well and shows a change as few lines: the outer levels are spread, a result is one line."""
    if depth == 5 or not isinstance(value, (dict, list)) or not value:
        return json.dumps(value, ensure_ascii=False)
    indent = " " * (depth + 1)
    pairs = value.items() if isinstance(value, dict) else [(None, item) for item in value]
    lines = [("" if key is None else json.dumps(key) + ": ") + text(item, depth + 1) for key, item in pairs]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n{indent}" + f",\n{indent}".join(lines) + f"\n{indent[1:]}{closing}"


class Absent:
    """Stands where one side has nothing."""


ABSENT = Absent()


def show(value) -> str:
    return "(nothing)" if value is ABSENT else json.dumps(value, ensure_ascii=False)


def wanted() -> dict[str, dict]:
    """`{case: {at: [patterns of places], reason}}`."""
    return tomllib.loads(WANTED.read_text())


def judge(found: dict[str, str], entry: dict | None) -> list[str]:
    """The differences nobody wants; a wanted one that is gone counts as one, so that the list stays true."""
    patterns = entry["at"] if entry else []
    lines = [f"{at}: {text}" for at, text in found.items() if not any(fnmatch.fnmatchcase(at, pattern) for pattern in patterns)]
    gone = [pattern for pattern in patterns if not any(fnmatch.fnmatchcase(at, pattern) for at in found)]
    return lines + [f"{pattern}: no longer differs; take it out of {WANTED.name}" for pattern in gone]
