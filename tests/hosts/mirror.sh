# shellcheck shell=bash
# What the hosts would download from the internet, served to them on the instance's bridge, and only there.

mirror_port=8080
mirror_url=http://$net.1:$mirror_port

mirror_runs() {
    local pid
    pid=$(cat "$state/mirror.pid" 2>/dev/null) || return 1
    tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "--bind $net.1 --directory $state/mirror"
}

mirror_answers() { (exec 3<>"/dev/tcp/$net.1/$mirror_port") 2>/dev/null; }

mirror_up() {
    local images
    images=$("$here/images")
    mkdir -p "$state/mirror" "$releases"
    ln -sfn "$releases" "$state/mirror/kubernetes"
    ln -sfn "$images" "$state/mirror/images"
    mirror_runs && return
    setsid python3 -m http.server "$mirror_port" --bind "$net.1" --directory "$state/mirror" </dev/null >"$state/mirror.log" 2>&1 9>&- &
    echo $! >"$state/mirror.pid"
    until_true 20 mirror_answers || die "the mirror does not answer; its log: $state/mirror.log"
}

mirror_down() {
    if mirror_runs; then kill "$(cat "$state/mirror.pid")"; fi
    rm -f "$state/mirror.pid"
}
