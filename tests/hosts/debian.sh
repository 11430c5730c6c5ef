# shellcheck shell=bash
# Roots of this machine's Debian, for test hosts and for the virtual machines' box.

# How this machine reaches its package registry: proxies and download options, from wherever they are set.
download_options() {
    apt-config dump --format '%f "%v";%n' | grep -E '^Acquire::(http|https|Check-|Languages|Retries)' || true
    if [ -n "${http_proxy:-}" ]; then echo "Acquire::http::Proxy \"$http_proxy\";"; fi
    if [ -n "${https_proxy:-}" ]; then echo "Acquire::https::Proxy \"$https_proxy\";"; fi
}

copy_network_settings() {
    download_options >"$1/etc/apt/apt.conf.d/90controller"
    cp -L /etc/resolv.conf "$1/etc/resolv.conf"
    cp -r /usr/local/share/ca-certificates/. "$1/usr/local/share/ca-certificates/"
    chroot "$1" update-ca-certificates >/dev/null 2>&1
}

fill_package_cache() {
    chroot "$1" apt-get -qq update
    chroot "$1" apt-get -qq install --download-only --no-install-recommends "${cached_packages[@]}" >/dev/null
}

# make_root DIRECTORY PACKAGE...: it reaches the registry as this machine does, with the roles' packages in its cache.
make_root() {
    local suite options sources
    suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
    mapfile -t sources < <(debian_sources)
    options=$(mktemp)
    download_options >"$options"
    mmdebstrap --quiet --variant=minbase --aptopt="$options" --include="$(IFS=,; echo "${*:2}")" "$suite" "$1" "${sources[@]}"
    rm -f "$options"
    copy_network_settings "$1"
    fill_package_cache "$1"
}

# Whatever must differ between hosts is made when a host starts.
forget_identity() {
    rm -f "$1"/etc/ssh/ssh_host_*
    : >"$1/etc/machine-id"
}
