# shellcheck shell=bash
# Vagrant and libvirt on this machine: what they need is installed, daemons that do not run are started, and everything
# the test made is found by its names and removed.

virtual_network=rplay-$net            # as the Vagrantfile calls it
management_network=$name
pool=$name
prefix=${name}_                       # of the machines' names

vagrant_packages=(
    vagrant vagrant-libvirt libvirt-daemon-system libvirt-clients dnsmasq-base dbus qemu-system-x86
    mmdebstrap e2fsprogs openssh-client python3
)

# qemu's tools are of one version; a newer qemu-utils than the system's own steps back.
install_vagrant() {
    local version
    if dpkg-query -W qemu-system-x86 >/dev/null 2>&1; then need_packages "${vagrant_packages[@]}"; return; fi
    say "installing Vagrant, libvirt and QEMU"
    apt-get -qq update
    version=$(apt-cache policy qemu-system-x86 | awk '/Candidate:/ { print $2 }')
    DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends --allow-downgrades "${vagrant_packages[@]}" "qemu-utils=$version" >/dev/null
}

libvirt() { virsh --quiet --connect qemu:///system "$@"; }
libvirt_answers() { libvirt version >/dev/null 2>&1; }

# daemon PROGRAM OPTION...: started in a session of its own where it does not run, and noted to be ended.
daemon() {
    if pgrep -x "$1" >/dev/null; then return; fi
    setsid "$@" </dev/null >"$state/$1.log" 2>&1 9>&- &
    echo "$! $1" >>"$state/daemons"
}

libvirt_up() {
    libvirt_answers && return
    mkdir -p /run/dbus
    daemon dbus-daemon --system --nofork --nopidfile
    daemon virtlogd
    daemon libvirtd
    until_true 60 libvirt_answers || die "libvirtd does not answer; its log: $state/libvirtd.log"
}

# Those that were started here, by number, the last one first.
libvirt_down() {
    local pid program
    [ -e "$state/daemons" ] || return 0
    tac "$state/daemons" | while read -r pid program; do
        if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$program" ]; then
            kill "$pid"
            until_true 20 test ! -e "/proc/$pid" || kill -KILL "$pid"
        fi
    done
    rm -f "$state/daemons"
}

# What is there of machines, networks and disks.
picture() {
    libvirt list --all --name
    libvirt net-list --all --name
    libvirt pool-list --all --name
    find /var/lib/libvirt/images -type f
    ip -o link | awk -F': ' '{ print $2 }' | grep -E '^(virbr|vnet)' || true
}

make_pool() {
    mkdir -p "$disks"
    libvirt pool-define-as "$pool" dir --target "$disks" >/dev/null
    libvirt pool-start "$pool" >/dev/null
}

# Whatever has the test's names, from this run or one that was cut off.
remove_leftovers() {
    local machine network
    for machine in $(libvirt list --all --name | grep "^$prefix" || true); do
        libvirt destroy "$machine" >/dev/null 2>&1 || true
        libvirt undefine "$machine" >/dev/null
    done
    for network in "$virtual_network" "$management_network"; do
        libvirt net-destroy "$network" >/dev/null 2>&1 || true
        libvirt net-undefine "$network" >/dev/null 2>&1 || true
    done
    libvirt pool-destroy "$pool" >/dev/null 2>&1 || true
    libvirt pool-undefine "$pool" >/dev/null 2>&1 || true
    rm -rf --one-file-system "$disks"
}
