#!/usr/bin/env bash
# From bare hosts to a cluster, and the same command again.
. "$(dirname "$0")/lib.sh"
fresh_hosts

# In tenths of a second.
now() { echo $((${EPOCHREALTIME/./} / 100000)); }

start=$(now)
play_well cluster
first=$(($(now) - start))
grep -q '^TASK \[verify : Reach it from every node' "$work/cluster" || fail "the run does not verify the cluster"

start=$(now)
play_well cluster
again=$(($(now) - start))
every_host "$work/cluster" ' changed=0 '
[ $((again * 10)) -lt "$first" ] || fail "the second run took $again tenths of a second, the first one $first: not ten times as many"

"$root/tests/hosts/kubectl" get nodes --output wide
shown "cluster.yml on eight fresh hosts: $((first / 10)).$((first % 10)) s, failed=0; again: $((again / 10)).$((again % 10)) s, changed=0"
