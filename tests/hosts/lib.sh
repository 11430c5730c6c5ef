# shellcheck shell=bash
# What every script of the testbed shares: names, paths, the host table, and small helpers.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
name=${RPLAY_HOSTS_NAME:-rplay}
net=${RPLAY_HOSTS_NET:-10.88.0}
count=${RPLAY_HOSTS_COUNT:-8}
table=${RPLAY_HOSTS_TABLE:-$here/hosts.table}
python=${RPLAY_HOSTS_PYTHON:-0}
cache=${RPLAY_CACHE:-/var/cache/rplay}

releases=$cache/kubernetes-2  # Kubernetes as `kubernetes` builds it; another number when it builds in another way

instances=/run/rplay-hosts
state=$instances/$name        # keys, pids, inventories
disks=$cache/hosts/$name      # what the hosts write
bridge=$name

export PATH=$PATH:/usr/sbin:/sbin

say() { printf 'hosts(%s): %s\n' "$name" "$*" >&2; }
die() { say "$*"; exit 1; }

# Interface names have 15 characters: instance, dash, host.
[[ $name =~ ^[a-z][a-z0-9]{0,7}$ ]] || die "RPLAY_HOSTS_NAME must be 1 to 8 lower-case letters or digits: '$name'"
[[ $net =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || die "RPLAY_HOSTS_NET must be the first three numbers of an address: '$net'"
[ "$(id -u)" = 0 ] || die "must run as root: it mounts, boots containers and makes a bridge"

# One line per host of this instance: name, address, groups.
hosts() {
    awk -v net="$net" -v count="$count" '
        /^[a-z]/ && n++ < count { h = $1; a = net "." $2; $1 = $2 = ""; print h, a, $0 }' "$table"
}
host_names() { hosts | cut -d' ' -f1; }
address_of() { hosts | awk -v h="$1" '$1 == h { print $2 }'; }

# until_true SECONDS COMMAND...: tries the command until it succeeds; fails when the time is over.
until_true() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.05
    done
}

# Debian's own sources of this machine; other vendors' are no business of a test host.
debian_sources() {
    local file
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources; do
        if [ -s "$file" ]; then echo "$file"; fi
    done
}

# need_packages PACKAGE...: on the machine that runs the hosts.
need_packages() {
    local missing
    mapfile -t missing < <(comm -23 <(printf '%s\n' "$@" | sort) \
        <(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' | awk '$1 == "ii" { print $2 }' | sort))
    [ "${#missing[@]}" = 0 ] && return
    say "installing ${missing[*]}"
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends "${missing[@]}" >/dev/null
}

# on_host HOST USER COMMAND...
on_host() {
    local address
    address=$(address_of "$1")
    ssh -n -q -F none -i "$state/id_ed25519" -o UserKnownHostsFile="$state/known_hosts" -o StrictHostKeyChecking=yes \
        -o BatchMode=yes -o ConnectTimeout=1 "$2@$address" "${@:3}"
}

# The recorded process is ours only while its command line still names this host.
host_runs() {
    local pid
    pid=$(cat "$state/$1.pid" 2>/dev/null) || return 1
    tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "boot $name $1"
}

all_run() {
    local host
    for host in $(host_names); do host_runs "$host" || return 1; done
}

# Everything that changes an instance holds its lock.
lock() {
    mkdir -p "$instances"
    exec 9>"$instances/.$name.lock"
    flock 9
}
