#!/usr/bin/env bash
# The control plane as static pods, and as kubeadm sets it up: each on fresh hosts, called well, with nothing to do the
# second time, and a new flag reaches every master.
RPLAY_HOSTS_TABLE=$(cd "$(dirname "$0")" && pwd)/2-deployments.table
export RPLAY_HOSTS_NAME=rpways RPLAY_HOSTS_NET=10.88.5 RPLAY_HOSTS_TABLE
. "$(dirname "$0")/lib.sh"
trap 'rm -rf "$work"; "$root/tests/hosts/down"' EXIT

pods() { kubectl --namespace kube-system get pods --selector tier=control-plane --no-headers; }
started() { on "$1" "ps -o lstart= -C $2"; }
serves() { on node1 'ss -Hltn "sport = :10259"' | grep -q .; }
silent() { ! serves; }
# A kubelet tells of its static pods when it looks at them again, which may be a minute after it could.
all_listed() { [ "$(pods | grep -c ' 1/1 *Running')" = 6 ]; }
listed() { pods | grep -q "kube-scheduler-node1 .* Running"; }

# deploy WAY: from bare hosts to a second run that changes nothing.
deploy() {
    local master
    fresh_hosts
    play_well cluster -e kube_deploy="$1" --check
    play_well cluster -e kube_deploy="$1"
    within 180 all_listed || { pods; fail "not three pods on each of two masters"; }
    [ "$(kubectl get nodes --no-headers | grep -cw Ready)" = 3 ] || fail "not three nodes that are ready"
    [ "$(kubectl get nodes --no-headers --selector node-role.kubernetes.io/control-plane | wc -l)" = 2 ] || fail "masters are not labelled"
    play_well cluster -e kube_deploy="$1"
    every_host "$work/cluster" ' changed=0 '

    apiserver=$(started node2 kube-apiserver)
    play_well cluster -e kube_deploy="$1" -e '{"kube_scheduler_flags": {"kube-api-qps": 60}}'
    for master in node1 node2; do
        on "$master" 'ps -o args= -C kube-scheduler' | grep -q -- --kube-api-qps=60 || fail "$master's scheduler has not the new flag"
    done
    [ "$(started node2 kube-apiserver)" = "$apiserver" ] || fail "an API server started anew for the scheduler's flag"
}

deploy static-pods
shown "kube_deploy=static-pods: verify is green, the second run changes nothing, a flag of the schedulers starts them anew and nothing else"
on node1 'mv /etc/kubernetes/manifests/kube-scheduler.yaml /root/'
within 90 silent || fail "the scheduler runs on without its manifest"
on node1 'mv /root/kube-scheduler.yaml /etc/kubernetes/manifests/'
within 90 serves || fail "the scheduler does not start from its manifest"
within 90 listed || fail "the scheduler's pod is not listed again"
shown "a manifest that is moved away stops the scheduler, moved back it starts it"

deploy kubeadm
for host in $(hosts); do
    ! on "$host" 'ls /etc/kubernetes/kubeadm-join.yml /etc/kubernetes/bootstrap-kubelet.conf 2>/dev/null' || fail "$host has kept how it joined"
done
! on node1 'kubeadm token list' | grep 'hosts that join' || fail "a token to join with is still good"
shown "kube_deploy=kubeadm: verify is green, the second run changes nothing, a flag reaches both schedulers, no token is left"
