#!/usr/bin/env bash
# The same playbook and roles under ansible-playbook, then under rplay, each on fresh hosts: both end in a cluster that
# playbooks/verify.yml calls well. Prints how long each took.
"$(dirname "$0")/../hosts/kubernetes" >/dev/null
export RPLAY_HOSTS_NAME=${RPLAY_HOSTS_NAME:-rpansibl} RPLAY_HOSTS_NET=${RPLAY_HOSTS_NET:-10.88.7} RPLAY_HOSTS_PYTHON=1
. "$(dirname "$0")/../e2e/lib.sh"
trap 'rm -rf "$work"; "$root/tests/hosts/down"' EXIT

# Ansible with its collections, and what the filter ansible.utils.ipaddr wants.
programs=${RPLAY_CACHE:-/var/cache/rplay}/ansible
if [ ! -e "$programs/complete" ]; then
    python3 -m venv "$programs"
    "$programs/bin/pip" install --quiet 'ansible==12.*' netaddr
    touch "$programs/complete"
fi

under_ansible() {
    env PATH="$programs/bin:$PATH" ANSIBLE_PIPELINING=True ANSIBLE_FORKS=8 ANSIBLE_SSH_ARGS='-C -o ControlMaster=auto -o ControlPersist=60s' \
        "$root/tests/hosts/without-needs" "$root/playbooks/cluster.yml" -b -i "$inventory"
}
under_rplay() { play cluster; }

# timed WHO NAME: runs under_WHO into $work/NAME and prints the seconds it took.
timed() {
    local start=$EPOCHREALTIME
    "under_$1" >"$work/$2" 2>&1 || { tail -n 80 "$work/$2" >&2; return 1; }
    awk -v start="$start" -v end="$EPOCHREALTIME" 'BEGIN { printf "%.1f\n", end - start }'
}

for who in ansible rplay; do
    "$root/tests/hosts/reset" >/dev/null
    first=$(timed "$who" first) || fail "$who: the first run failed"
    every_host "$work/first" ' unreachable=0 .* failed=0 '
    again=$(timed "$who" again) || fail "$who: the second run failed"
    every_host "$work/again" ' changed=0 .* unreachable=0 .* failed=0 '
    play verify >"$work/verify" 2>&1 || { tail -n 60 "$work/verify"; fail "verify does not call the cluster well"; }
    printf 'shown: %-8s first run %6s s   second run %6s s   verify is green\n' "$who" "$first" "$again"
done
