"""The work every peer does, written once for each of them into a directory.

Case A: 100 tasks on every host, 25 times [directory, copy, lineinfile, command].
Case B: 200 tasks that are all skipped.
"""

from pathlib import Path

GROUPS = 25
SKIPPED = 200
PLACE = "/opt/bench"

PLAY = "- hosts: all\n  gather_facts: false\n  tasks:\n"

PLAY_GROUP = """\
    - file: {{path: {place}/{n}, state: directory, mode: "0755"}}
    - copy: {{dest: {place}/{n}/copied, content: "content of {n}\\n", mode: "0644"}}
    - lineinfile: {{path: {place}/{n}/lines, line: "setting = {n}", create: true, mode: "0644"}}
    - command: {{cmd: touch {place}/{n}/done, creates: {place}/{n}/done}}
"""

PLAY_SKIPPED = "    - {{command: /bin/false, when: inventory_hostname == 'nobody{n}'}}\n"

# A file that is right is left alone, as the other peers do.
SHELL_GROUP = """\
[ -d {place}/{n} ] || mkdir -p {place}/{n}
[ "$(cat {place}/{n}/copied 2>/dev/null)" = "content of {n}" ] || echo "content of {n}" >{place}/{n}/copied
grep -qxF "setting = {n}" {place}/{n}/lines 2>/dev/null || echo "setting = {n}" >>{place}/{n}/lines
[ -e {place}/{n}/done ] || touch {place}/{n}/done
"""

PYINFRA_A = f'''\
from io import StringIO
from pyinfra import host
from pyinfra.facts.files import File
from pyinfra.operations import files, server

for n in range({GROUPS}):
    here = f"{PLACE}/{{n}}"
    files.directory(path=here, mode="755")
    files.put(src=StringIO(f"content of {{n}}\\n"), dest=f"{{here}}/copied", mode="644")
    files.line(path=f"{{here}}/lines", line=f"setting = {{n}}")
    if not host.get_fact(File, path=f"{{here}}/done"):
        server.shell(commands=[f"touch {{here}}/done"])
'''

PYINFRA_B = f'''\
from pyinfra import host
from pyinfra.operations import server

for n in range({SKIPPED}):
    server.shell(commands=["/bin/false"], _if=lambda n=n: host.name == f"nobody{{n}}")
'''


def repeat(text: str, times: int) -> str:
    return "".join(text.format(n=n, place=PLACE) for n in range(times))


def write(directory: Path) -> None:
    """Writes each case's playbook, shell script and pyinfra deploy."""
    directory.mkdir(parents=True, exist_ok=True)
    contents = {
        "a.yml": PLAY + repeat(PLAY_GROUP, GROUPS),
        "b.yml": PLAY + repeat(PLAY_SKIPPED, SKIPPED),
        "a.sh": "set -e\n" + repeat(SHELL_GROUP, GROUPS),
        "b.sh": "".join(f'[ "$(hostname)" != nobody{n} ] || /bin/false\n' for n in range(SKIPPED)),
        "a.py": PYINFRA_A,
        "b.py": PYINFRA_B,
    }
    for name, text in contents.items():
        (directory / name).write_text(text)
