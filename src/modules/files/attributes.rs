//! Owner, group, mode and flags of a file: what is wanted, what differs, and the change.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};

use super::info::octal;
use super::mode::Mode;
use super::owner::Database;
use crate::modules::host::{Install, umask};
use crate::modules::{Args, Change, Failure, Host};

/// The attributes a task asks for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    mode: Option<Mode>,
    uid: Option<u32>,
    gid: Option<u32>,
    flags: Option<String>,
    unsafe_writes: bool,
}

/// What has to change on one file.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    path: PathBuf,
    mode: Option<u32>,
    uid: Option<u32>,
    gid: Option<u32>,
    flags: Option<String>,
    before: Map<String, Json>,
    after: Map<String, Json>,
}

impl Wanted {
    /// Reads `mode`, `owner`, `group` and `attributes`. SELinux labels are left to the host's policy.
    pub fn read(args: &Args, host: &mut Host) -> Result<Wanted, Failure> {
        Wanted::read_mode(args, host, args.get("mode"))
    }

    /// The same with the mode from elsewhere.
    pub fn read_mode(args: &Args, host: &mut Host, mode: Option<&Json>) -> Result<Wanted, Failure> {
        let mut id = |parameter: &str, database: Database, failed: &str| match args.str(parameter).filter(|name| !name.is_empty()) {
            None => Ok(None),
            Some(name) => match database.id(host, name)? {
                Some(id) => Ok(Some(id)),
                None => Err(Failure::missing(format!("{failed} {name}"))),
            },
        };
        Ok(Wanted {
            uid: id("owner", Database::Users, "chown failed: failed to look up user")?,
            gid: id("group", Database::Groups, "chgrp failed: failed to look up group")?,
            mode: mode.map(Mode::read).transpose()?,
            flags: args.str("attributes").filter(|flags| !flags.is_empty()).map(str::to_string),
            unsafe_writes: args.bool("unsafe_writes"),
        })
    }

    /// The same with another mode.
    pub fn with_mode(&self, mode: Option<Mode>) -> Wanted {
        Wanted { mode, ..self.clone() }
    }

    /// How a file with these attributes is put in place of what `old` describes, or as a new one.
    pub fn install(&self, old: Option<&Metadata>) -> Install<'static> {
        let current = old.map_or(0o666 & !umask(), |meta| meta.mode() & 0o7777);
        Install {
            mode: self.mode.as_ref().map(|mode| mode.bits(current, false)),
            uid: self.uid,
            gid: self.gid,
            unsafe_writes: self.unsafe_writes,
            ..Install::default()
        }
    }

    /// What a directory just made gets.
    pub fn install_directory(&self, made: &Metadata) -> Install<'static> {
        let mode = self.mode.as_ref().map(|mode| mode.bits(made.mode(), true));
        Install { mode, uid: self.uid, gid: self.gid, ..Install::default() }
    }

    /// What would have to change on `path`, which `meta` describes. A link's mode is nobody's business.
    pub fn plan(&self, host: &mut Host, path: &Path, meta: &Metadata) -> Result<Plan, Failure> {
        let mut plan = Plan { path: path.to_path_buf(), ..Plan::default() };
        if let Some(uid) = self.uid.filter(|&uid| uid != meta.uid()) {
            plan.uid = Some(uid);
            plan.differs("owner", json!(meta.uid()), json!(uid));
        }
        if let Some(gid) = self.gid.filter(|&gid| gid != meta.gid()) {
            plan.gid = Some(gid);
            plan.differs("group", json!(meta.gid()), json!(gid));
        }
        let now = meta.mode() & 0o7777;
        let mode = self.mode.as_ref().map(|mode| mode.bits(now, meta.is_dir()));
        if let Some(mode) = mode.filter(|&mode| mode != now && !meta.is_symlink()) {
            plan.mode = Some(mode);
            plan.differs("mode", octal(now).into(), octal(mode).into());
        }
        // A change of owner clears the set-id bits, so the mode is set again.
        if plan.mode.is_none() && now & 0o6000 != 0 && (plan.uid.is_some() || plan.gid.is_some()) {
            plan.mode = mode.filter(|mode| mode & 0o6000 != 0);
        }
        if let Some(flags) = &self.flags {
            plan.flags(host, flags)?;
        }
        Ok(plan)
    }

    /// Gives `path` the attributes; nothing there (as in check mode) is left alone.
    pub fn apply(&self, host: &mut Host, path: &Path) -> Result<(), Failure> {
        match fs::symlink_metadata(path) {
            Ok(meta) => self.plan(host, path, &meta)?.apply(host),
            Err(_) => Ok(()),
        }
    }
}

impl Plan {
    fn differs(&mut self, what: &str, before: Json, after: Json) {
        self.before.insert(what.into(), before);
        self.after.insert(what.into(), after);
    }

    /// Compares the flags that `lsattr` shows with `wanted`: `+i`, `-i`, `=ia` or `ia`.
    fn flags(&mut self, host: &mut Host, wanted: &str) -> Result<(), Failure> {
        let shown = host.probe("lsattr", &["-d", &self.path.to_string_lossy()]);
        let Some(shown) = shown.ok().filter(|output| output.rc == 0) else { return Ok(()) };
        let shown = shown.out();
        let now: String = shown.split_whitespace().next().unwrap_or_default().chars().filter(|c| *c != '-').collect();
        let (operator, letters) = match wanted.chars().next() {
            Some(operator @ ('+' | '-' | '=')) => (operator, &wanted[1..]),
            _ => ('=', wanted),
        };
        let holds = match operator {
            '+' => letters.chars().all(|c| now.contains(c)),
            '-' => !letters.chars().any(|c| now.contains(c)),
            _ => letters.len() == now.len() && letters.chars().all(|c| now.contains(c)),
        };
        if !holds {
            self.flags = Some(format!("{operator}{letters}"));
            self.differs("attributes", now.into(), format!("{operator}{letters}").into());
        }
        Ok(())
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.after.is_empty()
    }

    /// Makes the change, if there is one.
    pub fn apply(mut self, host: &mut Host) -> Result<(), Failure> {
        if self.is_empty() {
            return Ok(());
        }
        let shown = self.path.to_string_lossy().into_owned();
        let phrases: Vec<String> = self.after.iter().map(|(k, v)| format!("{k} of {shown} from {} to {v}", self.before[k])).collect();
        self.differs("path", shown.clone().into(), shown.into());
        let (before, after) = (std::mem::take(&mut self.before), std::mem::take(&mut self.after));
        let change = Change::new(phrases.join(", ").replace('"', "")).states(before.into(), after.into());
        host.change(change, |w| {
            if self.uid.is_some() || self.gid.is_some() {
                w.chown(&self.path, self.uid, self.gid)?;
            }
            if let Some(mode) = self.mode {
                w.chmod(&self.path, mode)?;
            }
            if let Some(flags) = &self.flags {
                w.exec("chattr", &[flags, &self.path.to_string_lossy()])?.success("chattr failed")?;
            }
            Ok(())
        })?;
        Ok(())
    }
}
