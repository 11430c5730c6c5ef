//! `ansible.cfg`: the settings of it that mean something here.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Settings by `section.name`.
#[derive(Debug, Default)]
pub struct Config {
    entries: HashMap<String, String>,
    dir: PathBuf,
}

impl Config {
    /// The first file found: `ANSIBLE_CONFIG`, `./ansible.cfg`, `~/.ansible.cfg`, `/etc/ansible/ansible.cfg`.
    pub fn find() -> Config {
        let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".ansible.cfg"));
        let named = std::env::var_os("ANSIBLE_CONFIG").map(PathBuf::from);
        let places = [named, Some("ansible.cfg".into()), home, Some("/etc/ansible/ansible.cfg".into())];
        let found = places.into_iter().flatten().find_map(|path| std::fs::read_to_string(&path).ok().map(|text| (path, text)));
        found.map_or_else(Config::default, |(path, text)| Config::parse(&text, path.parent().unwrap_or(Path::new(""))))
    }

    /// Settings from the text of a file in `dir`.
    pub fn parse(text: &str, dir: &Path) -> Config {
        let mut entries = HashMap::new();
        let mut section = String::new();
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with(['#', ';'])) {
            if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                section = name.to_string();
            } else if let Some((key, value)) = line.split_once(['=', ':']) {
                let value = value.split(" ;").next().unwrap_or_default().trim().replace("%%", "%");
                entries.insert(format!("{section}.{}", key.trim()), value);
            }
        }
        Config { entries, dir: dir.to_path_buf() }
    }

    /// A setting: the environment's `ANSIBLE_NAME` wins over the file's `name` in `section`.
    pub fn get(&self, section: &str, name: &str) -> Option<String> {
        let variable = format!("ANSIBLE_{}", name.to_uppercase());
        std::env::var(variable).ok().or_else(|| self.entries.get(&format!("{section}.{name}")).cloned())
    }

    /// A setting that is a yes or no.
    pub fn flag(&self, section: &str, name: &str) -> Option<bool> {
        crate::modules::boolean(&self.get(section, name)?.into())
    }

    /// A list of paths, relative to the file; `~` and `$NAME` are expanded.
    pub fn paths(&self, section: &str, name: &str) -> Vec<PathBuf> {
        let Some(text) = self.get(section, name) else { return Vec::new() };
        let parts = text.split(':').filter(|part| !part.is_empty());
        parts.map(|part| self.dir.join(expand(part))).collect()
    }
}

/// Expands `~` and `$NAME`.
fn expand(text: &str) -> String {
    let home = std::env::var("HOME").unwrap_or_default();
    let text = if text == "~" || text.starts_with("~/") { text.replacen('~', &home, 1) } else { text.to_string() };
    let mut parts = text.split('$');
    let mut out = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let name: String = part.trim_start_matches('{').chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let rest = part.trim_start_matches('{')[name.len()..].trim_start_matches('}');
        out += &std::env::var(&name).unwrap_or_default();
        out += rest;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_by_section() {
        let config =
            Config::parse("[defaults]\n# no\nroles_path = a:./b\n[ssh_connection]\nssh_args = -o X=%%h ; no\n", Path::new("/etc/x"));
        assert_eq!(config.paths("defaults", "roles_path"), [PathBuf::from("/etc/x/a"), PathBuf::from("/etc/x/./b")]);
        assert_eq!(config.get("ssh_connection", "ssh_args").as_deref(), Some("-o X=%h"));
    }
}
