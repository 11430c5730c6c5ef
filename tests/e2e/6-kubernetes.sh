#!/usr/bin/env bash
# A whole cluster on hosts of its own: up, nothing to do the second time, a leader that stops, a master that goes away.
"$(dirname "$0")/../hosts/kubernetes" >/dev/null
. "$(dirname "$0")/lib.sh"
"$root/tests/hosts/reset" >/dev/null
address=$(awk '$1 == "lb_virtual_address:" { print $2 }' "$state/group_vars/all.yml")

play cluster --check >"$work/check" || { tail -n 60 "$work/check"; fail "--check on bare hosts failed"; }
play cluster --diff -vvv >"$work/first" || { tail -n 60 "$work/first"; fail "the main job failed"; }
play cluster >"$work/again" || { tail -n 60 "$work/again"; fail "the second run failed"; }
every_host "$work/again" ' changed=0 .* unreachable=0 .* failed=0 '
[ "$(kubectl get nodes --no-headers | grep -cw Ready)" = 2 ] || fail "not two nodes that are ready"

# No key and no token is told by the run or by the hosts' journals; the control finds a token where it is.
token='[a-z0-9]{6}\.[a-z0-9]{16}'
on node1 'kubeadm --kubeconfig /etc/kubernetes/admin.conf token list' | grep -qE "$token" || fail "no token looks like one"
told() { grep -E "PRIVATE KEY-----|(^|[^a-z0-9.])$token([^a-z0-9.]|$)"; }
! told <"$work/first" || fail "the run told a key or a token"
for host in node1 node2 node4 node6; do
    ! on "$host" 'journalctl --no-pager --output cat' | told || fail "the journal of $host has a key or a token"
done

# What etcd keeps of a secret cannot be read, and nobody reads etcd without a certificate.
kubectl create secret generic e2e --from-literal=word=plainly-visible >/dev/null
etcdctl node1 get --prefix /registry/secrets/default/e2e >"$work/kept"
grep -aq 'k8s:enc:aescbc' "$work/kept" || fail "the secret is not encrypted in etcd"
! grep -aq 'plainly-visible' "$work/kept" || fail "the secret can be read in etcd"
network=${address%.*}
! curl -ks --max-time 5 "https://$network.11:2379/health" || fail "etcd answers anybody"

# Who is nobody gets no further than health, and a node no further than its own.
status() { curl -ks --max-time 5 -o /dev/null -w '%{http_code}' "$1" || true; }
[ "$(status "https://$address:6443/readyz")" = 200 ] || fail "the balancers cannot ask for health"
[ "$(status "https://$address:6443/api/v1/secrets")" = 403 ] || fail "anybody may read secrets"
[ "$(status "https://$network.14:10250/pods")" = 401 ] || fail "the kubelet answers anybody"
[ "$(status "http://$network.14:10255/pods")" = 000 ] || fail "the kubelet has a port for reading"
as_node4() { on node4 "kubectl --kubeconfig /etc/kubernetes/kubelet.conf ${*@Q}" 2>&1; }
as_node4 get node node4 >/dev/null || fail "a node may not see itself"
grep -q Forbidden <<<"$(as_node4 get secret e2e)" || fail "a node may read secrets it has no pod for"
grep -q Forbidden <<<"$(as_node4 label node node6 mine=yes)" || fail "a node may change another"

stopped=$(leader kube-controller-manager)
on "$stopped" 'systemctl stop kube-controller-manager'
moved() { [ "$(leader kube-controller-manager)" != "$stopped" ]; }
within 60 moved || fail "the controller-manager's lease does not move"

# The whole control plane of node1: the other daemons would start the API server again. The balancer takes it out.
on node1 'systemctl stop kube-scheduler kube-controller-manager kube-apiserver'
served() { [ "$(curl -ks --max-time 2 "https://$address:6443/readyz")" = ok ]; }
within 30 served || fail "the balancer does not find the other master"

play cluster -e '{"node_labels": {"rack": "a"}, "node_taints": [{"key": "slow", "value": "disk", "effect": "PreferNoSchedule"}]}' >"$work/repair" ||
    { tail -n 60 "$work/repair"; fail "the run after the faults failed"; }
every_host "$work/repair" ' unreachable=0 .* failed=0 '
[ "$(kubectl get nodes --selector rack=a --output 'jsonpath={.items[*].spec.taints[*].key}')" = "slow slow" ] || fail "the nodes are not labelled and tainted"
