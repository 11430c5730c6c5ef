#!/usr/bin/env bash
# All certificates made anew, then a new configuration, while a client writes through the virtual address every 100 ms:
# none of its requests fails, and never is more than one master down.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/client.sh"
play_well cluster

# "HOST FILE SERIAL" of every certificate that is not an authority's.
serials() {
    local host
    for host in node1 node2 node3 node4 node6; do
        on "$host" 'cd /; find etc/kubernetes/pki var/lib/kubelet/pki -name "*.crt" ! -name "*ca.crt" -o -name kubelet-client-current.pem 2>/dev/null |
            while read -r file; do echo "file $file"; sed -n "/BEGIN CERT/,/END CERT/p" "$file"; done' |
            while read -r word file; do
                [ "$word" = file ] || fail "not a file: $word"
                echo "$host $file $(sed -u '/END CERT/q' | openssl x509 -noout -serial)"
            done
    done
}

# watch_masters FILE: says of both masters, five times a second, whether they serve.
watch_masters() {
    while sleep 0.2; do
        for master in 11 12; do
            curl -ks --max-time 2 -o /dev/null -w '%{http_code} ' "https://${virtual_address%.*}.$master:6443/readyz" || true
        done
        echo
    done >"$1"
}
# told PATTERN: how often.
told() { grep -cE "$1" "$work/masters" || true; }

serials >"$work/before"
start_client 30
play_well rotate-certs
stop_client
[ "$(client_saw failed)" = 0 ] || fail "$(client_saw failed) requests failed while certificates were renewed: $(client_failures)"
serials >"$work/after"
kept=$(comm -12 <(sort "$work/before") <(sort "$work/after"))
[ -z "$kept" ] || fail "not renewed: $kept"
[ "$(cut -d' ' -f1,2 "$work/before" | sort)" = "$(cut -d' ' -f1,2 "$work/after" | sort)" ] || fail "there are other certificates than before"
shown "rotate-certs.yml replaced $(wc -l <"$work/after") certificates; of $(client_saw acknowledged) writes 0 failed, the longest gap was $(client_saw gap) s"

cat >"$work/next.yml" <<'EOV'
kube_log_level: 2
kube_apiserver_flags: {max-requests-inflight: 500}
kubelet_flags: {max-pods: 99}
EOV
start_client 30
watch_masters "$work/masters" &
watch=$!
background+=("$watch")
play_well upgrade -e "@$work/next.yml"
kill "$watch"
stop_client
[ "$(client_saw failed)" = 0 ] || fail "$(client_saw failed) requests failed during the upgrade: $(client_failures)"
[ "$(told '^200 200')" -gt 0 ] && [ "$(told '^200 [045]')" -gt 0 ] && [ "$(told '^[045].. 200')" -gt 0 ] || fail "the masters were not upgraded in turn"
[ "$(told '^[045].. [045]')" = 0 ] || fail "both masters were down at once"
for master in node1 node2; do
    on "$master" 'tr "\0" " " </proc/$(pgrep -x kube-apiserver)/cmdline' | grep -q -- --max-requests-inflight=500 || fail "$master is not upgraded"
done
[ "$(kubectl get nodes --output 'jsonpath={.items[*].status.capacity.pods}')" = "99 99" ] || fail "the nodes are not upgraded"
[ -z "$(kubectl get nodes --output 'jsonpath={.items[*].spec.unschedulable}')" ] || fail "a node is still closed"
shown "upgrade.yml: of $(told .) looks at both masters none found both down; of $(client_saw acknowledged) writes 0 failed, the longest gap was $(client_saw gap) s"

# An upgrade that fails on a node goes no further, and leaves it open.
if play upgrade -e "@$work/next.yml" -e '{"node_packages": ["no-such-package"]}' >"$work/failing" 2>&1; then fail "the upgrade to nothing did not fail"; fi
grep -q '^node4 .* failed=1 ' "$work/failing" || fail "it did not fail on node4"
grep -q '^node6 .* failed=0 ' "$work/failing" || fail "it went on to node6"
[ -z "$(kubectl get nodes --output 'jsonpath={.items[*].spec.unschedulable}')" ] || fail "a node is still closed after the failure"
play_well upgrade
shown "an upgrade that failed on node4 left it open and did not go on to node6; the way back to the first configuration worked"
