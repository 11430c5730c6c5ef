#!/usr/bin/env bash
# Without the group lb each node has a balancer of its own; and a pod network comes as a manifest.
RPLAY_HOSTS_TABLE=$(cd "$(dirname "$0")" && pwd)/2-without-balancer.table
export RPLAY_HOSTS_NAME=rpnolb RPLAY_HOSTS_NET=10.88.13 RPLAY_HOSTS_TABLE
. "$(dirname "$0")/lib.sh"
trap 'rm -rf "$work"; "$root/tests/hosts/down"' EXIT
network=(-e '{"node_network": "manifests", "node_network_manifests": ["/root/network.yml"]}')

# When node3 was last heard of, by the master that serves.
renewed() { on "$serves" "kubectl --namespace kube-node-lease get lease node3 --output 'jsonpath={.spec.renewTime}'"; }
renews() { local now; now=$(renewed) && [ "$now" != "$before" ]; }

# serve_alone SERVES STOPPED: one of the masters is enough for node3, whichever it was connected to.
serve_alone() {
    serves=$1
    on "$2" 'systemctl stop kube-scheduler kube-controller-manager kube-apiserver'
    before=$(renewed)
    within 60 renews || fail "node3 is cut off without the API server of $2"
    on "$2" 'systemctl start kube-apiserver kube-controller-manager kube-scheduler'
}

fresh_hosts
on node1 'cat >/root/network.yml' <"$root/tests/cluster/2-network.yml"
play_well cluster "${network[@]}"
play_well cluster "${network[@]}"
every_host "$work/cluster" ' changed=0 '
on node3 'ip -o link show manifest0' >/dev/null || fail "the pods are not on the manifest's bridge"
shown "a pod network from a manifest: verify is green, the second run changes nothing"

on node3 'grep -q "server: https://127.0.0.1:6443" /etc/kubernetes/kubelet.conf && ss -Hltn "src 127.0.0.1:6443" | grep -q .' || fail "node3 has no balancer of its own"
serve_alone node1 node2
serve_alone node2 node1
play_well cluster "${network[@]}"
shown "nodes with a balancer of their own: either master is enough; verify is green afterwards"
