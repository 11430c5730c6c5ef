#!/usr/bin/env bash
# Faults of a running cluster, while a client writes to it through the virtual address: nothing it was told is kept gets
# lost, and one more run of cluster.yml repairs what broke.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/client.sh"

# A fault is three functions: break_it, is_over (the cluster goes on without what broke), and mend_it for what no
# playbook can do. fault TITLE
fault() {
    local began over
    start_client
    began=$SECONDS
    break_it
    within 120 is_over || fail "$1: the cluster does not go on"
    over=$((SECONDS - began))
    mend_it
    play_well cluster
    [ "$(healthy_members)" = 3 ] || fail "$1: not three healthy members after the repair"
    stop_client
    shown "$1: goes on after $over s, repaired after $((SECONDS - began)) s; $(client_saw acknowledged) writes, $(client_saw lost) lost," \
        "$(client_saw failed) failed, the longest gap $(client_saw gap) s"
    mend_it() { :; }
}
mend_it() { :; }

balancers() { awk '/^\[/ { lb = $0 == "[lb]"; next } lb && NF { print $1 }' "$inventory"; }

# The balancer that has the virtual address.
holder() {
    local host
    for host in $(balancers); do
        if on "$host" 'ip -o -4 address' | grep -qF " $virtual_address/"; then echo "$host"; fi
    done
}

play_well cluster

stopped=$(leader kube-controller-manager)
break_it() { on "$stopped" 'systemctl stop kube-controller-manager'; }
is_over() { [ "$(leader kube-controller-manager)" != "$stopped" ]; }
fault "the leading controller-manager stopped"

break_it() { on node3 'systemctl stop etcd'; }
is_over() { [ "$(healthy_members)" = 2 ]; }
fault "an etcd member stopped"

# Cut off for as long as it takes etcd, the leases and the balancers to notice.
served() { [ "$(curl -ks --max-time 2 "https://$virtual_address:6443/readyz")" = ok ]; }
break_it() { "$root/tests/hosts/cut" node1; }
is_over() {
    [ $((SECONDS - began)) -ge 20 ] || return 1
    [ "$(leader kube-controller-manager) $(leader kube-scheduler)" = 'node2 node2' ] && served && served && served && served
}
mend_it() { "$root/tests/hosts/mend" node1; }
fault "a master, an etcd member too, cut off the network"

stopped=$(holder)
break_it() { on "$stopped" 'systemctl stop haproxy'; }
is_over() { [ -n "$(holder)" ] && [ "$(holder)" != "$stopped" ]; }
fault "the balancer with the virtual address stopped"

break_it() { on node2 'systemctl stop etcd; rm -rf /var/lib/etcd/*'; }
is_over() { [ "$(healthy_members)" = 2 ]; }
fault "an etcd member's data wiped"
