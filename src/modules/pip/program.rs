//! The program pip: which one, what it has installed and would install, and having it act.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

use crate::modules::words::split;
use crate::modules::{Args, Change, Failure, Host, Writer, files};

/// pip, and where it works.
pub struct Pip {
    line: Vec<String>,
    dir: Option<PathBuf>,
    umask: Option<String>,
}

impl Pip {
    /// The pip that the task means; a virtual environment is made first. `None` in a check of one that is yet to be made.
    pub fn of(args: &Args, host: &mut Host) -> Result<Option<Pip>, Failure> {
        let dir = args.str("chdir").map(|dir| files::expand(host, dir));
        let umask = args.get("umask").map(crate::modules::text);
        let make = |line: Vec<String>| Pip { line, dir: dir.clone(), umask: umask.clone() };
        if let Some(environment) = args.str("virtualenv") {
            let environment = files::expand(host, environment);
            let pip = environment.join("bin/pip");
            if !environment.join("bin/activate").exists() {
                make_environment(args, host, &environment)?;
                if host.is_check() {
                    return Ok(None);
                }
            }
            return Ok(Some(make(vec![pip.to_string_lossy().into_owned()])));
        }
        if let Some(executable) = args.str("executable") {
            return Ok(Some(make(vec![files::expand(host, executable).to_string_lossy().into_owned()])));
        }
        let candidates: [&[&str]; 3] = [&["pip3"], &["python3", "-m", "pip"], &["pip"]];
        for words in candidates {
            let asked: Vec<&str> = words[1..].iter().copied().chain(["--version"]).collect();
            if host.probe(words[0], &asked).is_ok_and(|output| output.rc == 0) {
                return Ok(Some(make(words.iter().map(|word| word.to_string()).collect())));
            }
        }
        Err(Failure::missing("Unable to find any of pip3, pip to use. pip needs to be installed."))
    }

    /// The whole command.
    pub fn line(&self, words: &[String]) -> Vec<String> {
        self.line.iter().chain(words).cloned().collect()
    }

    /// The installed packages and their versions.
    pub fn installed(&self, host: &mut Host) -> Result<BTreeMap<String, String>, Failure> {
        let shown =
            self.ask(host, &["list", "--format=json", "--disable-pip-version-check"])?.success("could not list the packages of pip")?;
        let rows: Vec<Json> = serde_json::from_slice(&shown.stdout).map_err(|e| format!("the list of packages cannot be read: {e}"))?;
        let text = |row: &Json, key: &str| row[key].as_str().unwrap_or_default().to_string();
        Ok(rows.iter().map(|row| (canonical(&text(row, "name")), text(row, "version"))).collect())
    }

    /// What `words` would install; `None` when this pip is too old to say.
    pub fn plan(&self, host: &mut Host, words: &[String]) -> Result<Option<Vec<String>>, Failure> {
        let mut line = vec!["install", "--dry-run", "--quiet", "--disable-pip-version-check", "--report", "-"];
        line.extend(words.iter().skip(1).map(String::as_str));
        let said = self.ask(host, &line)?;
        if said.err().contains("no such option") {
            return Ok(None);
        }
        let said = said.success("pip cannot install what is asked for")?;
        let report: Json = serde_json::from_slice(&said.stdout).map_err(|e| format!("the report of pip cannot be read: {e}"))?;
        let step = |row: &Json| {
            format!("{} {}", row["metadata"]["name"].as_str().unwrap_or("?"), row["metadata"]["version"].as_str().unwrap_or("?"))
        };
        Ok(Some(report["install"].as_array().into_iter().flatten().map(step).collect()))
    }

    fn ask(&self, host: &mut Host, words: &[&str]) -> Result<crate::modules::host::Output, Failure> {
        let dir = self.dir.as_deref().map(Path::to_string_lossy);
        let place: Vec<&str> = dir.iter().flat_map(|dir| ["-C", dir]).collect();
        let line: Vec<&str> =
            place.into_iter().chain(["LC_ALL=C.UTF-8"]).chain(self.line.iter().map(String::as_str)).chain(words.iter().copied()).collect();
        host.probe("env", &line)
    }

    /// Has pip do `words`; gives what it said.
    pub fn act(&self, w: &mut Writer, words: &[String]) -> Result<(String, String), Failure> {
        let line = self.line(words);
        let mut command = match &self.umask {
            Some(umask) => {
                // Only a process of its own can have a mask of its own.
                let mut command = Command::new("/bin/sh");
                command.args(["-c", "umask \"$1\" && shift && exec \"$@\"", "pip", umask]).args(&line);
                command
            }
            None => {
                let mut command = Command::new(&line[0]);
                command.args(&line[1..]);
                command
            }
        };
        if let Some(dir) = &self.dir {
            command.current_dir(dir);
        }
        command.env("LC_ALL", "C.UTF-8");
        let said = w.run(command, None)?.success(&format!("{} failed", line.join(" ")))?;
        Ok((said.out(), said.err()))
    }
}

/// Makes a virtual environment; `python3 -m venv` does where virtualenv is not installed and no other program is named.
fn make_environment(args: &Args, host: &mut Host, path: &Path) -> Result<(), Failure> {
    let given = args.need("virtualenv_command")?;
    let mut line = split(given).map_err(|e| Failure::new(format!("virtualenv_command could not be split into words: {e}")))?;
    let own = given == "virtualenv" && host.probe("virtualenv", &["--version"]).is_err();
    if own {
        line = vec![args.str("virtualenv_python").unwrap_or("python3").to_string(), "-m".into(), "venv".into()];
    }
    if args.bool("virtualenv_site_packages") {
        line.push("--system-site-packages".into());
    }
    if let Some(python) =
        args.str("virtualenv_python").filter(|_| !own && !line.iter().any(|word| word == "venv" || word.contains("pyvenv")))
    {
        line.push(format!("-p{python}"));
    }
    line.push(path.to_string_lossy().into_owned());
    host.change(Change::new(format!("made the virtual environment {}", path.display())), |w| {
        let mut command = Command::new(&line[0]);
        command.args(&line[1..]);
        w.run(command, None)?.success(&format!("{} failed", line.join(" ")))
    })
    .map(drop)
}

/// The name in what a task asks for, without its version and extras.
pub fn project(text: &str) -> &str {
    text.split(['=', '<', '>', '~', '!', '[', '@', ';', ' ']).next().unwrap_or(text).trim()
}

/// A project's name as all spellings of it compare.
pub fn canonical(name: &str) -> String {
    let parts: Vec<&str> = name.split(['-', '_', '.']).filter(|part| !part.is_empty()).collect();
    parts.join("-").trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_compare_in_any_spelling() {
        assert_eq!(canonical("Ruamel.YAML__clib"), "ruamel-yaml-clib");
        assert_eq!(project("requests[socks]>=2 ; python_version>'3'"), "requests");
    }
}
