//! Cluster specs, their hosts and their mistakes.

use std::fs;
use std::path::Path;

use crate::language::inventory::{GroupId, HostId, Inventory};
use crate::language::vault::Secrets;
use crate::language::{Map, Value};

const SPEC: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/kops/cluster.yaml"));
const ADDRESSES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/kops/addresses.yaml"));

/// Loads `spec` with the files `(name, text)` beside it.
fn load(spec: &str, beside: &[(&str, &str)]) -> Result<Inventory, String> {
    let directory = tempfile::tempdir().expect("a directory for the test");
    for (name, text) in beside.iter().chain(&[("cluster.yaml", spec)]) {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("a directory");
        fs::write(path, text).expect("a file");
    }
    let source = directory.path().join("cluster.yaml").display().to_string();
    let texts = |problems: Vec<crate::language::Diagnostic>| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    Inventory::load(&[source], &Secrets::default()).map_err(texts)
}

fn loaded() -> Inventory {
    load(SPEC, &[("addresses.yaml", ADDRESSES)]).unwrap_or_else(|e| panic!("{e}"))
}

fn hosts(inventory: &Inventory, group: &str) -> String {
    let hosts: Vec<HostId> = inventory.group_id(group).map(|id: GroupId| inventory.hosts_of(id)).unwrap_or_default();
    hosts.iter().map(|id| inventory[*id].name.to_string()).collect::<Vec<_>>().join(" ")
}

fn json(vars: &Map) -> String {
    Value::map(vars.clone()).to_json().to_string()
}

#[test]
fn instance_groups_are_groups_below_their_roles() {
    let inventory = loaded();
    for (group, expected) in [
        ("etcd", "master-a master-b-1 master-b-2"),
        ("kube-master", "master-a master-b-1 master-b-2 api"),
        ("master-b", "master-b-1 master-b-2"),
        // One beyond the least has an address, and so it is there.
        ("kube-node", "nodes-1 nodes-2 nodes-3"),
        ("bastion", "bastions"),
        ("k8s-cluster", "master-a master-b-1 master-b-2 api nodes-1 nodes-2 nodes-3"),
    ] {
        assert_eq!(hosts(&inventory, group), expected, "{group}");
    }
}

#[test]
fn variables_are_those_of_the_roles() {
    let inventory = loaded();
    let of_group = |name: &str| inventory.group(name).map(|group| json(&group.vars)).unwrap_or_default();
    let all = r#"{"kube_version":"1.20.2","kube_service_addresses":"100.64.0.0/13","kube_pod_addresses":"100.96.0.0/11","pki_extra_names":["api.example.org","k8s.example.org"]}"#;
    assert_eq!(of_group("all"), all);
    let nodes = r#"{"node_labels":{"disk":"ssd","spot":"true"},"node_taints":[{"key":"dedicated","value":"db","effect":"NoSchedule"},{"key":"drain","effect":"NoExecute"}]}"#;
    assert_eq!(of_group("nodes"), nodes);
    let of_host = |name: &str| inventory.host(name).map(|host| json(&host.vars)).unwrap_or_default();
    assert_eq!(of_host("nodes-3"), r#"{"ansible_host":"10.0.2.3"}"#);
    assert_eq!(of_host("master-a"), r#"{"ansible_host":"192.0.2.1","ip":"10.0.1.1"}"#);
}

#[test]
fn the_newer_format_says_the_same_elsewhere() {
    let newer = SPEC
        .replace("  nonMasqueradeCIDR: 100.64.0.0/10\n", "  networking: {podCIDR: 10.1.0.0/16, serviceClusterIPRange: 10.2.0.0/16}\n")
        .replace("  masterPublicName: api.example.org\n", "  api: {publicName: api.example.org}\n")
        .replace("v1alpha2", "v1alpha3");
    let inventory = load(&newer, &[("addresses.yaml", ADDRESSES)]).unwrap_or_else(|e| panic!("{e}"));
    let all = json(&inventory[Inventory::ALL].vars);
    assert!(all.contains(r#""kube_service_addresses":"10.2.0.0/16","kube_pod_addresses":"10.1.0.0/16""#), "{all}");
    assert!(all.contains(r#"["api.example.org","k8s.example.org"]"#), "{all}");
}

#[test]
fn addresses_may_come_from_variables() {
    let vars = ("group_vars/all.yml", "ansible_host: '{{ inventory_hostname }}.example.org'\n");
    let inventory = load(SPEC, &[vars]).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(hosts(&inventory, "nodes"), "nodes-1 nodes-2");
    let some = ("addresses.yaml", "addresses: {nodes-1: 10.0.0.1, api: 10.0.0.2}\n");
    let said = load(SPEC, &[some]).expect_err("addresses are missing");
    for part in
        ["no address is known of nodes-2 (instance group nodes)", "no address is known of master-b-1, master-b-2", "addresses.yaml as"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("group api") && !said.contains("of nodes-1"), "{said}");
}

#[test]
fn a_directory_of_it_all_is_an_inventory() {
    let directory = tempfile::tempdir().expect("a directory for the test");
    fs::write(directory.path().join("cluster.yaml"), SPEC).expect("a file");
    fs::write(directory.path().join("addresses.yaml"), ADDRESSES).expect("a file");
    let inventory = Inventory::load(&[directory.path().display().to_string()], &Secrets::default()).unwrap_or_default();
    assert!(inventory.group("addresses").is_none());
    assert_eq!(hosts(&inventory, "nodes"), "nodes-1 nodes-2 nodes-3");
}

#[test]
fn mistakes_have_a_place() {
    for (before, after, expected) in [
        ("role: Node", "role: Worker", "there is no role Worker"),
        ("instanceGroup: master-a", "instanceGroup: master-c", "there is no instance group master-c for this etcd member"),
        ("instanceGroup: master-a", "instanceGroup: master-b", "the instance group master-b has too few hosts"),
        ("name: nodes", "name: etcd", "an instance group cannot be called etcd"),
        ("name: nodes", "name: master-b", "there is an instance group master-b already"),
        ("name: nodes", "name: a:b", "a:b cannot be the name of hosts"),
        ("minSize: 2 #", "minSize: 9 #", "the minSize of the instance group nodes is larger"),
        ("minSize: 2 #", "minSize: many #", "spec.minSize must be a number"),
        ("kubernetesVersion: v1.20.2", "kubernetesVersion: 1.20", "must be a whole version"),
        ("100.64.0.0/10", "100.64.0.0", "nonMasqueradeCIDR must be a network"),
        ("drain:NoExecute", "drain", "a taint is written KEY=VALUE:EFFECT"),
        ("spot: \"true\"", "spot: true", "the value of a label is a string"),
        ("kind: Cluster", "kind: Clutter", "no document of kind Cluster"),
        ("kind: InstanceGroup", "kind: InstanceGroups", "no document of kind InstanceGroup"),
        ("kind: InstanceGroup", "kind: Cluster", "a second cluster begins here"),
        ("etcdClusters:", "etcdClusterz:", "the cluster has no etcd members"),
    ] {
        let wrong = SPEC.replace(before, after);
        let said = load(&wrong, &[("addresses.yaml", ADDRESSES)]).expect_err(after);
        assert!(said.contains("cluster.yaml:") && said.contains(expected), "{after}: {said}");
    }
    let stranger = ADDRESSES.replace("nodes-3", "nodes-33");
    let said = load(SPEC, &[("addresses.yaml", &stranger)]).expect_err("a stranger");
    assert!(said.contains("addresses.yaml:") && said.contains("the cluster has no host nodes-33"), "{said}");
    for text in ["nodes-1: 10.0.0.1\n", "addresses: {nodes-1: 5}\n", "addresses: {nodes-1: {ip: 10.0.0.1}}\n"] {
        assert!(load(SPEC, &[("addresses.yaml", text)]).is_err_and(|said| said.contains("addresses.yaml:1:")), "{text}");
    }
}
