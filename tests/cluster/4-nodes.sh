#!/usr/bin/env bash
# A node more while an old one is off: no task touches the nodes that are there, and they find its pods all the same.
# Then the new node leaves, and the old one comes back.
. "$(dirname "$0")/lib.sh"
play_well cluster

# The same hosts, and node8 a node.
larger=$state/inventory-larger.cfg
awk '/^\[/ { group = $0 } group == "[spare]" && $0 == "node8" { next } { print } $0 == "[kube-node]" { print "node8" }' "$inventory" >"$larger"
trap 'rm -rf "$work" "$larger"; "$root/tests/hosts/up" >/dev/null' EXIT
larger() { "$root/target/rplay" -b -i "$larger" "${@:2}" "$root/playbooks/$1.yml"; }

state_of() { kubectl get node "$1" --output 'jsonpath={.status.conditions[?(@.type=="Ready")].status}' 2>/dev/null; }
is() { [ "$(state_of "$1")" = "$2" ]; }
gone() { ! kubectl get node "$1" >/dev/null 2>&1; }

"$root/tests/hosts/off" node6
within 120 is node6 Unknown || fail "the cluster does not notice that node6 is off"
larger scale --output ndjson >"$work/events" 2>"$work/scale" || { tail -n 40 "$work/scale"; fail "scale failed"; }
touched=$(python3 - "$work/events" <<'END'
import json, sys
events = [json.loads(line) for line in open(sys.argv[1])]
recap = dict(next(e for e in events if e["event"] == "run_ended")["recap"])
wrong = {host: counts for host, counts in recap.items() if counts["failed"] or counts["unreachable"]}
assert not wrong, wrong
ended = [e for e in events if e["event"] == "task_ended"]
hosts = {e["host"] for e in ended} | {e["delegate"].split("(")[0] for e in ended if e.get("delegate")}
print(*sorted(hosts))
END
)
[ "$touched" = "node1 node2 node8" ] || fail "tasks ran on $touched"
is node8 True || fail "node8 is not ready"

# A pod on the new node, reached from the old node that nobody touched.
kubectl run scaled --image rplay.test/busybox:1 --image-pull-policy IfNotPresent --restart Never \
    --overrides '{"spec": {"nodeName": "node8", "terminationGracePeriodSeconds": 1}}' --command -- httpd -f -p 8080 >/dev/null
kubectl wait --for=condition=Ready --timeout=60s pod/scaled >/dev/null || fail "no pod runs on node8"
pod=$(kubectl get pod scaled --output 'jsonpath={.status.podIP}')
reached() { on node4 "exec 3<>/dev/tcp/$pod/8080"; }
within 60 reached || fail "node4 does not reach the pod $pod on node8"
shown "scale.yml added node8 with node6 off, with tasks on $touched only; node4 reaches its pods"

larger remove-node -e node=node8 >"$work/remove" 2>&1 || { tail -n 40 "$work/remove"; fail "remove-node failed"; }
gone node8 || fail "node8 is still there"
gone_pod() { ! kubectl get pod scaled >/dev/null 2>&1; }
within 60 gone_pod || fail "the pod on node8 is still there"
left=$(on node8 'ls -d /etc/kubernetes /var/lib/kubelet 2>/dev/null; ip -4 route show proto 88; ip -o link show cni0 2>/dev/null; iptables-save | grep KUBE-; pgrep -a kube' || true)
[ -z "$left" ] || fail "left on node8: $left"
forgotten() { ! on node4 'ip -4 route show proto 88' | grep -q "via ${virtual_address%.*}.18"; }
within 60 forgotten || fail "node4 still has a route to node8"

"$root/tests/hosts/up" >/dev/null
within 120 is node6 True || fail "node6 does not come back"
play_well verify
shown "remove-node.yml took node8 away: no pod, no route, nothing on the host; node6 is back"
