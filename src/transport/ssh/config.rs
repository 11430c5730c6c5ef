//! `~/.ssh/config` and ssh's `-o` options: the keys that concern a connection of ours.

use std::path::{Path, PathBuf};

/// Settings in order of precedence; names are in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options(Vec<(String, String)>);

/// How deep files may include each other.
const MAX_INCLUDES: usize = 8;

impl Options {
    /// The settings of a file for `host`; a file that is not there has none.
    pub fn read(path: &Path, host: &str) -> Options {
        let mut options = Options::default();
        options.read_file(path, host, 0);
        options
    }

    /// The settings of a text for `host`.
    pub fn parse(text: &str, host: &str) -> Options {
        let mut options = Options::default();
        options.read_text(text, host, MAX_INCLUDES);
        options
    }

    /// The settings that ssh's arguments make (`ansible_ssh_common_args`), and the file that `-F` names.
    pub fn from_arguments(arguments: &str) -> Result<(Options, Option<PathBuf>), String> {
        let words = shlex::split(arguments).ok_or_else(|| format!("the quotes do not match in the ssh arguments {arguments}"))?;
        let mut options = Options::default();
        let mut file = None;
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let Some(letter) = word.strip_prefix('-').and_then(|rest| rest.chars().next()) else { continue };
            if !"BbcDEeFIiJLlmOopQRSWw".contains(letter) {
                continue;
            }
            let value = if word.len() > 2 { word[2..].to_string() } else { words.next().unwrap_or_default() };
            match letter {
                'o' => options.0.extend(split(&value)),
                'F' => file = Some(home(&value)),
                other => options.0.extend(LETTERS.iter().find(|(l, _)| *l == other).map(|(_, name)| (name.to_string(), value))),
            }
        }
        Ok((options, file))
    }

    /// These settings, then those of `other`.
    pub fn then(mut self, other: Options) -> Options {
        self.0.extend(other.0);
        self
    }

    /// The first value of a setting; `none` counts as absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        let first = self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        first.filter(|value| !value.eq_ignore_ascii_case("none"))
    }

    /// Every value of a setting that may be given several times.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn read_file(&mut self, path: &Path, host: &str, depth: usize) {
        if let Ok(text) = std::fs::read_to_string(path) {
            self.read_text(&text, host, depth);
        }
    }

    fn read_text(&mut self, text: &str, host: &str, depth: usize) {
        let mut applies = true;
        for (key, value) in text.lines().filter_map(split) {
            match key.as_str() {
                "host" => applies = matches(value.split_whitespace(), host),
                // Conditions on programs and users are beyond us: only the one that always holds.
                "match" => applies = value.eq_ignore_ascii_case("all"),
                "include" if applies && depth < MAX_INCLUDES => {
                    let paths = value.split_whitespace().map(|word| home("~/.ssh").join(home(word)));
                    for path in paths.filter_map(|p| glob::glob(&p.to_string_lossy()).ok()).flatten().flatten() {
                        self.read_file(&path, host, depth + 1);
                    }
                }
                _ if applies => self.0.push((key, value)),
                _ => {}
            }
        }
    }
}

/// The options that have a letter.
const LETTERS: &[(char, &str)] = &[('J', "proxyjump"), ('i', "identityfile"), ('p', "port"), ('l', "user")];

/// `Key value` or `Key=value`, the value perhaps in double quotes.
fn split(line: &str) -> Option<(String, String)> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let end = line.find(|c: char| c.is_whitespace() || c == '=')?;
    let value = line[end..].trim_start().trim_start_matches('=').trim();
    let value = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
    Some((line[..end].to_lowercase(), value.to_string()))
}

/// Whether one of the patterns (`*`, `?`, `!` for not) covers `host`.
pub fn matches<'a>(patterns: impl Iterator<Item = &'a str>, host: &str) -> bool {
    let mut covered = false;
    for pattern in patterns {
        let (wanted, pattern) = pattern.strip_prefix('!').map_or((true, pattern), |pattern| (false, pattern));
        if wildcard(pattern.to_lowercase().as_bytes(), host.to_lowercase().as_bytes()) {
            if !wanted {
                return false;
            }
            covered = true;
        }
    }
    covered
}

fn wildcard(pattern: &[u8], text: &[u8]) -> bool {
    // The place to go back to when a star took too little.
    let (mut p, mut t, mut back) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                back = Some((p, t));
                p += 1;
            }
            Some(c) if *c == b'?' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((star, taken)) = back else { return false };
                back = Some((star, taken + 1));
                (p, t) = (star + 1, taken + 1);
            }
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

/// A path with `~` and `%d` replaced.
pub fn home(path: &str) -> PathBuf {
    let home = std::env::home_dir().unwrap_or_default();
    let path = path.replace("%d", &home.to_string_lossy());
    match path.strip_prefix('~') {
        Some("") => home,
        Some(rest) if rest.starts_with('/') => home.join(&rest[1..]),
        _ => PathBuf::from(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_counts_and_blocks_apply_to_their_hosts() {
        let text = "User all\n# note\nHost *.lan !bad.lan\n  Port = 2222\n  IdentityFile \"~/a key\"\n  IdentityFile ~/b\nHost *\nUser late\nPort 22\nMatch exec true\nPort 9\n";
        let good = Options::parse(text, "x.lan");
        assert_eq!((good.get("user"), good.get("port")), (Some("all"), Some("2222")));
        assert_eq!(good.all("identityfile").collect::<Vec<_>>(), ["~/a key", "~/b"]);
        assert_eq!(Options::parse(text, "bad.lan").get("port"), Some("22"));
    }

    #[test]
    fn arguments_are_options() {
        let arguments = "-o StrictHostKeyChecking=no -oPort=23 -C -4 -J bastion -F ~/cfg -o ProxyCommand=\"ssh -W %h:%p -q gate\" -i k";
        let (options, file) = Options::from_arguments(arguments).unwrap();
        assert_eq!(options.get("stricthostkeychecking"), Some("no"));
        assert_eq!((options.get("port"), options.get("proxyjump"), options.get("identityfile")), (Some("23"), Some("bastion"), Some("k")));
        assert_eq!(options.get("proxycommand"), Some("ssh -W %h:%p -q gate"));
        assert_eq!(file, Some(home("~/cfg")));
        assert!(Options::from_arguments("-o 'x").is_err());
    }

    #[test]
    fn patterns() {
        let is = |pattern, host| matches([pattern].into_iter(), host);
        assert!(is("a*c?", "abbcd") && is("*", "") && is("A", "a") && is("*.x.*", "1.x.x.2"));
        assert!(!is("a*c", "ab") && !is("?", "") && !is("!a", "a"));
    }
}
