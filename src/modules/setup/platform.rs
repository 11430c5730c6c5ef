//! The machine's names, its kernel and how it was started.

use serde_json::{Map, Value as Json, json};

use super::{Facts, text};
use crate::modules::{Failure, init, package};

/// `system kernel kernel_version machine architecture userspace_* nodename hostname fqdn domain machine_id`.
pub fn collect(facts: &mut Facts) -> Result<(), Failure> {
    let uname = rustix::system::uname();
    let part = |text: &std::ffi::CStr| text.to_string_lossy().into_owned();
    let (machine, nodename) = (part(uname.machine()), part(uname.nodename()));
    facts.set("system", part(uname.sysname()));
    facts.set("kernel", part(uname.release()));
    facts.set("kernel_version", part(uname.version()));
    facts.set("machine", machine.as_str());
    let bits = if machine.contains("64") || machine == "s390x" { "64" } else { "32" };
    let architecture = if matches!(machine.as_str(), "i486" | "i586" | "i686") { "i386" } else { &machine };
    facts.set("architecture", architecture);
    facts.set("userspace_bits", bits);
    facts.set("userspace_architecture", architecture);
    let fqdn = fqdn(&nodename, &text("/etc/hosts"));
    facts.set("hostname", nodename.split('.').next().unwrap_or_default());
    facts.set("domain", fqdn.split_once('.').map_or("", |(_, domain)| domain));
    facts.set("fqdn", fqdn);
    facts.set("nodename", nodename);
    facts.set("machine_id", Some(text("/var/lib/dbus/machine-id")).filter(|id| !id.is_empty()).unwrap_or_else(|| text("/etc/machine-id")));
    facts.set("is_chroot", false);
    Ok(())
}

/// The full name of `nodename` that the hosts file gives; the name itself when that has none.
fn fqdn(nodename: &str, hosts: &str) -> String {
    let names = hosts.lines().filter_map(|line| {
        let names: Vec<&str> = line.split('#').next()?.split_whitespace().skip(1).collect();
        names.contains(&nodename).then_some(names)
    });
    names.flatten().find(|name| name.contains('.')).unwrap_or(nodename).to_string()
}

/// `cmdline` and `proc_cmdline`: the last and every value of each option of the kernel's command line.
pub fn cmdline(facts: &mut Facts) -> Result<(), Failure> {
    let mut last = Map::new();
    let mut all: Map<String, Json> = Map::new();
    for word in text("/proc/cmdline").split_whitespace() {
        let (name, value) = word.split_once('=').map_or((word, Json::Bool(true)), |(n, v)| (n, v.trim_matches('"').into()));
        let both = match all.remove(name) {
            None => value.clone(),
            Some(Json::Array(mut values)) => {
                values.push(value.clone());
                Json::Array(values)
            }
            Some(first) => json!([first, value]),
        };
        all.insert(name.to_string(), both);
        last.insert(name.to_string(), value);
    }
    facts.set("cmdline", last);
    facts.set("proc_cmdline", all);
    Ok(())
}

/// `dns`: what `/etc/resolv.conf` says.
pub fn dns(facts: &mut Facts) -> Result<(), Failure> {
    facts.set("dns", resolver(&text("/etc/resolv.conf")));
    Ok(())
}

fn resolver(conf: &str) -> Map<String, Json> {
    let mut dns = Map::new();
    for line in conf.lines().filter(|l| !l.starts_with(['#', ';'])) {
        let mut words = line.split_whitespace();
        match (words.next(), words.clone().next()) {
            (Some("nameserver"), Some(_)) => {
                if let Json::Array(servers) = dns.entry("nameservers").or_insert_with(|| json!([])) {
                    servers.extend(words.map(Json::from));
                }
            }
            (Some("domain"), Some(domain)) => drop(dns.insert("domain".into(), domain.into())),
            (Some(key @ ("search" | "sortlist")), Some(_)) => drop(dns.insert(key.into(), words.collect())),
            (Some("options"), Some(_)) => {
                let options = words.map(|o| o.split_once(':').map_or((o.to_string(), true.into()), |(k, v)| (k.to_string(), v.into())));
                dns.insert("options".into(), Json::Object(options.collect()));
            }
            _ => {}
        }
    }
    dns
}

/// `pkg_mgr`.
pub fn pkg_mgr(facts: &mut Facts) -> Result<(), Failure> {
    facts.set("pkg_mgr", package::manager().unwrap_or("unknown"));
    Ok(())
}

/// `service_mgr`.
pub fn service_mgr(facts: &mut Facts) -> Result<(), Failure> {
    facts.set("service_mgr", init::service_mgr());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_file_knows_the_full_name() {
        let hosts = "127.0.0.1 localhost\n# 10.0.0.1 n1.no n1\n10.0.0.1 n1.example.org n1 # x\n";
        assert_eq!(fqdn("n1", hosts), "n1.example.org");
        assert_eq!(fqdn("n2", hosts), "n2");
    }

    #[test]
    fn reads_the_resolver() {
        let dns = resolver("# c\nnameserver 10.0.0.2\nnameserver 10.0.0.3\nsearch a b\noptions ndots:5 edns0\n");
        assert_eq!(
            Json::Object(dns),
            json!({"nameservers": ["10.0.0.2", "10.0.0.3"], "search": ["a", "b"], "options": {"ndots": "5", "edns0": true}})
        );
    }
}
