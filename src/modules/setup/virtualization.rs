//! What the host runs in.

use std::path::Path;

use serde_json::json;

use super::{Facts, text};
use crate::modules::Failure;

/// What a DMI string begins with, and the virtualisation it tells of.
const DMI: &[(&str, &str)] = &[
    ("KVM", "kvm"),
    ("Bochs", "kvm"),
    ("AHV", "kvm"),
    ("QEMU", "kvm"),
    ("Amazon EC2", "kvm"),
    ("Google", "kvm"),
    ("OpenStack", "openstack"),
    ("VMware", "VMware"),
    ("VirtualBox", "virtualbox"),
    ("innotek GmbH", "virtualbox"),
    ("Parallels", "parallels"),
    ("Virtual Machine", "VirtualPC"),
    ("oVirt", "oVirt"),
    ("RHEV", "RHEV"),
    ("HVM domU", "xen"),
    ("Xen", "xen"),
    ("Apple Virtualization", "apple"),
];

/// `virtualization_type virtualization_role virtualization_tech_guest virtualization_tech_host`.
pub fn collect(facts: &mut Facts) -> Result<(), Failure> {
    let container = container();
    let dmi = ["product_name", "sys_vendor", "bios_vendor"].map(|file| text(Path::new("/sys/class/dmi/id").join(file)));
    let machine = dmi.iter().find_map(|value| DMI.iter().find(|(start, _)| value.starts_with(start))).map(|(_, kind)| kind.to_string());
    let host = Path::new("/dev/kvm").exists().then_some("kvm");
    let guests: Vec<&String> = container.iter().chain(&machine).collect();
    let (kind, role) = match (guests.first(), host) {
        (Some(guest), _) => (guest.as_str(), "guest"),
        (None, Some(host)) => (host, "host"),
        (None, None) => ("NA", "NA"),
    };
    facts.set("virtualization_type", kind);
    facts.set("virtualization_role", role);
    facts.set("virtualization_tech_guest", json!(guests));
    facts.set("virtualization_tech_host", json!(host.into_iter().collect::<Vec<_>>()));
    Ok(())
}

fn container() -> Option<String> {
    if Path::new("/.dockerenv").exists() {
        return Some("docker".into());
    }
    let managed = text("/run/systemd/container");
    let told = Some(managed)
        .filter(|m| !m.is_empty())
        .or_else(|| text("/proc/1/environ").split('\0').find_map(|v| v.strip_prefix("container=").map(str::to_string)));
    told.map(|name| if name == "lxc-libvirt" { "lxc".into() } else { name })
}
