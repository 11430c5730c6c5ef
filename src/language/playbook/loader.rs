//! Reads playbooks and everything they name, and collects every mistake on the way.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::language::template::{self, MapScope};
use crate::language::vault::Secrets;
use crate::language::yaml::{self, Node};
use crate::language::{Diagnostic, Diagnostics, Map, Place, Value};

/// What loading needs to know beside the files.
#[derive(Default)]
pub struct Settings {
    /// Where roles are looked for, after the playbook's own places.
    pub roles_path: Vec<PathBuf>,
    /// `-e`: static imports may be named with them.
    pub extra_vars: Arc<Map>,
    /// For vaulted files and values.
    pub secrets: Arc<Secrets>,
    /// Whether plays gather facts that do not say so.
    pub gathering: Gathering,
}

/// `gathering` of the configuration: what plays do that do not say whether they gather facts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gathering {
    /// They do.
    #[default]
    Implicit,
    /// They do not.
    Explicit,
    /// They do on hosts whose facts are not known yet.
    Smart,
}

/// Reads files once and keeps the mistakes found in them.
pub struct Loader {
    pub(super) settings: Settings,
    files: Mutex<HashMap<PathBuf, Option<Arc<Node>>>>,
    problems: Mutex<Diagnostics>,
    warnings: Mutex<Diagnostics>,
}

impl Loader {
    /// A loader that has read nothing yet.
    pub fn new(settings: Settings) -> Loader {
        Loader { settings, files: Mutex::default(), problems: Mutex::default(), warnings: Mutex::default() }
    }

    /// What it was made with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Keeps a mistake.
    pub fn report(&self, problem: Diagnostic) {
        let mut problems = lock(&self.problems);
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }

    /// Keeps a warning.
    pub fn warn(&self, warning: Diagnostic) {
        let mut warnings = lock(&self.warnings);
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }

    /// All mistakes so far, which are then forgotten.
    pub fn take_problems(&self) -> Diagnostics {
        std::mem::take(&mut lock(&self.problems))
    }

    /// All warnings so far, which are then forgotten.
    pub fn take_warnings(&self) -> Diagnostics {
        std::mem::take(&mut lock(&self.warnings))
    }

    /// The document in `path`; `None` (and a mistake kept, with the place that named the file) when it cannot be read.
    pub fn file(&self, path: &Path, named_at: Option<&Place>) -> Option<Arc<Node>> {
        if let Some(known) = lock(&self.files).get(path) {
            return known.clone();
        }
        let read = match yaml::load_with(path, &self.settings.secrets) {
            Ok((node, warnings)) => {
                lock(&self.warnings).extend(warnings);
                Some(Arc::new(node))
            }
            Err(problem) => {
                self.report(match named_at {
                    Some(place) => problem.at(place),
                    None => problem,
                });
                None
            }
        };
        lock(&self.files).insert(path.to_path_buf(), read.clone());
        read
    }

    /// The value of a node; mistakes in it are kept.
    pub fn value(&self, node: &Node) -> Value {
        node.to_value_with(&self.settings.secrets).unwrap_or_else(|problems| {
            problems.into_iter().for_each(|p| self.report(p));
            Value::Null
        })
    }

    /// A mapping of variables; anything else is a mistake.
    pub fn vars(&self, node: &Node, what: &str) -> Arc<Map> {
        match self.value(node) {
            Value::Map(map) => map,
            Value::Null => Arc::default(),
            other => {
                let message = format!("{what} must be a mapping of variables, not a {}", other.type_name());
                self.report(Diagnostic::new(message).at(&node.place));
                Arc::default()
            }
        }
    }

    /// The variables of a file.
    pub fn vars_file(&self, path: &Path, named_at: Option<&Place>) -> Arc<Map> {
        self.file(path, named_at).map_or_else(Arc::default, |node| self.vars(&node, "a file of variables"))
    }

    /// A name that is needed before any host is known: only extra variables and `vars` can be in it.
    pub fn static_text(&self, value: &Value, vars: &Map, place: &Place) -> Option<String> {
        let mut known = vars.clone();
        known.extend(self.settings.extra_vars.iter().map(|(k, v)| (k.clone(), v.clone())));
        match template::resolve(value, &MapScope(known)) {
            Ok(Value::Str(text)) => Some(text.to_string()),
            Ok(other) => {
                self.report(Diagnostic::new(format!("a name is expected here, not a {}", other.type_name())).at(place));
                None
            }
            Err(problem) => {
                self.report(
                    problem
                        .at(place)
                        .hint("names of static imports are needed before any host is known: only extra variables can be in them"),
                );
                None
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
