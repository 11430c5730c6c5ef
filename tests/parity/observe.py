"""Runs a case under one program in a directory of its own and tells what could be seen, free of what differs by nature."""

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from cases import Case

HERE = Path(__file__).parent
SECONDS = 30
# Moments, places and identities of this machine, and what a program says about itself.
VOLATILE = {"start", "end", "delta", "atime", "mtime", "ctime", "birthtime", "inode", "dev", "uid", "gid", "owner", "group", "size", "invocation"}
VOLATILE |= {"exception", "failed_when_suppressed_exception", "warnings", "deprecations", "ansible_job_id", "results_file", "ansible_loop_var", "diff", "backup_file"}
# Failures of these modules say what the playbook made them say.
SPEAKING = {"fail", "assert", "command", "shell", "debug"}


@dataclass
class Program:
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)


def rplay(binary: Path) -> Program:
    return Program([str(binary), "--output", "ndjson"])


def ansible(programs: Path) -> Program:
    environment = {
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback"),
        "ANSIBLE_STDOUT_CALLBACK": "parity",
        "ANSIBLE_PYTHON_INTERPRETER": str(programs / "python3"),
        "ANSIBLE_PIPELINING": "True",
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return Program([str(programs / "ansible-playbook")], environment)


def observe(case: Case, program: Program) -> dict:
    """`{runs: [{exit, recap, hosts}], files}`: results by host in their order, and what is in the directory afterwards."""
    with tempfile.TemporaryDirectory(prefix="parity-") as top:
        home, work = Path(top, "home"), Path(top, "work")
        home.mkdir()
        work.mkdir()
        case.lay(work)
        environment = clean_environment(home) | program.environment | case.environment | {"PARITY_EVENTS": str(Path(top, "events"))}
        for command in case.before:
            subprocess.run(["bash", "-c", command], cwd=work, env=environment, check=True)
        before = files(work)
        runs = [run([*program.command, *arguments], work, environment) for arguments in case.runs]
        left = {path: entry for path, entry in files(work).items() if before.get(path) != entry}
        left |= {path: None for path in before if not os.path.lexists(work / path)}
        return json.loads(json.dumps({"runs": runs, "files": left}).replace(str(work), "{work}").replace(str(home), "{home}"))


def clean_environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    return kept | {"HOME": str(home), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TERM": "dumb", "TZ": "UTC"}


def run(command: list[str], work: Path, environment: dict[str, str]) -> dict:
    events = Path(environment["PARITY_EVENTS"])
    events.unlink(missing_ok=True)
    try:
        done = subprocess.run(command, cwd=work, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, errors="replace")
    except subprocess.TimeoutExpired:
        return {"exit": f"none in {SECONDS} seconds"}
    lines = events.read_text() if events.exists() else done.stdout
    if os.environ.get("PARITY_SHOW"):
        print(done.stdout, done.stderr)
    if any(argument.startswith("--list-") for argument in command):
        return {"exit": done.returncode, "stdout": done.stdout.strip().splitlines()}
    told = [json.loads(line) for line in lines.splitlines() if line.startswith("{")]
    return {"exit": done.returncode} | summary([uniform(event) for event in told])


def uniform(event: dict) -> dict:
    """rplay's events in the callback plugin's words; those come through as they are."""
    kinds = {"item_ended": "item", "task_ended": "task", "run_ended": "recap"}
    if event["event"] == "run_ended":
        return {"event": "recap", "recap": dict(event["recap"])}
    if event["event"] in kinds:
        label = event["task"]
        return event | {"event": kinds[event["event"]], "task": label["name"], "module": label["module"].rpartition(".")[2]}
    return event


def summary(events: list[dict]) -> dict:
    hosts: dict[str, list] = {}
    recap: dict = {}
    for event in events:
        if event["event"] == "recap":
            recap = event["recap"]
        elif event["event"] in ("task", "item") and not silent(event):
            hosts.setdefault(event["host"], []).append(entry(event))
    return {"recap": dict(sorted(recap.items())), "hosts": dict(sorted(hosts.items()))}


def silent(event: dict) -> bool:
    """Inclusions that went well and meta tasks are told in too different ways; their effects are compared."""
    including = event["module"].startswith(("include_tasks", "include_role", "import_"))
    return event["module"] == "meta" or including and event["status"] in ("ok", "changed")


def entry(event: dict) -> dict:
    result = event["result"]
    told = {"task": event["task"], "status": event["status"]}
    if event["event"] == "item":
        told["item"] = True
    if event.get("ignored") and event["event"] == "task":
        told["ignored"] = True
    # The items were told before; as a whole they would only say everything twice.
    told["result"] = {} if event["event"] == "task" and ("results" in result or event.get("looped")) else plain(result)
    # How a mistake of the playbook's is worded is each program's own matter.
    if str(told["result"].get("msg", "")).startswith("Task failed: "):
        told["result"]["msg"] = "Task failed: …"
    if event["module"] in ("setup", "gather_facts"):
        told["result"] = {}
    # The status says so already; callbacks are not told these of a whole result.
    for name in ("failed", "skipped"):
        told["result"].pop(name, None)
    if event["status"] in ("failed", "unreachable") and event["module"] not in SPEAKING:
        for name in ("msg", "reason", "message"):
            told["result"].pop(name, None)
    return told


def plain(value):
    """A result without what differs by nature."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: plain(item) for key, item in value.items() if not passing(key, item)}


def passing(key: str, value) -> bool:
    """Whether a field of a result differs by nature: also the temporary file a controller copied from, and an inode's generation."""
    return key in VOLATILE or key == "version" and str(value).isdigit() and len(value) > 4 or key.startswith(("_ansible_", "_rplay_")) or key == "src" and "/.ansible/tmp/" in str(value)


def files(root: Path) -> dict:
    return {str(path.relative_to(root)): look(path) for path in sorted(root.rglob("*"))}


def look(path: Path) -> dict:
    if path.is_symlink():
        return {"link": os.readlink(path)}
    mode = f"{path.stat().st_mode & 0o7777:04o}"
    return {"mode": mode, "directory": True} if path.is_dir() else {"mode": mode, "text": path.read_bytes().decode(errors="backslashreplace")}
