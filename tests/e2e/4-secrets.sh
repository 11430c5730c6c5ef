#!/usr/bin/env bash
# A vaulted value and the password for sudo are used, and are found in no output, process list, journal or file they were not put into.
. "$(dirname "$0")/lib.sh"
token=poison-$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
password=$(cat "$state/ops2.password")
printf '%s\n%s\n' "$token" "$password" >"$work/poison"

cd "$work"
echo "a vault password" >vault-password
rplay() { "$root/target/rplay" "$@"; }
vars() { printf '%s' "$2" | rplay vault encrypt_string --vault-password-file vault-password --name "$1"; }
{ vars token "$token"; vars ansible_become_password "$password"; } >secrets.yml
cat >play.yml <<'EOF'
- hosts: node1
  gather_facts: false
  become: true
  vars_files: [secrets.yml]
  vars: {ansible_user: ops2}
  tasks:
    - debug: {msg: "it is {{ token }}"}
    - copy: {content: "{{ token }}\n", dest: /root/put-here, mode: "0600"}
    - command: {cmd: cat, stdin: "{{ token }}"}
    - command: {cmd: sleep 1}
      environment: {SOME_TOKEN: "{{ token }}"}
    - command: /bin/false
      ignore_errors: true
      vars: {of_no_use: "{{ token }}"}
    - fail: {msg: "{{ token }} was used"}
      ignore_errors: true
    - set_fact: {kept: "{{ token }}"}
      no_log: true
EOF

# Looks that run here or on a host. What is looked for reaches them as text of the script, so that it is in nobody's arguments.
in_arguments() {
    for _ in $(seq "$rounds"); do
        for process in /proc/[0-9]*/cmdline; do
            grep -qaF -f <(printf '%s\n' "${poison[@]}") "$process" 2>/dev/null && echo "found in $process"
        done
        sleep 0.05
    done
}
left_behind() {
    # /root/put-here is where it belongs.
    grep -rlF -f <(printf '%s\n' "${poison[@]}") /root /home /tmp /var /etc /run /opt 2>/dev/null | grep -vx /root/put-here
    journalctl --no-pager -o cat 2>/dev/null | grep -F -f <(printf '%s\n' "${poison[@]}") | sed 's/.*/a line in the journal/'
}
looking() {
    printf 'rounds=%s poison=(%q %q)\n' "${2:-0}" "$token" "$password"
    declare -f "$1"
    echo "$1 || true"
}

looking in_arguments 15 | bash >seen-here &
here=$!
looking in_arguments 15 | on node1 bash >seen-there &
there=$!
for output in lines ndjson auto; do
    command="$root/target/rplay -i $inventory --vault-password-file vault-password -vvvv --diff --output $output play.yml"
    script -qec "$command" /dev/null >"$output.log" 2>&1 || { cat "$output.log"; fail "the play ended with $?"; }
    grep -q 'it is \*\*\*\*\*\*\*\*' "$output.log" || fail "the play did not use the secret"
    ! grep -qF -f "$work/poison" "$output.log" || fail "a secret is in the output: $(grep -nF -f "$work/poison" "$output.log" | cut -c1-200 | head -3)"
done
wait "$here" "$there"
[ ! -s seen-here ] || fail "a secret was in arguments on the controller"
[ ! -s seen-there ] || fail "a secret was in arguments on the host"
on node1 'cmp -s - /root/put-here' <<<"$token" || fail "the secret is not where it belongs"
left=$(looking left_behind | on node1 bash)
[ -z "$left" ] || fail "a secret was left on the host: $left"

# The same looks find what is there to be found.
on node1 'cat >/tmp/leak' <"$work/poison"
looking left_behind | on node1 bash | grep -q /tmp/leak || fail "the look through the host finds nothing"
on node1 'rm -f /tmp/leak /root/put-here'
looking in_arguments 20 | bash >control &
watcher=$!
bash -c 'sleep 2; : '"$token"
wait "$watcher"
[ -s control ] || fail "the look through arguments finds nothing"
printf 'token: %s\nansible_become_password: "%s"\n' "$token" "$password" >secrets.yml
rplay -i "$inventory" play.yml >control.log 2>&1 || fail "the play without vault ended with $?"
grep -qF "$token" control.log || fail "a value that nobody called secret is hidden"
on node1 'rm -f /root/put-here'
