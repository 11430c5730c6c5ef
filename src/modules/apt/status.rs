//! dpkg's status file: what is installed, without asking dpkg.

use super::version;

/// Where dpkg keeps it.
pub const PATH: &str = "/var/lib/dpkg/status";

/// One package that dpkg knows.
#[derive(Debug, PartialEq)]
pub struct Package<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its architecture.
    pub architecture: &'a str,
    /// Its version.
    pub version: &'a str,
    /// Whether it is installed.
    pub installed: bool,
    /// Whether something of it is left: it is installed or its configuration is still there.
    pub present: bool,
}

/// The packages in the text of a status file.
pub fn parse(text: &str) -> Vec<Package<'_>> {
    text.split("\n\n").filter_map(stanza).collect()
}

fn stanza(text: &str) -> Option<Package<'_>> {
    let field = |name: &str| text.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(": ")).map(str::trim);
    let state = field("Status")?.rsplit(' ').next().unwrap_or_default();
    Some(Package {
        name: field("Package")?,
        architecture: field("Architecture").unwrap_or_default(),
        version: field("Version").unwrap_or_default(),
        installed: state == "installed",
        present: state != "not-installed",
    })
}

/// A package as a task names it: `name`, `name:arch`, `name=version`, `name>=version`; name and version may be patterns.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The name, with its architecture when one was given.
    pub name: String,
    /// How the version is compared, and with what.
    pub version: Option<(Compare, String)>,
    /// The whole text.
    pub text: String,
}

/// How a wanted version is compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Compare {
    /// It fits the pattern.
    Matches,
    /// It is this one or a later one.
    AtLeast,
}

impl Wanted {
    /// Reads what a task says.
    pub fn parse(text: &str) -> Wanted {
        let text = text.trim();
        let split = |at: &str, how| text.split_once(at).map(|(name, version)| (name.trim(), Some((how, version.trim().to_string()))));
        let (name, version) = split(">=", Compare::AtLeast).or_else(|| split("=", Compare::Matches)).unwrap_or((text, None));
        Wanted { name: name.to_string(), version, text: text.to_string() }
    }

    /// Whether the name is a pattern.
    pub fn is_pattern(&self) -> bool {
        self.name.contains(['*', '?', '['])
    }

    /// Whether `package` is meant.
    pub fn names(&self, package: &Package) -> bool {
        let (name, arch) = self.name.split_once(':').unwrap_or((&self.name, ""));
        let same = if self.is_pattern() { glob::Pattern::new(name).is_ok_and(|p| p.matches(package.name)) } else { name == package.name };
        same && (matches!(arch, "" | "any" | "native") || package.architecture == arch || package.architecture == "all")
    }

    /// Whether `package` is installed and its version is wanted.
    pub fn satisfied_by(&self, package: &Package) -> bool {
        package.installed
            && self.names(package)
            && match &self.version {
                None => true,
                Some((Compare::Matches, pattern)) => {
                    pattern == package.version || glob::Pattern::new(pattern).is_ok_and(|p| p.matches(package.version))
                }
                Some((Compare::AtLeast, least)) => version::compare(package.version, least).is_ge(),
            }
    }

    /// How apt-get is asked for it.
    pub fn for_apt_get(&self) -> String {
        match &self.version {
            Some((Compare::AtLeast, _)) => self.name.clone(),
            _ => self.text.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str = "Package: a\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:2.0-1\nDescription: x\n Package: no\n\n\
        Package: b\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 3\n\nPackage: libc\nStatus: hold ok installed\nArchitecture: i386\nVersion: 4~rc1\n";

    #[test]
    fn knows_what_is_installed() {
        let packages = parse(STATUS);
        let states: Vec<_> = packages.iter().map(|p| (p.name, p.installed, p.present)).collect();
        assert_eq!(states, [("a", true, true), ("b", false, true), ("libc", true, true)]);
    }

    #[test]
    fn compares_what_is_wanted() {
        let packages = parse(STATUS);
        let satisfied = |text: &str| packages.iter().any(|p| Wanted::parse(text).satisfied_by(p));
        for text in ["a", "a:amd64", "a=1:2.0-1", "a=1:2.*", "a >= 1:1.9", "libc:i386", "lib*"] {
            assert!(satisfied(text), "{text}");
        }
        for text in ["b", "a:i386", "a=2.0-1", "a>=1:2.0-2", "libc>=4", "x*"] {
            assert!(!satisfied(text), "{text}");
        }
        assert_eq!(Wanted::parse("a>=2").for_apt_get(), "a");
    }
}
