"""How each peer is started, at its best settings. A peer is a command and what it needs in its environment."""

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

PACKAGES = ["ansible-core==2.19.*", "mitogen==0.3.54", "pyinfra==3.10.*"]


@dataclass
class Peer:
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)


@dataclass
class Hosts:
    """The testbed instance the peers work on."""

    state: Path
    addresses: list[str]

    def ssh(self, address: str) -> list[str]:
        options = ["-q", "-F", "none", "-o", "BatchMode=yes", "-o", f"UserKnownHostsFile={self.state}/known_hosts"]
        return ["ssh", *options, "-i", f"{self.state}/id_ed25519", f"root@{address}"]


def install(cache: Path) -> Path:
    """A virtual environment with the Python peers, made once; returns its programs' directory."""
    venv = cache / "peers"
    marker = venv / "complete"
    if not marker.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([venv / "bin/pip", "install", "--quiet", *PACKAGES], check=True)
        marker.touch()
    return venv / "bin"


def peers(case: str, work: Path, hosts: Hosts, programs: Path | None) -> dict[str, Peer]:
    """Every peer for one case. Without `programs` only those that need no Python packages."""
    inventory = str(hosts.state / "inventory.cfg")
    play = ["-i", inventory, str(work / f"{case}.yml")]
    found = {
        "shell": Peer([sys.executable, str(Path(__file__).with_name("floor.py")), str(work / f"{case}.sh"), str(hosts.state), *hosts.addresses]),
        "rplay": Peer([str(Path(__file__).parents[1] / "target/rplay"), *play]),
    }
    if programs is None:
        return found
    ansible = {
        "ANSIBLE_PIPELINING": "True",
        "ANSIBLE_FORKS": str(len(hosts.addresses)),
        "ANSIBLE_SSH_ARGS": "-C -o ControlMaster=auto -o ControlPersist=60s",
        "ANSIBLE_LOCALHOST_WARNING": "False",
    }
    plugins = next(programs.parent.glob("lib/python*/site-packages/ansible_mitogen/plugins/strategy"))
    mitogen = ansible | {"ANSIBLE_STRATEGY_PLUGINS": str(plugins), "ANSIBLE_STRATEGY": "mitogen_linear"}
    login = ["--ssh-user", "root", "--ssh-key", f"{hosts.state}/id_ed25519", "--data", f"ssh_known_hosts_file={hosts.state}/known_hosts"]
    pyinfra = [str(programs / "pyinfra"), "-y", *login, ",".join(hosts.addresses), str(work / f"{case}.py")]
    return found | {
        "ansible": Peer([str(programs / "ansible-playbook"), *play], ansible),
        "mitogen": Peer([str(programs / "ansible-playbook"), *play], mitogen),
        "pyinfra": Peer(pyinfra),
    }
