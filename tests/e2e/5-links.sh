#!/usr/bin/env bash
# A task outlives its connection and runs once; a host that stays away is told as unreachable while the others go on.
. "$(dirname "$0")/lib.sh"
cat >"$work/play.yml" <<'EOF'
- hosts: node1:node2
  gather_facts: false
  tasks:
    - shell: echo began >>/tmp/ran; while [ ! -e /tmp/go-on ]; do sleep 0.1; done; echo ended >>/tmp/ran; echo the end
      register: done
    - assert: {that: done.stdout == 'the end'}
    - file: {path: "{{ item }}", state: absent}
      loop: [/tmp/go-on]
EOF
for host in node1 node2; do on "$host" 'rm -f /tmp/ran /tmp/go-on'; done
"$root/target/rplay" -i "$inventory" "$work/play.yml" >"$work/log" 2>&1 &
run=$!
trap 'kill "$run" 2>/dev/null || true; rm -rf "$work"' EXIT
for host in node1 node2; do
    on "$host" 'for _ in $(seq 300); do [ -e /tmp/ran ] && exit; sleep 0.1; done; exit 1' || fail "the task did not begin on $host"
done
# The sessions of the run, not the one that ends them.
lost=$(on node1 'for p in $(pgrep -f "^sshd: root@notty"); do pgrep -P "$p" -f "[r]play.* agent" >/dev/null && kill "$p" && echo one; done; true' | wc -l)
[ "$lost" -ge 1 ] || fail "no connection of the run was found on node1"
for host in node1 node2; do on "$host" 'touch /tmp/go-on'; done
wait "$run" || { cat "$work/log"; fail "the run ended with $?"; }
[ "$(on node1 'cat /tmp/ran')" = $'began\nended' ] || fail "the task did not run exactly once: $(on node1 'cat /tmp/ran')"
every_host "$work/log" ' unreachable=0 .* failed=0 '

# node2's sshd goes away between two tasks.
cat >"$work/away.yml" <<'EOF'
- hosts: node1:node2
  gather_facts: false
  tasks:
    - ping:
    - shell: systemd-run --on-active=20 systemctl start ssh; systemctl stop ssh; pkill sshd
      when: inventory_hostname == 'node2'
      async: 30
      poll: 0
    - wait_for: {timeout: 1}
    - ping:
EOF
code=0
timeout 120 "$root/target/rplay" -T 3 -i "$inventory" "$work/away.yml" >"$work/away.log" 2>&1 || code=$?
for _ in $(seq 60); do on node2 true 2>/dev/null && break; sleep 1; done
[ "$code" = 4 ] || { cat "$work/away.log"; fail "the run ended with $code and not with 4"; }
grep -q '^node1 .* unreachable=0 ' "$work/away.log" || fail "node1 did not go on"
grep -q '^node2 .* unreachable=1 ' "$work/away.log" || fail "node2 is not told as unreachable"
for host in node1 node2; do on "$host" 'rm -f /tmp/ran /tmp/go-on'; done
