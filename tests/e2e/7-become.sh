#!/usr/bin/env bash
# Ways to become another user: sudo, su and doas, as root and as one who needs a password.
. "$(dirname "$0")/lib.sh"

cat >"$work/root.yml" <<'EOF'
- hosts: node1
  gather_facts: false
  tasks:
    - ansible.builtin.apt: {name: opendoas, update_cache: true}
    - ansible.builtin.copy:
        content: "permit nopass root as ops2\npermit nopass ops as root\n"
        dest: /etc/doas.conf
        mode: "0400"
    - ansible.builtin.command: id -un
      become: true
      become_user: ops2
      vars: {ansible_become_method: "{{ item }}"}
      loop: [sudo, su, doas]
      register: root_became
    - ansible.builtin.assert: {that: "root_became.results | map(attribute='stdout') == ['ops2', 'ops2', 'ops2']"}
EOF
cat >"$work/ops.yml" <<'EOF'
- hosts: node1
  gather_facts: false
  become: true
  tasks:
    - ansible.builtin.command: id -un
      vars: {ansible_become_method: su, ansible_become_user: ops2, ansible_become_password: another}
      register: wrong
      ignore_errors: true
      ignore_unreachable: true
    - ansible.builtin.assert: {that: wrong is failed or wrong is unreachable}
    - ansible.builtin.command: id -un
      vars: {ansible_become_method: "{{ item.method }}", ansible_become_user: "{{ item.user }}", ansible_become_password: "{{ password }}"}
      loop: [{method: doas, user: root}, {method: su, user: ops2}, {method: sudo, user: ops2}]
      register: ops_became
    - ansible.builtin.assert: {that: "ops_became.results | map(attribute='stdout') == ['root', 'ops2', 'ops2']"}
EOF
"$root/target/rplay" -i "$inventory" "$work/root.yml" >"$work/log" 2>&1 || { cat "$work/log"; fail "root does not become another"; }
echo "password: $(cat "$state/ops2.password")" >"$work/password.yml"
"$root/target/rplay" -i "$state/inventory-ops.cfg" -e "@$work/password.yml" "$work/ops.yml" >"$work/log" 2>&1 || { cat "$work/log"; fail "ops does not become another"; }
