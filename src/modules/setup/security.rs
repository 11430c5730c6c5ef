//! SELinux, AppArmor, FIPS, capabilities and the host's SSH keys.

use std::path::Path;

use serde_json::json;

use super::{Facts, text};
use crate::modules::Failure;

/// `selinux selinux_python_present apparmor fips system_capabilities system_capabilities_enforced`.
pub fn collect(facts: &mut Facts) -> Result<(), Failure> {
    facts.set("selinux", selinux());
    facts.set("selinux_python_present", true);
    let apparmor = Path::new("/sys/kernel/security/apparmor").exists();
    facts.set("apparmor", json!({"status": if apparmor { "enabled" } else { "disabled" }}));
    facts.set("fips", text("/proc/sys/crypto/fips_enabled") == "1");
    // A process that may do everything is not limited: no list is then given.
    let all = text("/proc/self/status").lines().any(|l| l.strip_prefix("CapEff:").is_some_and(|set| set.trim().ends_with("1ffffffffff")));
    facts.set("system_capabilities_enforced", if all { "False" } else { "True" });
    facts.set("system_capabilities", json!([]));
    Ok(())
}

fn selinux() -> serde_json::Value {
    let Some(enforce) = Some(text("/sys/fs/selinux/enforce")).filter(|e| !e.is_empty()) else {
        return json!({"status": "disabled"});
    };
    let config = text("/etc/selinux/config");
    let setting =
        |key: &str| config.lines().find_map(|l| l.trim().strip_prefix(key)?.strip_prefix('=')).unwrap_or("unknown").trim().to_string();
    json!({
        "status": "enabled", "mode": if enforce == "1" { "enforcing" } else { "permissive" },
        "config_mode": setting("SELINUX"), "type": setting("SELINUXTYPE"), "policyvers": text("/sys/fs/selinux/policyvers").parse::<i64>().ok(),
    })
}

/// `ssh_host_key_KIND_public` and its `_keytype`.
pub fn ssh_host_keys(facts: &mut Facts) -> Result<(), Failure> {
    for kind in ["dsa", "rsa", "ecdsa", "ed25519"] {
        let file = [format!("/etc/ssh/ssh_host_{kind}_key.pub"), format!("/etc/openssh/ssh_host_{kind}_key.pub")]
            .iter()
            .map(text)
            .find(|t| !t.is_empty());
        let Some(file) = file else { continue };
        if let [keytype, key, ..] = file.split_whitespace().collect::<Vec<_>>()[..] {
            facts.set(&format!("ssh_host_key_{kind}_public"), key);
            facts.set(&format!("ssh_host_key_{kind}_public_keytype"), keytype);
        }
    }
    Ok(())
}
