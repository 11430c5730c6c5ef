#!/usr/bin/env bash
# A master and a node without systemd: the same playbook gives them init scripts, which do what init scripts do.
RPLAY_HOSTS_TABLE=$(cd "$(dirname "$0")" && pwd)/2-init-scripts.table
export RPLAY_HOSTS_NAME=rpinit RPLAY_HOSTS_NET=10.88.10 RPLAY_HOSTS_TABLE
. "$(dirname "$0")/lib.sh"
trap 'rm -rf "$work"; "$root/tests/hosts/down"' EXIT

script=/etc/init.d/kube-scheduler
pid() { on node2 'cat /run/kube-scheduler.pid'; }
# answers CODE VERB: the script ends with the code.
answers() {
    local code=0
    on node2 "$script $2" >"$work/answer" 2>&1 || code=$?
    [ "$code" = "$1" ] || fail "$script $2 ended with $code and not with $1: $(cat "$work/answer")"
}

fresh_hosts
for host in node2 node3; do
    [ "$(on "$host" 'cat /proc/1/comm')" = init ] || fail "$host has systemd"
done
play_well cluster --check
play_well cluster
play_well cluster
every_host "$work/cluster" ' changed=0 '
shown "a master and a node without systemd: verify is green, the second run changes nothing"

answers 0 status
on node2 'test -s /run/kube-scheduler.pid && test -e /run/lock/kube-scheduler' || fail "there is no pid file or no lock file"
before=$(pid)
answers 0 start
[ "$(pid)" = "$before" ] || fail "start starts what runs"
answers 0 condrestart
[ "$(pid)" != "$before" ] || fail "condrestart does not restart what runs"
before=$(pid)
answers 0 restart
[ "$(pid)" != "$before" ] || fail "restart does not restart"
answers 0 stop
answers 3 status
answers 0 condrestart
answers 3 status
! on node2 'pgrep kube-scheduler || ls /run/kube-scheduler.pid /run/lock/kube-scheduler 2>/dev/null' || fail "stop leaves something behind"
answers 0 start
answers 2 nonsense

before=$(pid)
on node2 "kill -KILL $before"
again() { [ "$(pid)" != "$before" ] && on node2 "$script status" >/dev/null; }
within 60 again || fail "a scheduler that was killed does not start again"
on node2 'cd /etc/rc2.d && ls' | grep -E '^S.*kube-(apiserver|scheduler)$' | head -n 1 | grep -q apiserver || fail "the API server is not the first at boot"
shown "start, stop, status, restart, condrestart, pid and lock file; what fails starts again; the API server is first"
