"""The floor: one ssh for each host, side by side, each running the same idempotent shell script.

usage: floor.py SCRIPT STATE ADDRESS...
"""

import subprocess
import sys
from pathlib import Path

from peers import Hosts


def main() -> int:
    script, state, *addresses = sys.argv[1:]
    hosts = Hosts(Path(state), addresses)
    running = []
    for address in addresses:
        with open(script, "rb") as text:
            running.append(subprocess.Popen([*hosts.ssh(address), "sh", "-s"], stdin=text))
    return max(process.wait() for process in running)


sys.exit(main())
