//! kops' cluster specs as inventories: the documents `kops get -o yaml` prints, of kind Cluster and InstanceGroup.
//!
//! Every instance group is a group below the one of its role: `kube-master` (Master, ControlPlane and APIServer), `kube-node`
//! (Node), `bastion`. The group `etcd` has the members of the etcd cluster `main`, `k8s-cluster` has masters and nodes, and
//! what the cluster says of versions and networks are variables of `all`. A host is called as its instance group, with a number
//! behind where the group may have several. No cloud is asked: addresses come from [`addresses`] or the usual variables.

pub(super) mod addresses;
mod cluster;
mod instance_group;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use super::load::Loading;
use super::{HostId, Inventory, layers::Files};
use crate::language::place::shown;
use crate::language::playbook::nearest;
use crate::language::vault::Secrets;
use crate::language::yaml::{self, Node};
use crate::language::{Diagnostic, Diagnostics, Map, Place};
use addresses::Addresses;
use cluster::{Cluster, Member};
use instance_group::InstanceGroup;

/// What kops' versions call their documents.
const APIS: [&str; 2] = ["kops.k8s.io/", "kops/"];

/// Whether a text is a cluster spec.
pub(super) fn is_spec(text: &str) -> bool {
    let versions = text.lines().filter_map(|line| line.strip_prefix("apiVersion:"));
    versions.map(|version| version.trim().trim_matches(['"', '\''])).any(is_api)
}

fn is_api(version: &str) -> bool {
    APIS.iter().any(|api| version.starts_with(api))
}

/// The hosts of an instance group, which all need an address.
pub(super) struct Addressed {
    group: String,
    hosts: Vec<HostId>,
    place: Place,
    file: PathBuf,
}

/// Reads a cluster spec into the inventory that is being loaded.
pub(super) fn read(text: &str, path: &Path, loading: &mut Loading<'_>) -> Result<(), Diagnostic> {
    let documents = yaml::parse_all(text, &shown(path))?;
    let of_kind = |kind| documents.iter().filter(move |document| text_at(document, "kind") == Some(kind) && is_ours(document));
    let start = Place::new(shown(path), 1, 1);
    let incomplete = |what: &str| {
        let problem = Diagnostic::new(format!("this cluster spec has no document of kind {what}")).at(&start);
        problem.hint("`kops get --name CLUSTER -o yaml` prints the cluster and its instance groups")
    };
    let cluster = Cluster::read(of_kind("Cluster").next().ok_or_else(|| incomplete("Cluster"))?)?;
    if let Some(second) = of_kind("Cluster").nth(1) {
        return Err(Diagnostic::new("a second cluster begins here").hint("an inventory is of one cluster").at(&second.place));
    }
    let groups = of_kind("InstanceGroup").map(InstanceGroup::read).collect::<Result<Vec<_>, _>>()?;
    if groups.is_empty() {
        return Err(incomplete("InstanceGroup"));
    }
    let twice = groups.iter().enumerate().find(|(number, group)| groups[..*number].iter().any(|other| other.name == group.name));
    if let Some((_, group)) = twice {
        return Err(Diagnostic::new(format!("there is an instance group {} already", group.name)).at(group.place));
    }
    let addresses = Addresses::beside(path, loading.secrets)?;
    add(&cluster, &groups, &addresses, loading)
}

fn is_ours(document: &Node) -> bool {
    text_at(document, "apiVersion").is_some_and(is_api)
}

fn add(cluster: &Cluster, groups: &[InstanceGroup], addresses: &Addresses, loading: &mut Loading<'_>) -> Result<(), Diagnostic> {
    for role in ["kube-master", "kube-node"] {
        loading.link("k8s-cluster", role, &cluster.place);
    }
    loading.inventory.set_group_vars(Inventory::ALL, cluster.vars.clone());
    for group in groups {
        add_group(group, addresses, loading)?;
    }
    for (number, member) in cluster.etcd.iter().enumerate() {
        // The first member of a group is its first host, and so on.
        let earlier = cluster.etcd[..number].iter().filter(|other| other.instance_group == member.instance_group).count();
        let host = member_host(member, earlier, groups, addresses).map_err(|problem| problem.at(member.place))?;
        loading.hosts(&host, "etcd", Map::new(), member.place)?;
    }
    addresses.check(|host| loading.inventory.host_id(host).is_some()).into_iter().for_each(|problem| loading.problem(problem));
    Ok(())
}

/// The host of an etcd member; `earlier` ones have the first hosts of its instance group.
fn member_host(member: &Member, earlier: usize, groups: &[InstanceGroup], addresses: &Addresses) -> Result<String, Diagnostic> {
    let names: Vec<&str> = groups.iter().map(|group| group.name).collect();
    let group = groups.iter().find(|group| group.name == member.instance_group).ok_or_else(|| {
        let problem = Diagnostic::new(format!("there is no instance group {} for this etcd member", member.instance_group));
        let meant = nearest(member.instance_group, &names).map(|name| format!("did you mean {name}?"));
        problem.hint(meant.unwrap_or_else(|| format!("there are {}", names.join(", "))))
    })?;
    group.hosts(addresses).into_iter().nth(earlier).ok_or_else(|| {
        let problem = Diagnostic::new(format!("the instance group {} has too few hosts for this etcd member", group.name));
        problem.hint("raise its minSize")
    })
}

fn add_group(group: &InstanceGroup, addresses: &Addresses, loading: &mut Loading<'_>) -> Result<(), Diagnostic> {
    if group.name != group.role {
        loading.link(group.role, group.name, group.place);
    }
    let id = loading.inventory.add_group(group.name, Some(group.place));
    loading.inventory.set_group_vars(id, group.vars()?);
    let mut hosts = Vec::new();
    for name in group.hosts(addresses) {
        loading.hosts(&name, group.name, addresses.of(&name).cloned().unwrap_or_default(), group.place)?;
        hosts.extend(loading.inventory.host_id(&name));
    }
    let file = addresses.file.clone();
    loading.addressed.push(Addressed { group: group.name.to_string(), hosts, place: group.place.clone(), file });
    Ok(())
}

/// The mistakes about hosts that nothing gives an address, once all sources have been read.
pub(super) fn unaddressed(inventory: &Inventory, addressed: &[Addressed], secrets: &Secrets) -> Diagnostics {
    let files = Files::new(inventory, None, secrets);
    let has_address = |host: &HostId| match files.for_host(inventory, *host) {
        Ok(layers) => layers.iter().any(|layer| layer.vars.contains_key("ansible_host")),
        // Broken files of variables are told of by whoever needs them.
        Err(_) => true,
    };
    let problem = |group: &Addressed| {
        let without = group.hosts.iter().filter(|host| !has_address(host));
        let names: Vec<&str> = without.map(|host| inventory[*host].name.as_ref()).collect();
        let first = *names.first()?;
        let problem = Diagnostic::new(format!("no address is known of {} (instance group {})", names.join(", "), group.group));
        let hint = format!("give it in {} as `addresses: {{{first}: 10.0.0.1}}`, or as ansible_host in host_vars", shown(&group.file));
        Some(problem.hint(hint).at(&group.place))
    };
    addressed.iter().filter_map(problem).collect()
}

/// The node that keys, joined by dots, lead to.
fn at<'n>(node: &'n Node, path: &str) -> Option<&'n Node> {
    path.split('.').try_fold(node, |node, key| node.get(key)).filter(|node| !node.is_null())
}

/// The text there.
fn text_at<'n>(node: &'n Node, path: &str) -> Option<&'n str> {
    at(node, path)?.as_str()
}

/// The text there, which has to be there.
fn need<'n>(node: &'n Node, path: &str) -> Result<&'n str, Diagnostic> {
    text_at(node, path).ok_or_else(|| Diagnostic::new(format!("this document needs {path}, a string")).at(&node.place))
}
