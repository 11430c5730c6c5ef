//! `git`: a working copy of a repository.

mod program;
mod refs;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::{Args, Change, Failure, Fields, Host, Kind, Module, Outcome, Param, Spec, files};
use program::Git;
use refs::Remote;

/// `dest` is a clone of `repo` at `version` (a branch, a tag or a commit); `depth`, `single_branch`, `refspec` and `reference` bound what is
/// fetched, `bare` leaves out the files; `force` gives up local changes; without `update` an existing copy stays as it is, and without
/// `clone` none is made. `recursive` takes submodules along, `archive` packs the files, `verify_commit` asks for a signature. Keys and options of ssh come from `key_file`,
/// `ssh_opts`, `accept_hostkey` and `accept_newhostkey`. Results: `before after remote_url_changed`. Source: ansible.builtin.git.
pub const MODULE: Module = Module {
    names: &["git"],
    collection: "ansible.builtin",
    spec: Spec { mutually_exclusive: &[&["separate_git_dir", "bare"], &["accept_hostkey", "accept_newhostkey"]], ..Spec::of(PARAMS) },
    run,
};

const PARAMS: &[Param] = &[
    Param::path("dest").required(),
    Param::str("repo").aliases(&["name"]).required(),
    Param::str("version").default("HEAD"),
    Param::str("remote").default("origin"),
    Param::str("refspec"),
    Param::str("reference"),
    Param::bool("force").default("false"),
    Param::int("depth"),
    Param::bool("clone").default("true"),
    Param::bool("update").default("true"),
    Param::bool("verify_commit").default("false"),
    Param::list("gpg_allowlist").aliases(&["gpg_whitelist"]),
    Param::bool("accept_hostkey").default("false"),
    Param::bool("accept_newhostkey").default("false"),
    Param::path("key_file"),
    Param::str("ssh_opts"),
    Param::path("executable"),
    Param::bool("bare").default("false"),
    Param::bool("recursive").default("true"),
    Param::bool("single_branch").default("false"),
    Param::bool("track_submodules").default("false"),
    Param::new("umask", Kind::Raw),
    Param::path("archive"),
    Param::str("archive_prefix"),
    Param::path("separate_git_dir"),
];

fn run(args: &Args, host: &mut Host) -> Outcome {
    let dest = files::path(args, host, "dest")?;
    let git = Git::of(args, host, &dest);
    let copy = Copy { args, git, version: args.need("version")?, remote: args.need("remote")? };
    let there = if args.bool("bare") { dest.join("config") } else { dest.join(".git") };
    let mut fields = if there.exists() { copy.update(host)? } else { copy.make(host, &dest)? };
    if let Some(archive) = args.str("archive") {
        copy.pack(host, &files::expand(host, archive))?;
    }
    fields.entry("remote_url_changed").or_insert(false.into());
    Ok(fields)
}

/// A working copy and what is wanted of it.
struct Copy<'a> {
    args: &'a Args,
    git: Git,
    version: &'a str,
    remote: &'a str,
}

fn result(before: Option<&str>, after: Option<&str>) -> Fields {
    Fields::from_iter([("before", before), ("after", after)].map(|(key, sha)| (key.to_string(), sha.map_or(Json::Null, Json::from))))
}

impl Copy<'_> {
    /// Clones the repository.
    fn make(&self, host: &mut Host, dest: &Path) -> Result<Fields, Failure> {
        let repo = self.args.need("repo")?;
        let refs = Remote::ask(&self.git, host, repo)?;
        let wanted = refs.commit(self.version);
        if !self.args.bool("clone") {
            host.unchanged("there is no clone, and none is to be made");
            return Ok(result(None, wanted.as_deref()));
        }
        let words = self.clone_words(repo, dest, &refs);
        host.change(Change::new(format!("cloned {} at {}", dest.display(), self.version)), |w| {
            make_parents(w, dest)?;
            self.git.act_outside(w, &words)?;
            self.fetch_refspec(w)?;
            self.switch(w, &refs)
        })?;
        let after = if host.is_check() { wanted } else { self.git.head(host)? };
        Ok(result(None, after.as_deref()))
    }

    fn clone_words(&self, repo: &str, dest: &Path, refs: &Remote) -> Vec<String> {
        let mut words = vec!["clone".to_string(), "--origin".into(), self.remote.into()];
        if self.args.bool("bare") {
            words.push("--bare".into());
        } else if self.version != "HEAD" && refs.commit(self.version).is_some() {
            // Its end is enough; a commit's number is nothing to clone by.
            words.extend(["--branch".into(), self.version.to_string()]);
        }
        // A commit may be anywhere in the history, so a bounded clone would miss it.
        let named = self.version == "HEAD" || refs.commit(self.version).is_some();
        words.extend(self.args.int("depth").filter(|_| named).map(|depth| format!("--depth={depth}")));
        if self.args.bool("single_branch") {
            words.push("--single-branch".into());
        }
        for (param, option) in [("reference", "--reference"), ("separate_git_dir", "--separate-git-dir")] {
            words.extend(self.args.str(param).map(|value| format!("{option}={value}")));
        }
        words.extend(["--".to_string(), repo.to_string(), dest.to_string_lossy().into_owned()]);
        words
    }

    /// Brings an existing copy to the version.
    fn update(&self, host: &mut Host) -> Result<Fields, Failure> {
        let before = self.git.head(host)?;
        if !self.args.bool("update") {
            host.unchanged("there is a copy, and it is not to be updated");
            return Ok(result(before.as_deref(), before.as_deref()));
        }
        let address_changed = self.point(host)?;
        self.give_up_changes(host, before.as_deref())?;
        let refs = Remote::ask(&self.git, host, self.args.need("repo")?)?;
        let wanted = refs.commit(self.version).or_else(|| full(self.version));
        let on_branch = refs.branch(self.version).is_none_or(|branch| self.git.branch(host).ok().flatten().as_deref() == Some(branch));
        let after = if wanted.is_some() && wanted == before && on_branch {
            host.unchanged(format!("the copy is at {}", self.version));
            before.clone()
        } else {
            self.go(host, &refs, before.as_deref())?;
            if host.is_check() { wanted } else { self.git.head(host)? }
        };
        let mut fields = result(before.as_deref(), after.as_deref());
        fields.insert("remote_url_changed".into(), address_changed.into());
        Ok(fields)
    }

    /// Fetches and switches. What a short commit number stands for is known only then, so a move to the same place is none.
    fn go(&self, host: &mut Host, refs: &Remote, before: Option<&str>) -> Result<(), Failure> {
        let local = self.git.commit(host, self.version)?;
        if refs.commit(self.version).is_none() && local.is_some() && local.as_deref() == before {
            host.unchanged(format!("the copy is at {}", self.version));
            return Ok(());
        }
        let what = format!("from {} to {}", before.unwrap_or("nothing"), self.version);
        host.change(Change::new(what), |w| {
            self.fetch(w)?;
            self.fetch_refspec(w)?;
            self.switch(w, refs)
        })
        .map(drop)
    }

    /// Makes the remote's address the task's.
    fn point(&self, host: &mut Host) -> Result<bool, Failure> {
        let repo = self.args.need("repo")?;
        let known = self.git.probe(host, &["remote", "get-url", self.remote])?;
        if known.rc == 0 && known.out().trim() == repo {
            return Ok(false);
        }
        let words: &[&str] = if known.rc == 0 { &["remote", "set-url", self.remote, repo] } else { &["remote", "add", self.remote, repo] };
        host.change(Change::new(format!("address of {}", self.remote)), |w| self.git.act(w, words))?;
        Ok(known.rc == 0)
    }

    /// Local changes are given up with `force`, and a failure without.
    fn give_up_changes(&self, host: &mut Host, before: Option<&str>) -> Result<(), Failure> {
        if self.args.bool("bare") || !self.git.modified(host)? {
            return Ok(());
        }
        if !self.args.bool("force") {
            let msg = format!("Local modifications exist in the destination: {} (force=no).", self.git.dir.display());
            return Err(Failure::new(msg).with("before", before.unwrap_or_default()));
        }
        host.change(Change::new("gave up local changes"), |w| self.git.act(w, &["reset", "--hard", "HEAD", "--"])).map(drop)
    }

    fn fetch(&self, w: &mut super::Writer) -> Result<(), Failure> {
        let depth = self.args.int("depth").map(|depth| format!("--depth={depth}"));
        let heads = match self.args.bool("bare") {
            true => "+refs/heads/*:refs/heads/*".to_string(),
            false => format!("+refs/heads/*:refs/remotes/{}/*", self.remote),
        };
        let mut words = vec!["fetch", "--tags", "--force"];
        words.extend(depth.as_deref());
        words.extend([self.remote, &heads]);
        self.git.act(w, &words).map_err(|failure| {
            let msg = format!("Failed to download remote objects and refs: {}", failure.msg);
            failure.reworded(msg)
        })
    }

    fn fetch_refspec(&self, w: &mut super::Writer) -> Result<(), Failure> {
        let Some(refspec) = self.args.str("refspec") else { return Ok(()) };
        self.git.act(w, &["fetch", self.remote, refspec])
    }

    fn switch(&self, w: &mut super::Writer, refs: &Remote) -> Result<(), Failure> {
        if self.args.bool("bare") {
            return Ok(());
        }
        match refs.branch(self.version) {
            Some(branch) => {
                let upstream = format!("{}/{branch}", self.remote);
                self.git.act(w, &["checkout", "--force", "-B", branch, "--track", &upstream])?;
            }
            None => self.git.act(w, &["checkout", "--force", "--detach", self.version]).map_err(|failure| {
                let msg = format!("Failed to checkout {}: {}", self.version, failure.msg);
                failure.reworded(msg)
            })?,
        }
        if self.args.bool("verify_commit") {
            self.verify(w)?;
        }
        if self.args.bool("recursive") && self.git.dir.join(".gitmodules").exists() {
            self.git.act(w, &["submodule", "sync", "--recursive"])?;
            let mut words = vec!["submodule", "update", "--init", "--recursive", "--force"];
            if self.args.bool("track_submodules") {
                words.push("--remote");
            }
            self.git.act(w, &words)?;
        }
        Ok(())
    }

    /// The commit has a good signature, by one of the allowed keys when there are any.
    fn verify(&self, w: &mut super::Writer) -> Result<(), Failure> {
        let said = self.git.run(w, &["verify-commit", "--raw", "HEAD"])?.err();
        let allowed = self.args.strings("gpg_allowlist");
        let signers: Vec<&str> =
            said.lines().filter_map(|line| line.strip_prefix("[GNUPG:] VALIDSIG ")?.split_whitespace().next()).collect();
        match allowed.is_empty() || signers.iter().any(|signer| allowed.iter().any(|key| signer.ends_with(&key.to_uppercase()))) {
            true => Ok(()),
            false => Err(format!("the commit is signed by {}, who is not in gpg_allowlist", signers.join(", ")).into()),
        }
    }

    /// Packs the files of the version, unless the archive holds them already.
    fn pack(&self, host: &mut Host, archive: &Path) -> Result<(), Failure> {
        if archive.exists() && !host.changed() {
            host.unchanged(format!("{} is there", archive.display()));
            return Ok(());
        }
        let prefix = self.args.str("archive_prefix").map(|prefix| format!("--prefix={prefix}"));
        let output = format!("--output={}", archive.display());
        host.change(Change::new(format!("packed {}", archive.display())), |w| {
            let mut words = vec!["archive", output.as_str()];
            words.extend(prefix.as_deref());
            words.push("HEAD");
            self.git.act(w, &words)
        })
        .map(drop)
    }
}

/// A commit's whole number.
fn full(version: &str) -> Option<String> {
    (version.len() >= 40 && version.bytes().all(|b| b.is_ascii_hexdigit())).then(|| version.to_lowercase())
}

fn make_parents(w: &mut super::Writer, dest: &Path) -> Result<(), Failure> {
    let missing: Vec<PathBuf> =
        dest.ancestors().skip(1).take_while(|dir| !dir.as_os_str().is_empty() && !dir.exists()).map(PathBuf::from).collect();
    missing.iter().rev().try_for_each(|dir| w.mkdir(dir, 0o777))
}
