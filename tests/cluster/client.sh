# shellcheck shell=bash
# A client that writes to the cluster through the virtual address every 100 ms, in the background: client.py.

# What runs in the background ends with the test, whatever becomes of it.
background=()
trap 'kill "${background[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT

# start_client [TIMEOUT]: returns when its first write is acknowledged.
start_client() {
    local kind
    for kind in crt key; do on node1 "cat /etc/kubernetes/pki/admin.$kind" >"$work/client.$kind"; done
    on node1 'cat /etc/kubernetes/pki/ca.crt' >"$work/client-ca.crt"
    rm -f "$work/client.log"
    python3 "$root/tests/cluster/client.py" "https://$virtual_address:6443" "$work"/client.{crt,key} "$work/client-ca.crt" \
        "$work/client.log" "${1:-5}" >"$work/client.json" 2>"$work/client.err" &
    client=$!
    background+=("$client")
    within 60 grep -qs ' ok$' "$work/client.log" || fail "the client cannot write: $(tail -n 3 "$work/client.log" "$work/client.err")"
}

# stop_client: ends it, and fails when an acknowledged write was lost. What it saw is told by `client_saw`.
stop_client() {
    kill "$client"
    wait "$client" || fail "the client ended badly: $(tail -n 5 "$work/client.err")"
    [ "$(client_saw lost)" = 0 ] || fail "$(client_saw lost) acknowledged writes are lost"
}

# client_saw acknowledged|failed|lost|gap
client_saw() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$work/client.json" "$1"; }

# The failures, for a message.
client_failures() { grep -v ' ok$' "$work/client.log" | tail -n "${1:-5}"; }
