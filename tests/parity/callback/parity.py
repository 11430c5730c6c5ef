"""Writes what ansible-playbook tells its callbacks as JSON lines into the file that PARITY_EVENTS names."""

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
    name: parity
    type: stdout
    short_description: JSON lines for comparison
    description: Writes results and the recap as JSON lines into the file that PARITY_EVENTS names.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "parity"

    def __init__(self):
        super().__init__()
        self.names = {}
        self.out = open(os.environ["PARITY_EVENTS"], "w", encoding="utf-8")

    def tell(self, **event):
        self.out.write(json.dumps(event, default=str) + "\n")
        self.out.flush()

    def result(self, result, status, ignored=False, item=False):
        task = result.task
        self.tell(
            event="item" if item else "task",
            host=result.host.get_name(),
            task=self.names.get(task._uuid, task.get_name()).strip(),
            module=task.action.rpartition(".")[2],
            status="changed" if status == "ok" and result.result.get("changed") else status,
            ignored=bool(ignored),
            result=result.result,
        )

    def v2_playbook_on_task_start(self, task, is_conditional):
        self.names[task._uuid] = task.get_name()

    def v2_playbook_on_handler_task_start(self, task):
        self.names[task._uuid] = task.get_name()

    def v2_runner_on_ok(self, result):
        self.result(result, "ok")

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self.result(result, "failed", ignore_errors)

    def v2_runner_on_skipped(self, result):
        self.result(result, "skipped")

    def v2_runner_on_unreachable(self, result):
        self.result(result, "unreachable", result.task.ignore_unreachable)

    def v2_runner_item_on_ok(self, result):
        self.result(result, "ok", item=True)

    def v2_runner_item_on_failed(self, result):
        self.result(result, "failed", item=True)

    def v2_runner_item_on_skipped(self, result):
        self.result(result, "skipped", item=True)

    def v2_playbook_on_stats(self, stats):
        names = {"ok": "ok", "changed": "changed", "dark": "unreachable", "failures": "failed", "skipped": "skipped", "rescued": "rescued", "ignored": "ignored"}
        counts = {ours: getattr(stats, theirs) for theirs, ours in names.items()}
        self.tell(event="recap", recap={host: {name: count.get(host, 0) for name, count in counts.items()} for host in stats.processed})
