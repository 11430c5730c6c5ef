#!/usr/bin/env bash
# From bare hosts to a cluster, and the same command again.
. "$(dirname "$0")/lib.sh"
fresh_hosts

start=$SECONDS
play_well cluster
first=$((SECONDS - start))
grep -q '^TASK \[verify : Reach it from every node' "$work/cluster" || fail "the run does not verify the cluster"

start=$SECONDS
play_well cluster
again=$((SECONDS - start))
every_host "$work/cluster" ' changed=0 '
[ $((again * 10)) -lt "$first" ] || fail "the second run took $again s, not a tenth of the first one's $first s"

"$root/tests/hosts/kubectl" get nodes --output wide
shown "cluster.yml on eight fresh hosts: $first s, failed=0; again: $again s, changed=0"
