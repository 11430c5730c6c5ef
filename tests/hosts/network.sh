# shellcheck shell=bash
# The instance's bridge, each host's namespace and cable, and the way out to the package registry.

masquerade=(POSTROUTING -t nat -s "$net.0/24" ! -d "$net.0/24" -j MASQUERADE)
forward_out=(FORWARD -i "$bridge" -j ACCEPT)
forward_in=(FORWARD -o "$bridge" -j ACCEPT)
# What is meant for a service or a pod that no node knows stays here: nobody outside is asked for it.
cluster_network=10.233.0.0/16
stay_inside=(FORWARD -i "$bridge" ! -o "$bridge" -d "$cluster_network" -j REJECT)

add_rule() { iptables -w -C "$@" 2>/dev/null || iptables -w -I "$@"; }
remove_rule() { while iptables -w -D "$@" 2>/dev/null; do :; done; }

network_up() {
    [ -e "/sys/class/net/$bridge" ] || ip link add "$bridge" type bridge
    ip address replace "$net.1/24" dev "$bridge"
    ip link set "$bridge" up
    add_rule "${masquerade[@]}"
    add_rule "${forward_out[@]}"
    add_rule "${forward_in[@]}"
    add_rule "${stay_inside[@]}"
}

network_down() {
    command -v iptables >/dev/null || return 0
    remove_rule "${masquerade[@]}"
    remove_rule "${forward_out[@]}"
    remove_rule "${forward_in[@]}"
    remove_rule "${stay_inside[@]}"
    if [ -e "/sys/class/net/$bridge" ]; then ip link delete "$bridge"; fi
}

# The hardware address follows from the address, so neighbours' tables stay true when a host is made anew.
hardware_address() {
    local numbers
    IFS=. read -ra numbers <<<"$1"
    printf '02:00:%02x:%02x:%02x:%02x' "${numbers[@]}"
}

# plug_in HOST ADDRESS
plug_in() {
    local namespace=$name-$1
    ip netns add "$namespace"
    ip link add "$namespace" type veth peer name eth0 address "$(hardware_address "$2")" netns "$namespace"
    ip link set "$namespace" master "$bridge" up
    ip -n "$namespace" link set lo up
    ip -n "$namespace" address add "$2/24" dev eth0
    ip -n "$namespace" link set eth0 up
    ip -n "$namespace" route add default via "$net.1"
}

# unplug HOST
unplug() {
    local namespace=$name-$1
    if [ -e "/sys/class/net/$namespace" ]; then ip link delete "$namespace"; fi
    if [ -e "/run/netns/$namespace" ]; then ip netns delete "$namespace"; fi
}
