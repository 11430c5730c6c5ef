//! One unit as `systemctl show` tells of it.

use serde_json::Value as Json;

use super::super::{Failure, Fields, Host};
use super::Manager;

/// A unit and its properties.
pub struct Unit {
    /// The name it was asked for by.
    pub name: String,
    properties: Fields,
}

impl Unit {
    /// Asks systemd for the unit.
    pub fn show(host: &mut Host, manager: &Manager, name: &str) -> Result<Unit, Failure> {
        // `--global` has no running manager to show units of.
        let args: &[&str] = if manager.user { &["--user", "show", name] } else { &["show", name] };
        let shown = host.probe("systemctl", args)?.success(&format!("could not read the state of {name}"))?;
        Ok(Unit { name: name.to_string(), properties: parse(&shown.out()) })
    }

    /// The property `name`; empty when there is none.
    pub fn get(&self, name: &str) -> &str {
        self.properties.get(name).and_then(Json::as_str).unwrap_or_default()
    }

    /// All properties.
    pub fn status(&self) -> Json {
        self.properties.clone().into()
    }

    /// Whether it is masked.
    pub fn masked(&self) -> bool {
        self.get("LoadState") == "masked"
    }

    /// Whether it runs or is about to.
    pub fn running(&self) -> bool {
        matches!(self.get("ActiveState"), "active" | "activating" | "reloading" | "refreshing")
    }

    /// Whether it is on its way down.
    pub fn deactivating(&self) -> bool {
        self.get("ActiveState") == "deactivating"
    }

    /// Whether it starts by itself. What `show` leaves open (templates, `--global`) is asked for.
    pub fn enabled(&self, host: &mut Host, manager: &Manager) -> Result<bool, Failure> {
        let shown = self.get("UnitFileState");
        let state = if matches!(shown, "" | "bad") || manager.options.contains(&"--global") {
            let mut args = manager.options.clone();
            args.extend(["is-enabled", &self.name]);
            host.probe("systemctl", &args)?.out().trim().to_string()
        } else {
            shown.to_string()
        };
        Ok(matches!(state.as_str(), "enabled" | "enabled-runtime" | "static" | "generated" | "linked-enabled"))
    }

    /// Fails when neither systemd nor `/etc/init.d` knows the unit.
    pub fn must_exist(&self, host: &Host) -> Result<(), Failure> {
        let script = std::path::Path::new("/etc/init.d").join(&self.name);
        if !matches!(self.get("LoadState"), "not-found" | "") || script.exists() || host.is_check() && host.changed() {
            return Ok(());
        }
        Err(Failure::missing(format!("Could not find the requested service {}: host", self.name)))
    }
}

/// Reads `Key=value` lines. The value of an `Exec…` property that begins with `{` runs on until a line ends with `}`.
fn parse(text: &str) -> Fields {
    let mut properties = Fields::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some((key, first)) = line.split_once('=') else { continue };
        let mut value = first.trim_start().to_string();
        if key.starts_with("Exec") && value.starts_with('{') {
            while !value.trim_end().ends_with('}') {
                let Some(more) = lines.next() else { break };
                value.push('\n');
                value.push_str(more);
            }
        }
        properties.insert(key.to_string(), value.trim_end().into());
    }
    properties
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOWN: &str = "Id=x.service\nLoadState=loaded\nActiveState=active\nUnitFileState=static\nDescription=a = b\n\
        ExecStart={ path=/bin/sh ; argv[]=/bin/sh -c echo\nActiveState=no ; pid=1 }\nNothing=\nlast line";

    #[test]
    fn reads_properties_and_commands_of_several_lines() {
        let unit = Unit { name: "x".into(), properties: parse(SHOWN) };
        assert!(unit.running() && !unit.masked() && !unit.deactivating());
        assert_eq!(unit.get("Description"), "a = b");
        assert_eq!(unit.get("Nothing"), "");
        assert!(unit.get("ExecStart").ends_with("pid=1 }"));
        assert_eq!(unit.properties.len(), 7);
    }
}
