#!/usr/bin/env bash
# Hosts of the control plane are lost and replaced by fresh ones: first the first master, which made all keys and is an etcd
# member, while a client writes; then two of three etcd members, and with them etcd's majority.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/client.sh"
play_well cluster
kubectl create configmap kept --from-literal=word="before the loss" >/dev/null
kubectl create secret generic kept --from-literal=word="before the loss" >/dev/null
authority=$(on node2 'sha256sum /etc/kubernetes/pki/ca.crt /etc/kubernetes/pki/sa.key')

recover() {
    began=$SECONDS
    play_well recover-control-plane
    [ "$(healthy_members)" = 3 ] || fail "not three healthy members"
    [ "$(kubectl get configmap kept --output 'jsonpath={.data.word}')" = "before the loss" ] || fail "what etcd kept is gone"
    [ "$(kubectl get secret kept --output 'jsonpath={.data.word}' | base64 -d)" = "before the loss" ] || fail "the secret cannot be read"
    [ "$(on node1 'sha256sum /etc/kubernetes/pki/ca.crt /etc/kubernetes/pki/sa.key')" = "$authority" ] || fail "node1 has keys of its own"
}

start_client
"$root/tests/hosts/reset" node1 >/dev/null
recover
stop_client
shown "the first master, an etcd member too, replaced after $((SECONDS - began)) s; $(client_saw acknowledged) writes, $(client_saw lost) lost," \
    "$(client_saw failed) failed, the longest gap $(client_saw gap) s"

"$root/tests/hosts/reset" node1 node3 >/dev/null
recover
play_well cluster
every_host "$work/cluster" ' changed=0 '
shown "etcd's majority lost: the cluster goes on from the member that is left after $((SECONDS - began)) s; again: changed=0"
kubectl delete configmap/kept secret/kept >/dev/null
