//! How a host is reached, from its variables, ssh's configuration and the command line.

use std::path::PathBuf;
use std::time::Duration;

use super::ssh::config::{Options, home};
use crate::language::Diagnostic;
use crate::language::secret::Secret;

/// How modules come to run on a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Over SSH.
    Ssh,
    /// On this machine.
    Local,
}

/// What becomes of host keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HostKeyChecking {
    /// Only known keys.
    Strict,
    /// Unknown keys are written down, changed ones refused.
    AcceptNew,
    /// Any key: for test hosts.
    Off,
}

/// What the command line and the configuration say where variables do not.
#[derive(Debug, Clone)]
pub struct Defaults {
    /// `-u`.
    pub user: Option<String>,
    /// `-c`.
    pub connection: Option<String>,
    /// `--private-key`.
    pub key: Option<PathBuf>,
    /// `-k`.
    pub password: Option<Secret>,
    /// `-T`.
    pub timeout: Duration,
    /// `host_key_checking`.
    pub host_key_checking: HostKeyChecking,
    /// `--ssh-common-args` and `--ssh-extra-args`.
    pub ssh_args: String,
    /// How often a connection that failed is tried again.
    pub retries: u32,
    /// The ssh configuration.
    pub ssh_config: PathBuf,
}

impl Default for Defaults {
    fn default() -> Defaults {
        Defaults {
            user: None,
            connection: None,
            key: None,
            password: None,
            timeout: Duration::from_secs(10),
            host_key_checking: HostKeyChecking::Strict,
            ssh_args: String::new(),
            retries: 0,
            ssh_config: home("~/.ssh/config"),
        }
    }
}

/// How one host is reached.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    /// Its name in the inventory.
    pub name: String,
    /// Over SSH or here.
    pub kind: Kind,
    /// Its name or number in the network.
    pub address: String,
    /// The port.
    pub port: u16,
    /// The login.
    pub user: String,
    /// The keys that were named.
    pub keys: Vec<PathBuf>,
    /// Keys that are tried without being named.
    pub default_keys: Vec<PathBuf>,
    /// Whether the ssh-agent is left alone.
    pub identities_only: bool,
    /// The password of the login.
    pub password: Option<Secret>,
    /// What becomes of host keys.
    pub host_key_checking: HostKeyChecking,
    /// The files of known host keys; new ones go into the first.
    pub known_hosts: Vec<PathBuf>,
    /// The name under which its key is known, when it is not its address.
    pub host_key_alias: Option<String>,
    /// The host in between.
    pub jump: Option<Box<Target>>,
    /// The program in between.
    pub proxy_command: Option<String>,
    /// How long connecting may take.
    pub timeout: Duration,
    /// How often a failed connection is tried again.
    pub retries: u32,
}

impl Target {
    /// The target of the host `name`. `lookup` gives a variable of the host as text, templates evaluated.
    pub fn from_vars(name: &str, lookup: &dyn Fn(&str) -> Option<String>, defaults: &Defaults) -> Result<Target, Diagnostic> {
        let any = |names: &[&str]| names.iter().find_map(|name| lookup(name)).filter(|value| !value.is_empty());
        let kind = match any(&["ansible_connection"]).or_else(|| defaults.connection.clone()).as_deref().map(short) {
            Some("local") => Kind::Local,
            None | Some("ssh" | "smart" | "paramiko" | "paramiko_ssh") => Kind::Ssh,
            Some(other) => {
                return Err(
                    Diagnostic::new(format!("{name}: there is no connection called {other}")).hint("ansible_connection is ssh or local")
                );
            }
        };
        let common = [
            any(&["ansible_ssh_common_args"]),
            any(&["ansible_ssh_extra_args"]),
            any(&["ansible_ssh_args"]),
            Some(defaults.ssh_args.clone()),
        ];
        let arguments = common.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let (options, file) = Options::from_arguments(&arguments).map_err(|e| Diagnostic::new(format!("{name}: {e}")))?;
        let config = file.unwrap_or_else(|| defaults.ssh_config.clone());
        let host = any(&["ansible_host", "ansible_ssh_host"]).unwrap_or_else(|| name.to_string());
        let mut target = Target::from_options(&host, options.then(Options::read(&config, &host)), defaults, MAX_JUMPS, &config)?;
        target.name = name.to_string();
        target.kind = kind;
        if let Some(port) = any(&["ansible_port", "ansible_ssh_port"]) {
            target.port = number(name, "ansible_port", &port)?;
        }
        if let Some(user) = any(&["ansible_user", "ansible_ssh_user"]) {
            target.user = user;
        }
        if let Some(key) = any(&["ansible_private_key_file", "ansible_ssh_private_key_file"]) {
            target.keys.insert(0, home(&key));
        }
        target.password = any(&["ansible_password", "ansible_ssh_pass", "ansible_ssh_password"]).map(Secret::new).or(target.password);
        if let Some(checking) = any(&["ansible_ssh_host_key_checking", "ansible_host_key_checking"]) {
            target.host_key_checking = checking_named(&checking).unwrap_or(target.host_key_checking);
        }
        if let Some(timeout) = any(&["ansible_ssh_timeout", "ansible_timeout"]) {
            target.timeout = Duration::from_secs(number(name, "ansible_timeout", &timeout)?);
        }
        if let Some(retries) = any(&["ansible_ssh_retries"]) {
            target.retries = number(name, "ansible_ssh_retries", &retries)?;
        }
        Ok(target)
    }

    fn from_options(host: &str, options: Options, defaults: &Defaults, jumps: usize, config: &PathBuf) -> Result<Target, Diagnostic> {
        let files = |name: &str| options.get(name).map(|files| files.split_whitespace().map(home).collect::<Vec<_>>());
        let mut known_hosts = files("userknownhostsfile").unwrap_or_else(|| vec![home("~/.ssh/known_hosts"), home("~/.ssh/known_hosts2")]);
        known_hosts.extend(files("globalknownhostsfile").unwrap_or_else(|| vec!["/etc/ssh/ssh_known_hosts".into()]));
        let port = options.get("port").map(|port| number(host, "Port", port)).transpose()?.unwrap_or(22);
        let timeout = options.get("connecttimeout").map(|t| number(host, "ConnectTimeout", t)).transpose()?;
        let keys = defaults.key.iter().cloned().chain(options.all("identityfile").map(home)).collect();
        Ok(Target {
            name: host.to_string(),
            kind: Kind::Ssh,
            address: options.get("hostname").map_or_else(|| host.to_string(), |name| name.replace("%h", host)),
            port,
            user: defaults.user.clone().or_else(|| options.get("user").map(str::to_string)).unwrap_or_else(login),
            keys,
            default_keys: ["ed25519", "ecdsa", "rsa"].map(|kind| home(&format!("~/.ssh/id_{kind}"))).to_vec(),
            identities_only: options.get("identitiesonly") == Some("yes"),
            password: defaults.password.clone(),
            host_key_checking: options.get("stricthostkeychecking").and_then(checking_named).unwrap_or(defaults.host_key_checking),
            known_hosts,
            host_key_alias: options.get("hostkeyalias").map(str::to_string),
            jump: jump(&options, defaults, jumps, config)?,
            proxy_command: options.get("proxycommand").map(str::to_string),
            timeout: timeout.map_or(defaults.timeout, Duration::from_secs),
            retries: defaults.retries,
        })
    }

    /// The host as messages name it.
    pub fn place(&self) -> String {
        format!("{} port {}", self.address, self.port)
    }

    /// The name under which the host's key is known.
    pub fn key_alias(&self) -> String {
        self.host_key_alias.clone().unwrap_or_else(|| self.address.clone())
    }
}

/// Hosts in between at most; more are a circle.
const MAX_JUMPS: usize = 8;

/// `ProxyJump user@host:port,…`: the last one is next to the target and is reached through those before it.
fn jump(options: &Options, defaults: &Defaults, jumps: usize, config: &PathBuf) -> Result<Option<Box<Target>>, Diagnostic> {
    let Some(list) = options.get("proxyjump") else { return Ok(None) };
    if jumps == 0 {
        return Err(Diagnostic::new(format!("ProxyJump {list} goes in a circle")));
    }
    let mut before: Option<Box<Target>> = None;
    for hop in list.split(',') {
        let hop = hop.trim().trim_start_matches("ssh://");
        let (user, place) = hop.rsplit_once('@').map_or((None, hop), |(user, place)| (Some(user), place));
        let (host, port) = match place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, rest)) => (host, rest.strip_prefix(':')),
            None => place.rsplit_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
        };
        // The keys and known hosts of the target's arguments are the jump host's too, its names are not.
        let mut target = Target::from_options(
            host,
            Options::read(config, host),
            &Defaults { user: None, password: None, ..defaults.clone() },
            jumps - 1,
            config,
        )?;
        target.user = user.map_or(target.user, str::to_string);
        target.port = port.map(|port| number(host, "ProxyJump", port)).transpose()?.unwrap_or(target.port);
        target.keys.extend(options.all("identityfile").map(home));
        target.host_key_checking = options.get("stricthostkeychecking").and_then(checking_named).unwrap_or(target.host_key_checking);
        if let Some(files) = options.get("userknownhostsfile") {
            target.known_hosts = files.split_whitespace().map(home).collect();
        }
        target.jump = before.take().or(target.jump);
        before = Some(Box::new(target));
    }
    Ok(before)
}

fn short(connection: &str) -> &str {
    connection.rsplit('.').next().unwrap_or(connection)
}

fn checking_named(word: &str) -> Option<HostKeyChecking> {
    match word.to_lowercase().as_str() {
        "yes" | "true" | "1" | "on" | "ask" => Some(HostKeyChecking::Strict),
        "accept-new" | "accept_new" => Some(HostKeyChecking::AcceptNew),
        "no" | "false" | "0" | "off" => Some(HostKeyChecking::Off),
        _ => None,
    }
}

fn number<T: std::str::FromStr>(host: &str, name: &str, text: &str) -> Result<T, Diagnostic> {
    text.trim().parse().map_err(|_| Diagnostic::new(format!("{host}: {name} is {text}, which is no number it can be")))
}

/// The user of this machine.
fn login() -> String {
    std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "root".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(vars: &[(&str, &str)], config: &str) -> Result<Target, Diagnostic> {
        let dir = tempfile::tempdir().unwrap();
        let defaults = Defaults { ssh_config: dir.path().join("config"), user: None, ..Defaults::default() };
        std::fs::write(&defaults.ssh_config, config).unwrap();
        Target::from_vars("web", &|name| vars.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_string()), &defaults)
    }

    #[test]
    fn variables_win_over_the_configuration() {
        let config = "Host h\n HostName 10.0.0.9\n Port 2200\n User conf\n IdentityFile /k/conf\n";
        let from_config = target(&[("ansible_host", "h")], config).unwrap();
        assert_eq!((from_config.address.as_str(), from_config.port, from_config.user.as_str()), ("10.0.0.9", 2200, "conf"));
        let vars = [("ansible_ssh_host", "h"), ("ansible_port", "23"), ("ansible_user", "joe"), ("ansible_ssh_private_key_file", "/k/var")];
        let from_vars = target(&vars, config).unwrap();
        assert_eq!((from_vars.name.as_str(), from_vars.port, from_vars.user.as_str()), ("web", 23, "joe"));
        assert_eq!(from_vars.keys, [PathBuf::from("/k/var"), PathBuf::from("/k/conf")]);
    }

    #[test]
    fn host_keys_are_checked_unless_told_otherwise() {
        assert_eq!(target(&[], "").unwrap().host_key_checking, HostKeyChecking::Strict);
        let arguments = [("ansible_ssh_common_args", "-o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=/x")];
        let accepting = target(&arguments, "").unwrap();
        assert_eq!((accepting.host_key_checking, accepting.known_hosts[0].as_path()), (HostKeyChecking::AcceptNew, "/x".as_ref()));
        assert_eq!(target(&[("ansible_host_key_checking", "False")], "").unwrap().host_key_checking, HostKeyChecking::Off);
    }

    #[test]
    fn jumps_are_chained() {
        let last =
            target(&[("ansible_ssh_common_args", "-J joe@one:24,[::1]:25")], "Host one\n HostName 10.1.1.1\n").unwrap().jump.unwrap();
        assert_eq!((last.address.as_str(), last.port), ("::1", 25));
        let first = last.jump.unwrap();
        assert_eq!((first.address.as_str(), first.port, first.user.as_str()), ("10.1.1.1", 24, "joe"));
        assert!(target(&[], "Host *\n ProxyJump again\n").unwrap_err().message.contains("circle"));
    }

    #[test]
    fn nonsense_is_named() {
        assert!(target(&[("ansible_port", "ssh")], "").unwrap_err().message.contains("ansible_port is ssh"));
        assert!(target(&[("ansible_connection", "winrm")], "").unwrap_err().message.contains("winrm"));
        assert_eq!(target(&[("ansible_connection", "ansible.builtin.local")], "").unwrap().kind, Kind::Local);
    }
}
