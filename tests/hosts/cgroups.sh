# shellcheck shell=bash
# Each host has control groups of its own, inside those of whoever starts it. Without them the hosts' systemds would
# share one tree, and see each other's services.

hierarchies() { awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/mounts; }

# own_group HIERARCHY: the directory of the group this process is in. Version 2 is the line without a controller.
own_group() {
    local path
    path=$(awk -F: -v c="${1##*/}" '$2 == c || $2 == "name=" c { v1 = $3 } $1 == 0 { v2 = $3 } END { print v1 ? v1 : v2 }' /proc/self/cgroup)
    echo "$1${path%/}"
}

# enter_cgroups GROUP: this process and what it starts. A new cpuset has no processors until it is given some.
enter_cgroups() {
    local hierarchy parent file
    for hierarchy in $(hierarchies); do
        parent=$(own_group "$hierarchy")
        mkdir -p "$parent/$1"
        for file in cpuset.cpus cpuset.mems; do
            if [ -e "$parent/$1/$file" ] && [ -z "$(cat "$parent/$1/$file")" ]; then cat "$parent/$file" >"$parent/$1/$file"; fi
        done
        if [ -e "$parent/$1/cgroup.clone_children" ]; then echo 1 >"$parent/$1/cgroup.clone_children"; fi
        echo "$BASHPID" >"$parent/$1/cgroup.procs"
    done
}

# groups_of GROUP: its directories, wherever its host was started from.
groups_of() {
    local hierarchies
    mapfile -t hierarchies < <(hierarchies)
    find "${hierarchies[@]}" -type d -name "$1" 2>/dev/null || true
}

# processes_in GROUP: of every hierarchy, each once.
processes_in() {
    local group
    groups_of "$1" | while read -r group; do
        find "$group" -name cgroup.procs -exec cat {} + 2>/dev/null || true
    done | sort -u
}

remove_cgroups() {
    local group
    groups_of "$1" | while read -r group; do find "$group" -depth -type d -exec rmdir {} +; done
}
