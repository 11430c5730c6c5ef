//! What starts and supervises services on this host.

use std::path::Path;

/// `systemd`, `openrc`, `sysvinit`, or the name of process 1 when it is none of them: the fact `ansible_service_mgr`.
pub fn service_mgr() -> String {
    const SYSTEMD: [&str; 3] = ["/run/systemd/system", "/dev/.run/systemd", "/dev/.systemd"];
    if SYSTEMD.iter().any(|path| Path::new(path).exists()) {
        return "systemd".into();
    }
    if Path::new("/sbin/openrc").exists() {
        return "openrc".into();
    }
    let first = std::fs::read_to_string("/proc/1/comm").unwrap_or_default();
    match first.trim() {
        "" | "init" | "sh" | "bash" if Path::new("/etc/init.d").is_dir() => "sysvinit".into(),
        "" => "service".into(),
        name => name.into(),
    }
}
