#!/usr/bin/env bash
# A whole cluster on hosts of its own: up, nothing to do the second time, a leader that stops, a master that goes away.
"$(dirname "$0")/../hosts/kubernetes" >/dev/null
. "$(dirname "$0")/lib.sh"
"$root/tests/hosts/reset" >/dev/null
address=$(awk '$1 == "lb_virtual_address:" { print $2 }' "$state/group_vars/all.yml")

play cluster --check >"$work/check" || { tail -n 60 "$work/check"; fail "--check on bare hosts failed"; }
play cluster >"$work/first" || { tail -n 60 "$work/first"; fail "the main job failed"; }
play cluster >"$work/again" || { tail -n 60 "$work/again"; fail "the second run failed"; }
every_host "$work/again" ' changed=0 .* unreachable=0 .* failed=0 '
[ "$(kubectl get nodes --no-headers | grep -cw Ready)" = 2 ] || fail "not two nodes that are ready"

# What etcd keeps of a secret cannot be read; who is nobody gets no further than health.
kubectl create secret generic e2e --from-literal=word=plainly-visible >/dev/null
etcdctl node1 get --prefix /registry/secrets/default/e2e >"$work/kept"
grep -aq 'k8s:enc:aescbc' "$work/kept" || fail "the secret is not encrypted in etcd"
! grep -aq 'plainly-visible' "$work/kept" || fail "the secret can be read in etcd"
[ "$(curl -ks -o /dev/null -w '%{http_code}' "https://$address:6443/api/v1/secrets")" = 403 ] || fail "anybody may read secrets"
[ "$(curl -ks -o /dev/null -w '%{http_code}' "https://${address%.*}.14:10250/pods")" = 401 ] || fail "the kubelet answers anybody"

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
