//! Names and numbers of users and groups, read from the files themselves: a static program has no name service.

use crate::modules::{Failure, Host};

/// Users or groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    /// `/etc/passwd`.
    Users,
    /// `/etc/group`.
    Groups,
}

impl Database {
    fn file(self) -> &'static str {
        match self {
            Database::Users => "/etc/passwd",
            Database::Groups => "/etc/group",
        }
    }

    fn getent(self) -> &'static str {
        match self {
            Database::Users => "passwd",
            Database::Groups => "group",
        }
    }

    /// The number of `name`, which may be the number itself.
    pub fn id(self, host: &mut Host, name: &str) -> Result<Option<u32>, Failure> {
        if let Ok(id) = name.parse() {
            return Ok(Some(id));
        }
        let entry = self.entry(host, name, |fields| fields.first() == Some(&name))?;
        Ok(entry.and_then(|fields| fields.get(2)?.parse().ok()))
    }

    /// The name of `id`; the number as text when it has none.
    pub fn name(self, host: &mut Host, id: u32) -> Result<String, Failure> {
        let id = id.to_string();
        let entry = self.entry(host, &id, |fields| fields.get(2) == Some(&id.as_str()))?;
        Ok(entry.and_then(|fields| fields.into_iter().next()).unwrap_or(id))
    }

    /// The fields of the first entry that fits; other sources (LDAP …) are asked through `getent`, where there is one.
    fn entry(self, host: &mut Host, key: &str, fits: impl Fn(&[&str]) -> bool) -> Result<Option<Vec<String>>, Failure> {
        let text = host.read(self.file())?.unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        if let Some(fields) = find(&text, fits) {
            return Ok(Some(fields));
        }
        let answer = host.probe("getent", &[self.getent(), key]).ok().filter(|output| output.rc == 0);
        Ok(answer.and_then(|output| find(&output.out(), |_| true)))
    }
}

fn find(text: &str, fits: impl Fn(&[&str]) -> bool) -> Option<Vec<String>> {
    text.lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fits(fields))
        .map(|fields| fields.into_iter().map(str::to_string).collect())
}
