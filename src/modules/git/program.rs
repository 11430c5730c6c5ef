//! The program git: where it works, how it reaches others, and what it says.

use std::path::{Path, PathBuf};

use crate::modules::host::Output;
use crate::modules::{Args, Failure, Host, Writer, files};

/// git, and the copy that it works in.
pub struct Git {
    program: String,
    environment: Vec<String>,
    umask: Option<String>,
    /// The copy.
    pub dir: PathBuf,
}

impl Git {
    /// As the task's parameters say.
    pub fn of(args: &Args, host: &Host, dir: &Path) -> Git {
        let mut ssh = vec!["ssh".to_string(), "-o".into(), "BatchMode=yes".into()];
        if args.bool("accept_hostkey") {
            ssh.extend(["-o".into(), "StrictHostKeyChecking=no".into()]);
        } else if args.bool("accept_newhostkey") {
            ssh.extend(["-o".into(), "StrictHostKeyChecking=accept-new".into()]);
        }
        if let Some(key) = args.str("key_file") {
            ssh.extend(["-o".into(), "IdentitiesOnly=yes".into(), "-i".into(), files::expand(host, key).to_string_lossy().into_owned()]);
        }
        let quoted = ssh.iter().map(|word| shlex::try_quote(word).map_or_else(|_| word.clone(), |quoted| quoted.into_owned()));
        let line: Vec<String> = quoted.chain(args.str("ssh_opts").map(str::to_string)).collect();
        let mut environment = vec!["LC_ALL=C.UTF-8".to_string(), "GIT_TERMINAL_PROMPT=0".into()];
        // Who has set a command of their own keeps it, unless the task asks for something.
        if ssh.len() > 3 || args.str("ssh_opts").is_some() {
            environment.push(format!("GIT_SSH_COMMAND={}", line.join(" ")));
        }
        let program =
            args.str("executable").map_or_else(|| "git".to_string(), |path| files::expand(host, path).to_string_lossy().into_owned());
        let umask = args.get("umask").map(crate::modules::text);
        Git { program, environment, umask, dir: dir.to_path_buf() }
    }

    /// The words that run git with `words`.
    fn line(&self, inside: bool, words: &[&str]) -> Vec<String> {
        let mut line = self.environment.clone();
        line.push(self.program.clone());
        if inside {
            line.extend(["-C".to_string(), self.dir.to_string_lossy().into_owned()]);
        }
        line.extend(words.iter().map(|word| word.to_string()));
        line
    }

    /// Asks git something about the copy.
    pub fn probe(&self, host: &mut Host, words: &[&str]) -> Result<Output, Failure> {
        let line = self.line(true, words);
        host.probe("env", &line.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Asks git something that needs no copy.
    pub fn probe_outside(&self, host: &mut Host, words: &[&str]) -> Result<Output, Failure> {
        let line = self.line(false, words);
        host.probe("env", &line.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Has git do something to the copy.
    pub fn act(&self, w: &mut Writer, words: &[&str]) -> Result<(), Failure> {
        self.run(w, words).map(drop)
    }

    /// The same, with what git said.
    pub fn run(&self, w: &mut Writer, words: &[&str]) -> Result<Output, Failure> {
        self.exec(w, &self.line(true, words), words[0])
    }

    /// Has git do something before there is a copy.
    pub fn act_outside(&self, w: &mut Writer, words: &[String]) -> Result<(), Failure> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.exec(w, &self.line(false, &words), words[0]).map(drop)
    }

    fn exec(&self, w: &mut Writer, line: &[String], verb: &str) -> Result<Output, Failure> {
        let words = line.iter().map(String::as_str);
        let output = match &self.umask {
            // Only a process of its own can have a mask of its own.
            Some(umask) => {
                let masked = ["-c", "umask \"$1\" && shift && exec env \"$@\"", "git", umask];
                w.exec("/bin/sh", &masked.into_iter().chain(words).collect::<Vec<_>>())?
            }
            None => w.exec("env", &words.collect::<Vec<_>>())?,
        };
        output.success(&format!("git {verb} failed"))
    }

    /// The commit that the copy is at; `None` before the first.
    pub fn head(&self, host: &mut Host) -> Result<Option<String>, Failure> {
        self.commit(host, "HEAD")
    }

    /// The commit that `version` names in the copy.
    pub fn commit(&self, host: &mut Host, version: &str) -> Result<Option<String>, Failure> {
        let shown = self.probe(host, &["rev-parse", "--verify", "--quiet", &format!("{version}^{{commit}}")])?;
        Ok((shown.rc == 0).then(|| shown.out().trim().to_string()))
    }

    /// The branch that the copy is on.
    pub fn branch(&self, host: &mut Host) -> Result<Option<String>, Failure> {
        let shown = self.probe(host, &["symbolic-ref", "--short", "--quiet", "HEAD"])?;
        Ok((shown.rc == 0).then(|| shown.out().trim().to_string()))
    }

    /// Whether files that git knows differ from the commit.
    pub fn modified(&self, host: &mut Host) -> Result<bool, Failure> {
        let shown = self.probe(host, &["status", "--porcelain", "--untracked-files=no"])?.success("git status failed")?;
        Ok(!shown.out().trim().is_empty())
    }
}
