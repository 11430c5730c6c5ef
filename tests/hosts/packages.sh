# shellcheck shell=bash disable=SC2034
# What a test host is made of. A change here makes a new root.

# On the machine that runs the hosts.
controller_packages=(systemd-container mmdebstrap iproute2 openssh-client iptables)

# To build Kubernetes.
kubernetes_build_packages=(dpkg-dev golang-go golang-github-modern-go-reflect2-dev rsync jq make)

# Installed on every host. There is no Python: rplay needs none.
host_packages=(
    systemd systemd-sysv dbus libpam-systemd openssh-server iproute2 sudo procps ca-certificates
)

# The same without systemd.
sysv_host_packages=(
    sysvinit-core sysv-rc initscripts init-system-helpers openssh-server iproute2 sudo procps ca-certificates
)

# Added for comparisons with tools that need Python on the host.
python_packages=(python3 python3-cryptography python3-apt)

# Waiting in the hosts' package cache: `apt-get install` of these downloads nothing.
cached_packages=(
    etcd-server etcd-client haproxy keepalived
    containerd runc containernetworking-plugins conntrack iptables ethtool socat
)
