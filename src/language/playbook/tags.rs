//! Which tasks `--tags` and `--skip-tags` let run.

use std::sync::Arc;

/// The tags asked for and those to skip.
#[derive(Clone, Debug)]
pub struct TagFilter {
    only: Vec<String>,
    skip: Vec<String>,
}

impl Default for TagFilter {
    fn default() -> Self {
        TagFilter { only: vec!["all".into()], skip: Vec::new() }
    }
}

impl TagFilter {
    /// A filter from the command line's lists; no `only` means `all`.
    pub fn new(only: Vec<String>, skip: Vec<String>) -> Self {
        let only = if only.is_empty() { vec!["all".to_string()] } else { only };
        TagFilter { only, skip }
    }

    /// The tags asked for.
    pub fn only(&self) -> &[String] {
        &self.only
    }

    /// The tags to skip.
    pub fn skip(&self) -> &[String] {
        &self.skip
    }

    /// Whether a task with these tags runs.
    pub fn selects(&self, tags: &[Arc<str>]) -> bool {
        let has = |tag: &str| tags.iter().any(|t| t.as_ref() == tag) || (tag == "untagged" && tags.is_empty());
        let only = |tag: &str| self.only.iter().any(|t| t == tag);
        let wanted = has("always")
            || (only("all") && !has("never"))
            || self.only.iter().any(|t| has(t))
            || (only("tagged") && !tags.is_empty() && !has("never"));
        wanted && !self.skips(&has, tags)
    }

    fn skips(&self, has: &dyn Fn(&str) -> bool, tags: &[Arc<str>]) -> bool {
        let skip = |tag: &str| self.skip.iter().any(|t| t == tag);
        if skip("all") && (!has("always") || skip("always")) {
            return true;
        }
        (skip("tagged") && !tags.is_empty()) || self.skip.iter().any(|t| has(t))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(only: &[&str], skip: &[&str], tags: &[&str]) -> bool {
        let own = |list: &[&str]| list.iter().map(ToString::to_string).collect();
        let tags: Vec<Arc<str>> = tags.iter().map(|t| Arc::from(*t)).collect();
        TagFilter::new(own(only), own(skip)).selects(&tags)
    }

    #[test]
    fn selection_follows_ansible() {
        for (only, skip, tags, expected) in [
            (&[][..], &[][..], &["x"][..], true),
            (&["x"], &[], &["x"], true),
            (&["x"], &[], &[], false),
            (&["x"], &[], &["always"], true),
            (&[], &[], &["never", "x"], false),
            (&["x"], &[], &["never", "x"], true),
            (&["untagged"], &[], &[], true),
            (&["tagged"], &[], &["y"], true),
            (&["tagged"], &[], &["never"], false),
            (&[], &["x"], &["x"], false),
            (&[], &["all"], &["always"], true),
            (&[], &["all"], &["x"], false),
            (&[], &["tagged"], &["always"], false),
            (&[], &["always"], &["always"], false),
        ] {
            assert_eq!(runs(only, skip, tags), expected, "--tags {only:?} --skip-tags {skip:?} on {tags:?}");
        }
    }
}
