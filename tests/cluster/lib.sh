# What the tests of a whole cluster share: hosts of their own, on which the cluster stays from one script to the next.
# shellcheck shell=bash
"$(dirname "${BASH_SOURCE[0]}")/../hosts/kubernetes" >/dev/null
export RPLAY_HOSTS_NAME=${RPLAY_HOSTS_NAME:-rpkube} RPLAY_HOSTS_NET=${RPLAY_HOSTS_NET:-10.88.6}
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/lib.sh"
virtual_address=$(awk '$1 == "lb_virtual_address:" { print $2 }' "$state/group_vars/all.yml")

fresh_hosts() { "$root/tests/hosts/reset" >/dev/null; }

# play_well NAME OPTION...: a playbook that must end without failures; its output is in $work/NAME.
play_well() {
    play "$@" >"$work/$1" 2>&1 || { tail -n 80 "$work/$1"; fail "$1 failed"; }
    every_host "$work/$1" ' unreachable=0 .* failed=0 '
}

# A line for what was shown.
shown() { printf 'shown: %s\n' "$*"; }
