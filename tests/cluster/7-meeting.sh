#!/usr/bin/env bash
# etcd's ways to meet, members that come and go with the inventory, and flannel's key. On hosts of its own, with etcd alone.
here=$(dirname "$0")
table=$(mktemp)
cat >"$table" <<'END'
node1 11 etcd kube-master
node2 12 etcd
node3 13 etcd
node4 14 spare
node5 15 spare
node6 16 spare
END
export RPLAY_HOSTS_NAME=rpmeet RPLAY_HOSTS_NET=10.88.8 RPLAY_HOSTS_TABLE=$table
. "$here/../e2e/lib.sh"
trap '"$root/tests/hosts/down"; rm -rf "$work" "$table"' EXIT
domain=meeting.test
service=$RPLAY_HOSTS_NET.16

play_well() {
    play "$@" >"$work/$1" 2>&1 || { tail -n 80 "$work/$1"; fail "$1 failed"; }
    every_host "$work/$1" ' unreachable=0 .* failed=0 '
}
shown() { printf 'shown: %s\n' "$*"; }
fresh_members() { "$root/tests/hosts/reset" node1 node2 node3 >/dev/null; }
members() { etcdctl node1 member list | wc -l; }

! play etcd -e etcd_bootstrap=gossip >"$work/unknown" || fail "etcd_bootstrap=gossip is not refused"
grep -q "etcd_bootstrap is 'gossip'" "$work/unknown" || fail "the refusal does not say what is wrong"

# node6 serves what the others meet by: an etcd, and the domain's records.
on node6 'apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends etcd-server dnsmasq-base' >/dev/null 2>&1
on node6 "systemctl stop etcd; systemd-run --quiet --unit meeting etcd --data-dir /var/lib/meeting --enable-v2 \
    --listen-client-urls http://$service:2379 --advertise-client-urls http://$service:2379 --listen-peer-urls http://127.0.0.1:2390"
records=$(for n in 1 2 3; do echo "--host-record=node$n.$domain,$RPLAY_HOSTS_NET.1$n --srv-host=_etcd-server-ssl._tcp.$domain,node$n.$domain,2380"; done | tr '\n' ' ')
on node6 "systemd-run --quiet --unit records dnsmasq --keep-in-foreground --no-hosts --bind-interfaces --listen-address=$service $records"

# once WAY OPTION...: the members meet, and the second run changes nothing.
once() {
    play_well etcd "${@:2}"
    [ "$(healthy_members)" = 3 ] || fail "$1: not three healthy members"
    play_well etcd "${@:2}"
    every_host "$work/etcd" ' changed=0 '
}

once discovery -e etcd_bootstrap=discovery -e "etcd_discovery_service=http://$service:2379/v2/keys/meeting"
on node1 'journalctl --unit etcd --output cat' | grep -q "discovery" || fail "the members did not meet by discovery"
shown "discovery: three members met at a token of another etcd; again: changed=0"

on node3 'systemctl stop etcd; rm -rf /var/lib/etcd/*'
play_well etcd -e etcd_bootstrap=discovery -e "etcd_discovery_service=http://$service:2379/v2/keys/meeting"
[ "$(healthy_members)" = 3 ] || fail "discovery: the member that lost its data is not back"
shown "discovery: a member that lost its data is back"

fresh_members
for n in 1 2 3 4 5; do on "node$n" "echo nameserver $service >/etc/resolv.conf"; done
by_dns=(-e etcd_bootstrap=dns -e "etcd_dns_domain=$domain")
once dns "${by_dns[@]}"
etcdctl node1 member list | grep -q "https://node2.$domain:2380" || fail "the members did not meet by DNS"
shown "dns: three members met by SRV records; again: changed=0"

# group HOST...: the inventory's group etcd.
group() {
    awk -v hosts="$*" '/^\[/ { inside = $0 == "[etcd]"; print; if (inside) { gsub(" ", "\n", hosts); print hosts "\n" } next }
        !inside' "$inventory" >"$work/inventory"
    cp "$work/inventory" "$inventory"
}
etcdctl node1 put /meeting/kept "by three" >/dev/null
group node1 node2 node3 node4 node5
play_well etcd "${by_dns[@]}"
[ "$(members) $(etcdctl node5 get --print-value-only /meeting/kept)" = '5 by three' ] || fail "the cluster has not got five members"
[ "$(healthy_members)" = 5 ] || fail "not five healthy members"
shown "two hosts more in the group etcd: two members more"

# A member that leads hands over; a member that the inventory forgot stays until it is told to go.
group node2 node3 node5
play_well etcd "${by_dns[@]}"
grep -q 'Members that are not in the group etcd: .*node[14].*node[14]' "$work/etcd" || fail "the run does not tell of the members that are no more in the group"
[ "$(etcdctl node2 member list | wc -l)" = 5 ] || fail "members went without having been told to"
play_well etcd "${by_dns[@]}" -e etcd_remove_strangers=true
[ "$(etcdctl node2 member list | wc -l) $(etcdctl node5 get --print-value-only /meeting/kept)" = '3 by three' ] || fail "the cluster has not got three members"
shown "two hosts less in the group etcd, and etcd_remove_strangers: two members less"

# A member that went may come back.
group node1 node2 node3 node4 node5
play_well etcd "${by_dns[@]}"
[ "$(healthy_members)" = 5 ] || fail "the members that went did not come back"

flannel='{"etcd_flannel_config": {"Network": "10.233.64.0/18", "Backend": {"Type": "vxlan"}}}'
play_well etcd "${by_dns[@]}" -e "$flannel"
on node2 'set -a; . /etc/etcd/etcdctl.env; ETCDCTL_API=2 etcdctl --endpoints "$ETCDCTL_ENDPOINTS" --ca-file "$ETCDCTL_CACERT" \
    --cert-file "$ETCDCTL_CERT" --key-file "$ETCDCTL_KEY" get /coreos.com/network/config' | grep -q '"Network": *"10.233.64.0/18"' ||
    fail "flannel's key is not there"
play_well etcd "${by_dns[@]}" -e "$flannel"
every_host "$work/etcd" ' changed=0 '
shown "flannel's key is written, and not twice"
