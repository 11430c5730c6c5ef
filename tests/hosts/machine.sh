# shellcheck shell=bash
# Settings of the machine's kernel that hosts need. What they were is kept, and put back when the last instance goes.

settings=(net/ipv4/ip_forward fs/inotify/max_user_instances fs/inotify/max_user_watches)
kept=$instances/.settings

# raise SETTING VALUE
raise() {
    [ "$(cat "/proc/sys/$1")" -lt "$2" ] || return 0
    mkdir -p "$(dirname "$kept/$1")"
    [ -e "$kept/$1" ] || cat "/proc/sys/$1" >"$kept/$1"
    echo "$2" >"/proc/sys/$1"
}

# A systemd and a kubelet use some dozens of inotify instances each, and all hosts share what root may have.
prepare_machine() {
    raise net/ipv4/ip_forward 1
    raise fs/inotify/max_user_instances 8192
    raise fs/inotify/max_user_watches 524288
}

restore_machine() {
    local setting
    for setting in "${settings[@]}"; do
        if [ -e "$kept/$setting" ]; then cat "$kept/$setting" >"/proc/sys/$setting"; fi
    done
    rm -rf --one-file-system "$kept"
}
