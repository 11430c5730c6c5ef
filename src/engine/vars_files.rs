//! `vars_files`: files of variables whose names may depend on the host, and on what the play has found out so far.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::language::playbook::Play;
use crate::language::template;
use crate::language::{Map, Place, Value};

use super::scope::TaskScope;

/// The files of a play and what was read of them.
#[derive(Debug, Default)]
pub struct VarsFiles {
    /// The answers to `vars_prompt`, below the files.
    answers: Map,
    entries: Vec<(Vec<Value>, Place)>,
    dir: PathBuf,
    /// Whether the same files are meant for every host at every time.
    fixed: bool,
    read: Mutex<HashMap<Vec<Option<PathBuf>>, Arc<Map>>>,
}

impl VarsFiles {
    /// The files of `play`, over the answers to its questions.
    pub fn new(play: &Play, answers: Map) -> VarsFiles {
        let candidates = |entry: &Value| match entry {
            Value::List(items) => items.to_vec(),
            single => vec![single.clone()],
        };
        let entries: Vec<_> = play.vars_files.iter().map(|(entry, place)| (candidates(entry), place.clone())).collect();
        let fixed = !entries.iter().flat_map(|(names, _)| names).any(|name| matches!(name, Value::Template(_)));
        VarsFiles { answers, entries, dir: play.dir.clone(), fixed, read: Mutex::default() }
    }

    /// What the host of `scope` sees of them now; files that are missing or named by what is undefined are left out.
    pub fn seen(&self, scope: &TaskScope) -> Arc<Map> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if self.fixed
            && let Some(known) = read.values().next()
        {
            return known.clone();
        }
        let paths: Vec<Option<PathBuf>> = self.entries.iter().map(|(names, _)| self.choose(names, scope)).collect();
        let load = || {
            let mut merged = self.answers.clone();
            for (path, (_, place)) in paths.iter().zip(&self.entries) {
                let Some(path) = path else { continue };
                let vars = scope.run.loader.vars_file(path, Some(place));
                merged.extend(vars.iter().map(|(k, v)| (k.clone(), v.clone())));
            }
            Arc::new(merged)
        };
        read.entry(paths.clone()).or_insert_with(load).clone()
    }

    /// The first of `names` that can be evaluated and is there.
    fn choose(&self, names: &[Value], scope: &TaskScope) -> Option<PathBuf> {
        let texts = names.iter().filter_map(|name| template::resolve(name, scope).ok());
        texts.map(|name| self.dir.join(template::text(&name))).find(|path| path.is_file())
    }
}
