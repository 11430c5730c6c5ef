#!/usr/bin/env bash
# The main job: three members that are healthy over TLS, the balancer beside the certificates, nothing to do the second time.
. "$(dirname "$0")/lib.sh"

play etcd --output ndjson >"$work/events" || fail "the main job ended with $?"
python3 - "$work/events" <<'EOF'
import json, sys
events = [json.loads(line) for line in open(sys.argv[1])]
names = {e["stage"]: e["name"] for e in events if e["event"] == "stage_started"}
started = [e["seconds_since_start"] for e in events if e["event"] == "task_started" and names[e["stage"]] == "lb"]
ended = [e["seconds_since_start"] for e in events if e["event"] == "task_ended" and names[e["stage"]] == "pki"]
assert min(started) < max(ended), f"the first task of lb started at {min(started)}, the last of pki ended at {max(ended)}"
recap = next(e for e in events if e["event"] == "run_ended")["recap"]
wrong = [host for host, counts in recap if counts["failed"] or counts["unreachable"]]
assert len(recap) == 7 and not wrong, recap
EOF
[ "$(healthy_members)" = 3 ] || fail "not three healthy members"

play etcd >"$work/again" || { tail -n 60 "$work/again"; fail "the second run ended with $?"; }
every_host "$work/again" ' changed=0 .* unreachable=0 .* failed=0 '
[ "$(grep -c '"https://.* is healthy' "$work/again")" = 3 ] || fail "the run does not show three healthy members"

on node1 'test -z "$(find /etc -name "*.key" -perm /077)"' || fail "a key can be read by others"
! on node3 'find /etc -name "ca.key" | grep .' || fail "the key of an authority is on node3"

"$root/target/rplay" graph -i "$inventory" "$root/playbooks/etcd.yml" >"$work/graph"
grep -q 'etcd' "$work/graph" || fail "the graph does not show etcd"
