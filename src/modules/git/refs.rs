//! The branches and tags of a repository elsewhere.

use super::program::Git;
use crate::modules::{Failure, Host};

/// What a repository said of itself.
#[derive(Debug, Default)]
pub struct Remote {
    /// The branch that `HEAD` stands for.
    head: Option<String>,
    /// Names and commits; a tag that is an object of its own is followed by one with `^{}` and the commit.
    refs: Vec<(String, String)>,
}

impl Remote {
    /// Asks the repository at `repo`.
    pub fn ask(git: &Git, host: &mut Host, repo: &str) -> Result<Remote, Failure> {
        let shown = git.probe_outside(host, &["ls-remote", "--symref", "--", repo])?;
        Ok(Remote::parse(&shown.success(&format!("could not read from the repository {repo}"))?.out()))
    }

    fn parse(text: &str) -> Remote {
        let mut remote = Remote::default();
        for (first, name) in text.lines().filter_map(|line| line.split_once('\t')) {
            match first.strip_prefix("ref: refs/heads/") {
                Some(branch) if name == "HEAD" => remote.head = Some(branch.to_string()),
                _ => remote.refs.push((name.to_string(), first.to_string())),
            }
        }
        remote
    }

    /// The branch that `version` means; tags and commits are none.
    pub fn branch<'r>(&'r self, version: &'r str) -> Option<&'r str> {
        let branch = if version == "HEAD" { self.head.as_deref()? } else { version };
        self.find(&format!("refs/heads/{branch}")).map(|_| branch)
    }

    /// The commit at the end of a branch or tag.
    pub fn commit(&self, version: &str) -> Option<String> {
        let names = match version {
            "HEAD" => vec!["HEAD".to_string()],
            name => vec![format!("refs/heads/{name}"), format!("refs/tags/{name}^{{}}"), format!("refs/tags/{name}"), name.to_string()],
        };
        names.iter().find_map(|name| self.find(name)).map(str::to_string)
    }

    fn find(&self, name: &str) -> Option<&str> {
        self.refs.iter().find(|(known, _)| known == name).map(|(_, commit)| commit.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_branches_and_tags() {
        let remote = Remote::parse(
            "ref: refs/heads/main\tHEAD\naaa\tHEAD\naaa\trefs/heads/main\nbbb\trefs/tags/v1\nccc\trefs/tags/v1^{}\nddd\trefs/tags/v2\n",
        );
        let commits = ["HEAD", "main", "v1", "v2", "nope"].map(|version| remote.commit(version));
        assert_eq!(commits.map(|commit| commit.unwrap_or_default()), ["aaa", "aaa", "ccc", "ddd", ""]);
        assert_eq!([remote.branch("HEAD"), remote.branch("main"), remote.branch("v1")], [Some("main"), Some("main"), None]);
    }
}
