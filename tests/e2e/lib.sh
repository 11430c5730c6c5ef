# What the scripts share: the test hosts, and ways to run rplay on them and to look at them.
# shellcheck shell=bash
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
inventory=$("$root/tests/hosts/up")
state=$(dirname "$inventory")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# play NAME OPTION...: one of the playbooks.
play() {
    "$root/target/rplay" -b -i "$inventory" "${@:2}" "$root/playbooks/$1.yml"
}

# Runs a command on a host: on HOST COMMAND.
on() {
    local address
    address=$(awk -v host="$1" '$1 == host { sub("ansible_host=", "", $2); print $2; exit }' "$inventory")
    shift
    ssh -i "$state/id_ed25519" -o UserKnownHostsFile="$state/known_hosts" -o BatchMode=yes "root@$address" "$@"
}

# kubectl as the administrator of node2, a master.
kubectl() { on node2 "kubectl ${*@Q}"; }

# The host that holds a lease, such as kube-scheduler.
leader() { kubectl --namespace kube-system get lease "$1" --output 'jsonpath={.spec.holderIdentity}' | cut -d_ -f1; }

# within SECONDS COMMAND...: tries the command until it succeeds; fails when the time is over.
within() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 1
    done
}

hosts() {
    awk '/^\[/ { all = $0 == "[all]"; next } all && NF { print $1 }' "$inventory"
}

# etcdctl on a member, as the role set it up there.
etcdctl() {
    local member=$1
    shift
    # shellcheck disable=SC2029
    on "$member" "set -a; . /etc/etcd/etcdctl.env; set +a; etcdctl ${*@Q}"
}

healthy_members() {
    etcdctl node1 endpoint health 2>&1 | grep -c 'https://.* is healthy' || true
}

# The recap of an output in $1 must have this in every line: every_host FILE PATTERN.
every_host() {
    local lines
    lines=$(sed -n '/^PLAY RECAP/,$p' "$1" | grep ' : ok=')
    [ -n "$lines" ] || fail "no recap in $1"
    ! grep -vE "$2" <<<"$lines" || fail "a host has not $2"
}
