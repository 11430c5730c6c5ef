# shellcheck shell=bash
# One host's life: its disk (an overlay on the shared root), its identity, its processes.

mount_disk() {
    local disk=$disks/$1
    mkdir -p "$disk"/{upper,work,root,containerd}
    mount -t overlay -o "lowerdir=$2,upperdir=$disk/upper,workdir=$disk/work" "$name-$1" "$disk/root"
}

# What makes a host itself: name, ssh host key, who may log in.
write_identity() {
    local root=$disks/$1/root user home
    echo "$1" >"$root/etc/hostname"
    printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$1" >"$root/etc/hosts"
    install -m 600 "$state/$1.hostkey" "$root/etc/ssh/ssh_host_ed25519_key"
    install -m 644 "$state/$1.hostkey.pub" "$root/etc/ssh/ssh_host_ed25519_key.pub"
    for user in root ops ops2; do
        home=$root/home/$user
        if [ "$user" = root ]; then home=$root/root; fi
        mkdir -p -m 700 "$home/.ssh"
        cp "$state/id_ed25519.pub" "$home/.ssh/authorized_keys"
        chroot "$root" chown -R "$user:" "${home#"$root"}/.ssh"
    done
    echo "ops2:$(cat "$state/ops2.password")" | chroot "$root" chpasswd
}

# start_host HOST ADDRESS ROOT
start_host() {
    mount_disk "$1" "$3"
    [ -e "$disks/$1/upper/etc/hostname" ] || write_identity "$1"
    plug_in "$1" "$2"
    setsid "$here/boot" "$name" "$1" "$disks/$1" >"$state/$1.console" 2>&1 9>&- &
    echo $! >"$state/$1.pid"
}

host_answers() { on_host "$1" ops true 2>/dev/null; }

host_is_gone() { [ -z "$(processes_in "$name-$1")" ]; }

# Processes may be born while others are killed: ask until none is left.
kill_host() {
    local processes
    mapfile -t processes < <(processes_in "$name-$1")
    kill -KILL "${processes[@]}" 2>/dev/null || true
    host_is_gone "$1"
}

# stop_host HOST: pulls the plug. Also clears what a crash left.
stop_host() {
    host_is_gone "$1" || until_true 20 kill_host "$1" || die "processes of $1 do not end: $(processes_in "$name-$1" | tr '\n' ' ')"
    rm -f "$state/$1.pid"
    unplug "$1"
    while mountpoint -q "$disks/$1/root"; do umount "$disks/$1/root"; done
    remove_cgroups "$name-$1"
    rm -rf --one-file-system "/run/systemd/nspawn/propagate/$name-$1"
}

wipe_disk() { rm -rf --one-file-system "${disks:?}/$1"; }
