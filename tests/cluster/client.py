#!/usr/bin/env python3
"""Writes to a cluster every 100 ms until it is told to end (SIGTERM), then reads everything back.

usage: client.py SERVER CERTIFICATE KEY AUTHORITY LOG TIMEOUT

Each write is a request of its own over a connection of its own, tried once. The log has a line for each:
the time, its number, and `ok` or what went wrong. At the end one line of JSON tells what was

    acknowledged   writes the cluster said it had made
    failed         requests that got an error, or no answer for TIMEOUT seconds
    lost           acknowledged writes that cannot be read back
    gap            the longest time without an acknowledged write, in seconds
"""
import http.client
import json
import signal
import ssl
import sys
import time
from urllib.parse import urlparse

server, certificate, key, authority, log_path, timeout = sys.argv[1:]
INTERVAL = 0.1
PER_OBJECT = 200  # keys in one config map, so that none grows large
MAPS = "/api/v1/namespaces/default/configmaps"

address = urlparse(server)
context = ssl.create_default_context(cafile=authority)
context.load_cert_chain(certificate, key)
run = f"writes-{int(time.time())}"
ended = False


def end(*_):
    global ended
    ended = True


def ask(method, path, body=None, kind="application/json"):
    """The answer, or an OSError or HTTPException that says why there is none."""
    connection = http.client.HTTPSConnection(address.hostname, address.port, timeout=float(timeout), context=context)
    try:
        connection.request(method, path, json.dumps(body) if body else None, {"Content-Type": kind})
        response = connection.getresponse()
        answer = json.load(response)
        if response.status >= 300:
            raise http.client.HTTPException(f"{response.status} {answer.get('message', response.reason)}")
        return answer
    finally:
        connection.close()


def write(number):
    name = f"{run}-{number // PER_OBJECT}"
    data = {f"n{number}": str(number)}
    if number % PER_OBJECT == 0:
        ask("POST", MAPS, {"metadata": {"name": name, "labels": {"run": run}}, "data": data})
    else:
        ask("PATCH", f"{MAPS}/{name}", {"data": data}, "application/merge-patch+json")


def insist(method, path, seconds=120):
    """What is asked after the test may take its time."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return ask(method, path)
        except (OSError, http.client.HTTPException):
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


def main():
    acknowledged, failed, gap = [], 0, 0.0
    number, last = 0, time.monotonic()
    with open(log_path, "w", buffering=1) as log:
        while not ended:
            began = time.monotonic()
            try:
                write(number)
                said = "ok"
                acknowledged.append(number)
                gap = max(gap, time.monotonic() - last)
                last = time.monotonic()
            except (OSError, http.client.HTTPException, ValueError) as error:
                said = f"failed: {type(error).__name__}: {error}"
                failed += 1
            log.write(f"{time.time():.3f} {number} {said}\n")
            # A map that was not made is tried as the next one: its number decides its name.
            number = number + 1 if said == "ok" or number % PER_OBJECT else number + PER_OBJECT
            time.sleep(max(0.0, began + INTERVAL - time.monotonic()))
        gap = max(gap, time.monotonic() - last)

    maps = insist("GET", f"{MAPS}?labelSelector=run%3D{run}")["items"]
    kept = {value for found in maps for value in found["data"].values()}
    lost = [number for number in acknowledged if str(number) not in kept]
    insist("DELETE", f"{MAPS}?labelSelector=run%3D{run}")
    print(json.dumps({"acknowledged": len(acknowledged), "failed": failed, "lost": len(lost), "gap": round(gap, 2)}))


signal.signal(signal.SIGTERM, end)
main()
