//! Which distribution this is.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use super::{Facts, text};
use crate::modules::Failure;

/// A distribution's `ID` in os-release, its name as a fact, its family.
const KNOWN: &[(&str, &str, &str)] = &[
    ("debian", "Debian", "Debian"),
    ("ubuntu", "Ubuntu", "Debian"),
    ("linuxmint", "Linux Mint", "Debian"),
    ("raspbian", "Debian", "Debian"),
    ("kali", "Kali", "Debian"),
    ("pop", "Pop!_OS", "Debian"),
    ("uos", "Uos", "Debian"),
    ("rhel", "RedHat", "RedHat"),
    ("centos", "CentOS", "RedHat"),
    ("fedora", "Fedora", "RedHat"),
    ("rocky", "Rocky", "RedHat"),
    ("almalinux", "AlmaLinux", "RedHat"),
    ("ol", "OracleLinux", "RedHat"),
    ("amzn", "Amazon", "RedHat"),
    ("openEuler", "openEuler", "RedHat"),
    ("kylin", "Kylin Linux Advanced Server", "RedHat"),
    ("opensuse-leap", "openSUSE Leap", "Suse"),
    ("opensuse-tumbleweed", "openSUSE Tumbleweed", "Suse"),
    ("sles", "SLES", "Suse"),
    ("sle-micro", "SLE Micro", "Suse"),
    ("alpine", "Alpine", "Alpine"),
    ("arch", "Archlinux", "Archlinux"),
    ("manjaro", "Manjaro", "Archlinux"),
    ("gentoo", "Gentoo", "Gentoo"),
    ("flatcar", "Flatcar", "Flatcar"),
    ("void", "Void", "Void"),
    ("nixos", "NixOS", "NixOS"),
];

/// `distribution distribution_version distribution_major_version distribution_release distribution_file_* os_family`.
pub fn collect(facts: &mut Facts) -> Result<(), Failure> {
    let path = if std::path::Path::new("/etc/os-release").exists() { "/etc/os-release" } else { "/usr/lib/os-release" };
    let file = text(path);
    let release = assignments(&file);
    let found = identify(&release, &text("/etc/debian_version"));
    facts.set("distribution", found.name.as_str());
    facts.set("distribution_version", found.version.as_str());
    let mut numbers = found.version.split('.');
    facts.set("distribution_major_version", numbers.next().unwrap_or_default());
    if let Some(minor) = numbers.next().filter(|_| found.family == "Debian") {
        facts.set("distribution_minor_version", minor);
    }
    facts.set("distribution_release", found.release);
    facts.set("distribution_file_path", path);
    facts.set("distribution_file_parsed", true);
    facts.set("distribution_file_variety", found.name.split(' ').next().unwrap_or_default());
    facts.set("os_family", found.family);
    Ok(())
}

struct Distribution {
    name: String,
    family: String,
    version: String,
    release: String,
}

fn identify(release: &HashMap<&str, String>, debian_version: &str) -> Distribution {
    let value = |key: &str| release.get(key).cloned().unwrap_or_default();
    let id = value("ID");
    let row = KNOWN.iter().find(|(known, ..)| *known == id);
    let name = row
        .map_or_else(|| Some(value("NAME")).filter(|n| !n.is_empty()).unwrap_or_else(|| "Linux".into()), |(_, name, _)| name.to_string());
    let like = value("ID_LIKE");
    let family = match row {
        Some((.., family)) => family.to_string(),
        None => like.split_whitespace().find_map(family_of).map_or_else(|| name.clone(), str::to_string),
    };
    // Debian's own file alone tells the point release.
    let version = match id.as_str() {
        "debian" if debian_version.starts_with(|c: char| c.is_ascii_digit()) => debian_version.to_string(),
        _ => Some(value("VERSION_ID")).filter(|v| !v.is_empty()).unwrap_or_else(|| "NA".into()),
    };
    let release = Some(value("VERSION_CODENAME"))
        .filter(|v| !v.is_empty())
        .or_else(|| parenthesised(&value("VERSION")))
        .unwrap_or_else(|| "NA".into());
    Distribution { name, family, version, release }
}

fn family_of(id: &str) -> Option<&'static str> {
    KNOWN.iter().find(|(known, ..)| *known == id).map(|(.., family)| *family)
}

fn parenthesised(version: &str) -> Option<String> {
    let (_, rest) = version.split_once('(')?;
    Some(rest.split_once(')')?.0.to_string())
}

/// `lsb`: what `/etc/lsb-release` says.
pub fn lsb(facts: &mut Facts) -> Result<(), Failure> {
    let file = text("/etc/lsb-release");
    let file = assignments(&file);
    let keys =
        [("DISTRIB_ID", "id"), ("DISTRIB_RELEASE", "release"), ("DISTRIB_DESCRIPTION", "description"), ("DISTRIB_CODENAME", "codename")];
    let mut lsb: Map<String, Json> = keys.iter().filter_map(|(from, to)| Some((to.to_string(), file.get(from)?.as_str().into()))).collect();
    if let Some(major) = file.get("DISTRIB_RELEASE").and_then(|r| r.split('.').next()) {
        lsb.insert("major_release".into(), major.into());
    }
    facts.set("lsb", lsb);
    Ok(())
}

/// The `KEY=value` lines of a file of shell assignments.
fn assignments(text: &str) -> HashMap<&str, String> {
    let unquoted = |value: &str| value.trim().trim_matches(['"', '\'']).replace("\\\"", "\"");
    text.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once('=')).map(|(k, v)| (k.trim(), unquoted(v))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_distributions() {
        let cases = [
            (
                "ID=debian\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm",
                "12.9",
                ["Debian", "Debian", "12.9", "bookworm"],
            ),
            ("ID=ubuntu\nVERSION_ID='24.04'\nVERSION_CODENAME=noble", "trixie/sid", ["Ubuntu", "Debian", "24.04", "noble"]),
            ("ID=\"rocky\"\nVERSION_ID=\"9.3\"\nVERSION=\"9.3 (Blue Onyx)\"", "", ["Rocky", "RedHat", "9.3", "Blue Onyx"]),
            ("ID=mine\nNAME=Mine\nID_LIKE=\"x debian\"", "", ["Mine", "Debian", "NA", "NA"]),
        ];
        for (file, debian_version, expected) in cases {
            let d = identify(&assignments(file), debian_version);
            assert_eq!([d.name.as_str(), &d.family, &d.version, &d.release], expected);
        }
    }
}
