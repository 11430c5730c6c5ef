# shellcheck shell=bash
# Inventories for an instance: as root, and as the ordinary user `ops` who has sudo.

host_lines() {
    local host address _
    while read -r host address _; do
        echo "$host ansible_host=$address ip=$address"
    done < <(hosts)
}

group() { printf '\n[%s]\n' "$1"; hosts | awk -v g="$1" '{ for (i = 3; i <= NF; i++) if ($i == g) print $1 }'; }

# inventory USER
inventory() {
    local python_line=''
    if [ "$python" = 1 ]; then python_line='ansible_python_interpreter=/usr/bin/python3'; fi
    cat <<END
[all]
$(host_lines)
$(group kube-master)
$(group etcd)
$(group kube-node)
$(group lb)
$(group spare)

[k8s-cluster:children]
kube-master
kube-node

[all:vars]
ansible_user=$1
ansible_ssh_private_key_file=$state/id_ed25519
ansible_ssh_common_args='-o UserKnownHostsFile=$state/known_hosts'
$python_line
END
}

write_inventories() {
    local host address _
    inventory root >"$state/inventory.cfg"
    inventory ops >"$state/inventory-ops.cfg"
    mkdir -p "$state/group_vars"
    { cat "$here/group_vars/all.yml"; echo "testbed_mirror: $mirror_url"; echo "lb_virtual_address: $net.10"; } >"$state/group_vars/all.yml"
    while read -r host address _; do
        echo "$address $(cut -d' ' -f1,2 "$state/$host.hostkey.pub")"
    done < <(hosts) >"$state/known_hosts"
}
