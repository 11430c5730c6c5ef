//! `rplay inventory --from-vagrant`: the machines of a Vagrantfile as an INI inventory.

use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use crate::language::Diagnostic;

use super::failure::Failure;

/// Settings of ssh and the variables they become.
const VARIABLES: [(&str, &str); 4] =
    [("HostName", "ansible_host"), ("Port", "ansible_port"), ("User", "ansible_user"), ("IdentityFile", "ansible_ssh_private_key_file")];

/// Settings that stay what they are, in `ansible_ssh_common_args`.
const OPTIONS: [&str; 5] = ["UserKnownHostsFile", "StrictHostKeyChecking", "IdentitiesOnly", "ProxyJump", "ProxyCommand"];

/// The inventory of the machines that run in the directory `dir`.
pub fn inventory(dir: &Path) -> Result<String, Failure> {
    if !dir.is_dir() {
        return Err(Diagnostic::new(format!("there is no directory {}", dir.display())).into());
    }
    let output = Command::new("vagrant").arg("ssh-config").current_dir(dir).output().map_err(|e| {
        let problem = Diagnostic::new(format!("could not run `vagrant ssh-config` in {}: {e}", dir.display()));
        match e.kind() {
            ErrorKind::NotFound => problem.hint("there is no program `vagrant` on the PATH"),
            _ => problem,
        }
    })?;
    let machines = machines(&String::from_utf8_lossy(&output.stdout));
    if !machines.is_empty() {
        return Ok(machines.iter().map(|machine| machine.line() + "\n").collect());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let reason = if said.is_empty() { "it names no machine".to_string() } else { said };
    let problem = Diagnostic::new(format!("no machine of {} runs: {reason}", dir.display()));
    Err(problem.hint("`vagrant up` starts the machines of a Vagrantfile").into())
}

/// One machine and its settings, in their order.
#[derive(Debug)]
struct Machine {
    name: String,
    settings: Vec<(String, String)>,
}

/// The machines that `vagrant ssh-config` tells of, in the form of ssh's own configuration.
fn machines(text: &str) -> Vec<Machine> {
    let mut machines: Vec<Machine> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let Some((name, value)) = line.split_once([' ', '\t', '=']) else { continue };
        let value = value.trim().trim_matches('"').to_string();
        match machines.last_mut() {
            _ if name.eq_ignore_ascii_case("Host") => machines.push(Machine { name: value, settings: Vec::new() }),
            Some(machine) => machine.settings.push((name.to_string(), value)),
            None => {}
        }
    }
    machines
}

impl Machine {
    /// The first value of a setting, as ssh has it.
    fn setting(&self, name: &str) -> Option<&str> {
        self.settings.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The machine as a line of an inventory.
    fn line(&self) -> String {
        let own = VARIABLES.iter().filter_map(|(setting, variable)| Some(format!("{variable}={}", quoted(self.setting(setting)?))));
        let option = |name: &&str| Some(format!("-o {name}={}", quoted(self.setting(name)?)));
        let options: Vec<String> = OPTIONS.iter().filter_map(option).collect();
        let options = (!options.is_empty()).then(|| format!("ansible_ssh_common_args={}", quoted(&options.join(" "))));
        [self.name.clone()].into_iter().chain(own).chain(options).collect::<Vec<_>>().join(" ")
    }
}

/// A text as one word of a shell's; what no shell can take in a word is left out.
fn quoted(text: &str) -> String {
    let text: String = text.chars().filter(|c| *c != '\0').collect();
    shlex::try_quote(&text).map(|word| word.into_owned()).unwrap_or_default()
}
