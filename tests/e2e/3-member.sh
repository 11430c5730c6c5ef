#!/usr/bin/env bash
# A member that lost its data comes back, and the keys written before are still there.
. "$(dirname "$0")/lib.sh"
play etcd >"$work/first" || { tail -n 60 "$work/first"; fail "the main job ended with $?"; }

etcdctl node1 put /e2e/kept "before the loss" >/dev/null
on node2 'systemctl stop etcd && rm -rf /var/lib/etcd/*'
[ "$(healthy_members)" = 2 ] || fail "the loss of a member does not show"

play etcd >"$work/again" || { tail -n 60 "$work/again"; fail "the run after the loss ended with $?"; }
every_host "$work/again" ' unreachable=0 .* failed=0 '
[ "$(healthy_members)" = 3 ] || fail "not three healthy members"
[ "$(etcdctl node2 get --print-value-only /e2e/kept)" = "before the loss" ] || fail "the key is gone"
etcdctl node1 del /e2e/kept >/dev/null
