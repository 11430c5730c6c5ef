//! An instance group: hosts of one kind.

use crate::language::inventory::kops::{addresses::Addresses, at, need};
use crate::language::yaml::{Node, NodeKind};
use crate::language::{Diagnostic, Key, Map, Place, Value};

/// kops' roles, and the groups of ours.
const ROLES: [(&str, &str); 6] = [
    ("Master", "kube-master"),
    ("ControlPlane", "kube-master"),
    ("control-plane", "kube-master"),
    // Masters that only serve the API; further schedulers and controllers wait for their turn.
    ("APIServer", "kube-master"),
    ("Node", "kube-node"),
    ("Bastion", "bastion"),
];

/// Groups that have a meaning of their own.
const TAKEN: [&str; 8] = ["all", "ungrouped", "etcd", "kube-master", "kube-node", "k8s-cluster", "lb", "bastion"];

/// No instance group is larger.
const MOST: i128 = 10_000;

/// An instance group as it is written.
pub struct InstanceGroup<'n> {
    /// Its name.
    pub name: &'n str,
    /// Where that is written.
    pub place: &'n Place,
    /// The group of ours its hosts are in.
    pub role: &'static str,
    /// So many hosts there are.
    least: u32,
    /// And so many there may be: those beyond are there when they have an address.
    most: u32,
    document: &'n Node,
}

impl<'n> InstanceGroup<'n> {
    /// What a document of that kind says.
    pub fn read(document: &'n Node) -> Result<InstanceGroup<'n>, Diagnostic> {
        let name = need(document, "metadata.name")?;
        let place = at(document, "metadata.name").map_or(&document.place, |node| &node.place);
        if !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_')) {
            let problem = Diagnostic::new(format!("{name} cannot be the name of hosts"));
            return Err(problem.hint("letters, digits, dots and dashes can").at(place));
        }
        let role = role(document)?;
        if TAKEN.contains(&name) && name != role {
            let problem = Diagnostic::new(format!("an instance group cannot be called {name}: that group has a meaning of its own"));
            return Err(problem.at(place));
        }
        let (least, most) = (size(document, "spec.minSize")?, size(document, "spec.maxSize")?);
        let least = least.or(most).unwrap_or(1);
        let most = most.unwrap_or(least);
        if least > most {
            let problem = Diagnostic::new(format!("the minSize of the instance group {name} is larger than its maxSize"));
            return Err(problem.at(place));
        }
        Ok(InstanceGroup { name, place, role, least, most, document })
    }

    /// The names of its hosts.
    pub fn hosts(&self, addresses: &Addresses) -> Vec<String> {
        let name = |number| if self.most > 1 { format!("{}-{number}", self.name) } else { self.name.to_string() };
        let numbered = (1..=self.most).map(|number| (number, name(number)));
        numbered.filter(|(number, name)| *number <= self.least || addresses.of(name).is_some()).map(|(_, name)| name).collect()
    }

    /// What it gives its hosts: `node_labels` and `node_taints`.
    pub fn vars(&self) -> Result<Map, Diagnostic> {
        let mut vars = Map::new();
        if let Some(labels) = at(self.document, "spec.nodeLabels") {
            vars.insert(Key::from("node_labels"), labels_of(labels)?);
        }
        if let Some(taints) = at(self.document, "spec.taints") {
            let list = taints.as_list().ok_or_else(|| Diagnostic::new("taints must be a list").at(&taints.place))?;
            vars.insert(Key::from("node_taints"), list.iter().map(taint).collect::<Result<Vec<_>, _>>()?.into());
        }
        Ok(vars)
    }
}

fn role(document: &Node) -> Result<&'static str, Diagnostic> {
    let role = need(document, "spec.role")?;
    let known = ROLES.iter().find(|(name, _)| name.eq_ignore_ascii_case(role));
    known.map(|(_, group)| *group).ok_or_else(|| {
        let place = at(document, "spec.role").map_or(&document.place, |node| &node.place);
        let problem = Diagnostic::new(format!("there is no role {role} of instance groups"));
        problem.hint(format!("there are {}", ROLES.map(|(name, _)| name).join(", "))).at(place)
    })
}

fn size(document: &Node, path: &str) -> Result<Option<u32>, Diagnostic> {
    let Some(node) = at(document, path) else { return Ok(None) };
    match node.kind {
        NodeKind::Int(size @ 0..=MOST) => Ok(u32::try_from(size).ok()),
        _ => Err(Diagnostic::new(format!("{path} must be a number from 0 to {MOST}")).at(&node.place)),
    }
}

fn labels_of(node: &Node) -> Result<Value, Diagnostic> {
    let entries = node.as_map().ok_or_else(|| Diagnostic::new("nodeLabels must be a mapping").at(&node.place))?;
    let pair = |(name, value): &(Node, Node)| match (name.as_str(), value.as_str()) {
        (Some(name), Some(value)) => Ok((Key::from(name), Value::from(value))),
        _ => Err(Diagnostic::new("the value of a label is a string").hint("put it in quotes").at(&value.place)),
    };
    Ok(Value::map(entries.iter().map(pair).collect::<Result<Map, _>>()?))
}

/// `KEY=VALUE:EFFECT` or `KEY:EFFECT`, as the cluster itself writes taints.
fn taint(node: &Node) -> Result<Value, Diagnostic> {
    let wrong = || {
        let problem = Diagnostic::new("a taint is written KEY=VALUE:EFFECT or KEY:EFFECT");
        problem.hint("the effects are NoSchedule, PreferNoSchedule and NoExecute").at(&node.place)
    };
    let (what, effect) = node.as_str().and_then(|text| text.rsplit_once(':')).ok_or_else(wrong)?;
    if what.is_empty() || !["NoSchedule", "PreferNoSchedule", "NoExecute"].contains(&effect) {
        return Err(wrong());
    }
    let (key, value) = what.split_once('=').unwrap_or((what, ""));
    let parts = [("key", key), ("value", value), ("effect", effect)].into_iter().filter(|(_, text)| !text.is_empty());
    Ok(Value::map(parts.map(|(name, text)| (Key::from(name), Value::from(text))).collect()))
}
