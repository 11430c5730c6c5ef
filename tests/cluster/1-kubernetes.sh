#!/usr/bin/env bash
# A whole cluster on hosts of its own: up, nothing to do the second time, a leader that stops, a master that goes away.
"$(dirname "$0")/../hosts/kubernetes" >/dev/null
export RPLAY_HOSTS_NAME=rpkube RPLAY_HOSTS_NET=10.88.6 RPLAY_HOSTS_COUNT=6
. "$(dirname "$0")/../e2e/lib.sh"
trap 'rm -rf "$work"; "$root/tests/hosts/down"' EXIT
"$root/tests/hosts/reset" >/dev/null

kubectl() { on node2 "kubectl ${*@Q}"; }
leader() { kubectl --namespace kube-system get lease "$1" --output 'jsonpath={.spec.holderIdentity}' | cut -d_ -f1; }

# within SECONDS COMMAND...
within() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 1
    done
}

kubernetes --check >"$work/check" || { tail -n 60 "$work/check"; fail "--check on bare hosts failed"; }
kubernetes >"$work/first" || { tail -n 60 "$work/first"; fail "the main job failed"; }
kubernetes >"$work/again" || { tail -n 60 "$work/again"; fail "the second run failed"; }
every_host "$work/again" ' changed=0 .* unreachable=0 .* failed=0 '
[ "$(kubectl get nodes --no-headers | grep -cw Ready)" = 2 ] || fail "not two nodes that are ready"

# What etcd keeps of a secret cannot be read; who is nobody gets no further than health.
kubectl create secret generic e2e --from-literal=word=plainly-visible >/dev/null
etcdctl node1 get --prefix /registry/secrets/default/e2e >"$work/kept"
grep -aq 'k8s:enc:aescbc' "$work/kept" || fail "the secret is not encrypted in etcd"
! grep -aq 'plainly-visible' "$work/kept" || fail "the secret can be read in etcd"
[ "$(curl -ks -o /dev/null -w '%{http_code}' "https://$RPLAY_HOSTS_NET.15:6443/api/v1/secrets")" = 403 ] || fail "anybody may read secrets"
[ "$(curl -ks -o /dev/null -w '%{http_code}' "https://$RPLAY_HOSTS_NET.14:10250/pods")" = 401 ] || fail "the kubelet answers anybody"

stopped=$(leader kube-controller-manager)
on "$stopped" 'systemctl stop kube-controller-manager'
moved() { [ "$(leader kube-controller-manager)" != "$stopped" ]; }
within 60 moved || fail "the controller-manager's lease does not move"

# The whole control plane of node1: the other daemons would start the API server again. The balancer takes it out.
on node1 'systemctl stop kube-scheduler kube-controller-manager kube-apiserver'
served() { [ "$(curl -ks --max-time 2 "https://$RPLAY_HOSTS_NET.15:6443/readyz")" = ok ]; }
within 30 served || fail "the balancer does not find the other master"

kubernetes >"$work/repair" || { tail -n 60 "$work/repair"; fail "the run after the faults failed"; }
every_host "$work/repair" ' unreachable=0 .* failed=0 '
