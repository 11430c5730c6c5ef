//! In which runlevels a service starts: links below `/etc/rcN.d`, and the programs that set them.

use std::path::Path;

use crate::modules::{Failure, Host};

/// Where a service starts when nobody says where.
const LEVELS: [&str; 4] = ["2", "3", "4", "5"];

/// Whether the service starts in each of `levels`, or in any level at all when none is named.
pub fn enabled(etc: &Path, name: &str, levels: &[String]) -> bool {
    let starts = |level: &str| {
        let entries = [format!("rc{level}.d"), format!("rc.d/rc{level}.d")].map(|dir| std::fs::read_dir(etc.join(dir)));
        let names = entries.into_iter().flatten().flatten().flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
        names.into_iter().any(|link| is_start(&link, name))
    };
    match levels.is_empty() {
        true => LEVELS.iter().chain(&["S"]).any(|level| starts(level)),
        false => levels.iter().all(|level| starts(level)),
    }
}

/// `S20name`.
fn is_start(link: &str, name: &str) -> bool {
    let Some(rest) = link.strip_prefix('S') else { return false };
    rest.get(..2).is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit())) && rest.get(2..) == Some(name)
}

/// A program and its words.
type Line = (&'static str, Vec<String>);

/// What sets the links on this host.
pub fn commands(host: &mut Host, name: &str, wanted: bool, levels: &[String]) -> Result<Vec<Line>, Failure> {
    if host.probe("update-rc.d", &["--help"]).is_ok() {
        return Ok(update_rc(name, wanted, levels));
    }
    if host.probe("chkconfig", &["--version"]).is_ok() {
        return Ok(chkconfig(name, wanted, levels));
    }
    Err("neither update-rc.d nor chkconfig is on this host, and nothing else sets the links of services".into())
}

fn update_rc(name: &str, wanted: bool, levels: &[String]) -> Vec<Line> {
    let line = |words: &[&str]| ("update-rc.d", words.iter().map(|word| word.to_string()).collect::<Vec<_>>());
    let verb = if wanted { "enable" } else { "disable" };
    let mut words = vec![name, verb];
    words.extend(levels.iter().map(String::as_str));
    // Links that never were cannot be turned on.
    if wanted { vec![line(&[name, "defaults"]), line(&words)] } else { vec![line(&words)] }
}

fn chkconfig(name: &str, wanted: bool, levels: &[String]) -> Vec<Line> {
    let switch = if wanted { "on" } else { "off" };
    let mut words = Vec::new();
    if !levels.is_empty() {
        words.extend(["--level".to_string(), levels.concat()]);
    }
    words.extend([name.to_string(), switch.to_string()]);
    let add = ("chkconfig", vec!["--add".to_string(), name.to_string()]);
    if wanted { vec![add, ("chkconfig", words)] } else { vec![("chkconfig", words)] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_links() -> std::io::Result<()> {
        let etc = tempfile::tempdir()?;
        for link in ["rc2.d/S20web", "rc3.d/K01web", "rc.d/rc4.d/S05other"] {
            let path = etc.path().join(link);
            std::fs::create_dir_all(path.parent().unwrap_or(etc.path()))?;
            std::fs::write(path, "")?;
        }
        let is = |name: &str, levels: &[&str]| enabled(etc.path(), name, &levels.iter().map(|level| level.to_string()).collect::<Vec<_>>());
        assert!(is("web", &[]) && is("web", &["2"]) && is("other", &["4"]));
        assert!(!is("web", &["2", "3"]) && !is("eb", &[]) && !is("none", &[]));
        Ok(())
    }

    #[test]
    fn words_of_the_programs() {
        let levels = ["2".to_string(), "3".into()];
        assert_eq!(update_rc("web", false, &levels), [("update-rc.d", vec!["web".into(), "disable".into(), "2".into(), "3".into()])]);
        assert_eq!(chkconfig("web", true, &levels)[1], ("chkconfig", vec!["--level".into(), "23".into(), "web".into(), "on".into()]));
    }
}
