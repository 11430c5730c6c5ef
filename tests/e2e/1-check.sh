#!/usr/bin/env bash
# On fresh hosts `--check` tells what would change and changes nothing.
. "$(dirname "$0")/lib.sh"
"$root/tests/hosts/reset" >/dev/null

# Every file but those that change by themselves, and every unit that runs.
picture() {
    on "$1" "find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /var/log -o -path '/root/.cache/rplay*' \
        -o -path /var/lib/systemd -o -path /var/lib/private \) -prune -o -printf '%p %m %U %G %s %T@\n' | grep -vE '^/root/?(.cache)? |^/ |^/tmp ' | sort | sha256sum
        systemctl list-units --state=running --plain --no-legend '*.service' | grep -v '^session\|^user' | awk '{print \$1}' | sort"
}

for host in $(hosts); do
    ! on "$host" 'command -v python3 python' || fail "$host has Python"
    picture "$host" >"$work/$host.before"
done
play etcd --check >"$work/check.out" || { tail -n 60 "$work/check.out"; fail "--check ended with $?"; }
every_host "$work/check.out" 'changed=[1-9].* unreachable=0 .* failed=0 '
for host in $(hosts); do
    picture "$host" >"$work/$host.after"
    diff "$work/$host.before" "$work/$host.after" || fail "--check changed $host"
done

on node1 'touch /etc/motd'
picture node1 >"$work/touched"
! diff -q "$work/node1.before" "$work/touched" >/dev/null || fail "the picture does not show a file that was touched"
