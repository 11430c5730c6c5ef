//! A cluster: its etcd members, and what it says that our roles know.

use ipnet::{IpNet, Ipv4Net};

use crate::language::inventory::kops::{at, need, text_at};
use crate::language::yaml::Node;
use crate::language::{Diagnostic, Key, Map, Place, Value};

/// Variables and where their text stands, in one or the other version of the format.
const TEXTS: [(&str, &[&str]); 3] = [
    ("cluster_name", &["spec.clusterDNSDomain"]),
    ("kube_service_addresses", &["spec.serviceClusterIPRange", "spec.networking.serviceClusterIPRange"]),
    ("kube_pod_addresses", &["spec.podCIDR", "spec.networking.podCIDR", "spec.kubeControllerManager.clusterCIDR"]),
];

/// The network both others are parts of where they are not given.
const WHOLE: [&str; 2] = ["spec.nonMasqueradeCIDR", "spec.networking.nonMasqueradeCIDR"];

/// Further names of the API server.
const NAMES: [&str; 4] = ["spec.masterPublicName", "spec.api.publicName", "spec.additionalSans", "spec.api.additionalSANs"];

/// A cluster as it is written.
pub struct Cluster<'n> {
    /// Where it begins.
    pub place: Place,
    /// What it gives all hosts.
    pub vars: Map,
    /// The members of its main etcd cluster.
    pub etcd: Vec<Member<'n>>,
}

/// An etcd member.
pub struct Member<'n> {
    /// The instance group of its host.
    pub instance_group: &'n str,
    /// Where it is written.
    pub place: &'n Place,
}

impl<'n> Cluster<'n> {
    /// What a document of that kind says.
    pub fn read(document: &'n Node) -> Result<Cluster<'n>, Diagnostic> {
        Ok(Cluster { place: document.place.clone(), vars: vars(document)?, etcd: members(document)? })
    }
}

/// The members of the etcd cluster `main`; the one for events has no counterpart in our roles.
fn members(document: &Node) -> Result<Vec<Member<'_>>, Diagnostic> {
    let clusters = at(document, "spec.etcdClusters").and_then(Node::as_list).unwrap_or_default();
    let main = clusters.iter().find(|cluster| text_at(cluster, "name") == Some("main")).or(clusters.first());
    let members = main.and_then(|main| at(main, "etcdMembers")).and_then(Node::as_list).unwrap_or_default();
    if members.is_empty() {
        let problem = Diagnostic::new("the cluster has no etcd members").at(&document.place);
        return Err(problem.hint("they stand in spec.etcdClusters, in the etcdMembers of the one called main"));
    }
    members.iter().map(|member| Ok(Member { instance_group: need(member, "instanceGroup")?, place: &member.place })).collect()
}

fn vars(document: &Node) -> Result<Map, Diagnostic> {
    let mut vars = Map::new();
    if let Some(version) = at(document, "spec.kubernetesVersion") {
        vars.insert(Key::from("kube_version"), self::version(version)?.into());
    }
    let (services, pods) = networks(document)?;
    let derived = [None, services, pods];
    for ((name, places), derived) in TEXTS.into_iter().zip(derived) {
        let written = places.iter().find_map(|path| text_at(document, path)).map(str::to_string);
        vars.extend(written.or(derived).map(|text| (Key::from(name), Value::from(text))));
    }
    let names: Vec<Value> = NAMES.iter().filter_map(|path| at(document, path)).flat_map(texts).map(Value::from).collect();
    if !names.is_empty() {
        vars.insert(Key::from("pki_extra_names"), names.into());
    }
    Ok(vars)
}

/// A text, or the texts of a list.
fn texts(node: &Node) -> Vec<&str> {
    node.as_list().map_or_else(|| node.as_str().into_iter().collect(), |items| items.iter().filter_map(Node::as_str).collect())
}

/// A whole version such as 1.20.2, without the `v` it may be written with.
fn version(node: &Node) -> Result<&str, Diagnostic> {
    let text = node.as_str().map(|text| text.strip_prefix('v').unwrap_or(text));
    let whole = |text: &&str| text.split('.').count() >= 3 && text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains('/');
    text.filter(whole).ok_or_else(|| {
        let problem = Diagnostic::new("kubernetesVersion must be a whole version");
        problem.hint("such as 1.20.2, in quotes where it looks like a number").at(&node.place)
    })
}

/// The networks of services and pods that kops makes of the whole one: its first eighth, and its second half.
fn networks(document: &Node) -> Result<(Option<String>, Option<String>), Diagnostic> {
    let Some(node) = WHOLE.iter().find_map(|path| at(document, path)) else { return Ok((None, None)) };
    let wrong = || Diagnostic::new("nonMasqueradeCIDR must be a network").hint("such as 100.64.0.0/10").at(&node.place);
    let IpNet::V4(whole) = node.as_str().and_then(|text| text.parse().ok()).ok_or_else(wrong)? else { return Ok((None, None)) };
    let services = Ipv4Net::new(whole.network(), whole.prefix_len() + 3).map_err(|_| wrong())?;
    let pods = whole.subnets(whole.prefix_len() + 1).map_err(|_| wrong())?.last();
    Ok((Some(services.to_string()), pods.map(|pods| pods.to_string())))
}
