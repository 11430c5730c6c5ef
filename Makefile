# The binary, its tests, and the hosts they run on. `make` lists the targets.
SHELL      := bash
TARGET     := $(shell rustc -vV | sed -n 's/^host: //p')
HOSTS      := $(or $(RPLAY_HOSTS_NAME),rplay)
INVENTORY  := /run/rplay-hosts/$(HOSTS)/inventory.cfg
E2E        := $(sort $(wildcard tests/e2e/[0-9]*.sh))

.DEFAULT_GOAL := help
.PHONY: help build lint unit e2e test deny hosts-up hosts-down hosts-reset clean-hosts demo test-cluster test-vagrant compare parity bench

help: ## this list
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## the static release binary, target/rplay
	RUSTFLAGS="-C target-feature=+crt-static" cargo build --release --locked --target $(TARGET)
	install -m 755 target/$(TARGET)/release/rplay target/rplay
	@ldd target/rplay 2>&1 | grep -qE 'statically linked|not a dynamic executable' || { echo "target/rplay is not static"; exit 1; }

lint: ## formatting and clippy, warnings are errors
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings

unit: ## cargo test
	cargo test --locked

e2e: $(if $(E2E),build) ## tests on real hosts: tests/e2e/[0-9]*.sh
	@for script in $(E2E); do echo "== $$script"; "$$script" || exit 1; done

test-cluster: build ## all that is promised of a cluster, one after the other: tests/cluster/[0-9]*.sh
	@trap 'RPLAY_HOSTS_NAME=rpkube RPLAY_HOSTS_NET=10.88.6 tests/hosts/down' EXIT; for script in $(sort $(wildcard tests/cluster/[0-9]*.sh)); do echo "== $$script"; "$$script" || exit 1; done

test: unit lint e2e ## everything that must be green

deny: ## licences, sources and duplicates of the dependencies
	command -v cargo-deny >/dev/null || cargo install --locked cargo-deny
	cargo deny --offline check licenses bans sources

hosts-up: ## boot the test hosts, print their inventory
	@tests/hosts/up

hosts-reset: ## fresh test hosts
	@tests/hosts/reset

hosts-down: ## remove the test hosts
	@tests/hosts/down

clean-hosts: hosts-down ## remove the test hosts and the cached roots
	rm -rf --one-file-system "$${RPLAY_CACHE:-/var/cache/rplay}/roots"

demo: build ## the main job: a highly available Kubernetes cluster on the test hosts
	@tests/hosts/kubernetes
	@tests/hosts/up
	target/rplay -b -i $(INVENTORY) playbooks/cluster.yml
	@tests/hosts/kubectl get nodes --output wide

test-vagrant: build ## the cluster on virtual machines: vagrant up, cluster.yml, a reboot, destroyed again
	tests/vagrant/run

compare: build ## cluster.yml under ansible-playbook and under rplay, side by side
	tests/ansible/cluster.sh

parity: build ## plays of ours under rplay beside what ansible-playbook did with them
	tests/parity/run

bench: build ## rplay beside its peers
	benches/run
