//! One run: its options, its hosts, and what all stages share.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use indexmap::IndexMap;

use crate::language::inventory::{Inventory, layers::Files, pattern};
use crate::language::playbook::{Loader, Prompt, TagFilter, Task};
use crate::language::secret::{Register, Secret};
use crate::language::{Diagnostic, Edition, Key, Map, Value};
use crate::transport;

use super::event::Events;
use super::host::HostState;
use super::jobs::Jobs;
use super::layers;
use super::links::Links;

/// What the command line and the configuration say about a run.
pub struct Options {
    /// `-e`.
    pub extra_vars: Arc<Map>,
    /// `hash_behaviour=merge`: mappings of the same name are joined.
    pub merge: bool,
    /// `--check`.
    pub check: bool,
    /// `--diff`.
    pub diff: bool,
    /// `-v`.
    pub verbosity: u8,
    /// `--forks`: how many hosts work at once.
    pub forks: usize,
    /// `--limit`.
    pub limit: Option<String>,
    /// `--tags` and `--skip-tags`.
    pub tags: TagFilter,
    /// `--start-at-task`.
    pub start_at: Option<String>,
    /// `--become` and its like: used where neither keyword nor variable says otherwise.
    pub escalate: Escalation,
    /// How hosts are reached where their variables do not say.
    pub connect: transport::Defaults,
    /// What all links have in common.
    pub links: transport::Settings,
    /// `--step`: the user is asked before every task.
    pub step: bool,
    /// `--force-handlers`.
    pub force_handlers: bool,
    /// Asks the user one of the questions of `vars_prompt`; `None` when nobody can answer.
    pub ask: fn(&Prompt) -> Option<String>,
    /// The edition of the language.
    pub edition: Edition,
    /// The directory of the inventory.
    pub inventory_dir: Option<PathBuf>,
    /// The inventory.
    pub inventory_file: Option<PathBuf>,
}

/// As whom tasks run where neither keyword nor variable says otherwise.
#[derive(Clone)]
pub struct Escalation {
    /// `--become`.
    pub wanted: bool,
    /// `--become-method`.
    pub method: String,
    /// `--become-user`.
    pub user: String,
    /// `--ask-become-pass`.
    pub password: Option<Secret>,
}

/// What all stages of a run share.
pub struct Run {
    pub options: Options,
    pub loader: Loader,
    pub events: Events,
    pub links: Links,
    pub jobs: Jobs,
    inventory: RwLock<Shared>,
    hosts: Mutex<IndexMap<Arc<str>, Arc<HostState>>>,
    next_task: AtomicU64,
    started: AtomicBool,
    /// One question at a time, of stages that run side by side too.
    question: tokio::sync::Semaphore,
    /// The user wants to be asked no more.
    unasked: AtomicBool,
    pub(super) cancel: tokio::sync::watch::Sender<bool>,
    pub(super) slots: Arc<tokio::sync::Semaphore>,
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Run")
    }
}

/// The inventory and what is computed from it once.
struct Shared {
    inventory: Inventory,
    files: Files,
    groups: OnceLock<Value>,
}

impl Run {
    /// A run over `inventory`; `playbook_dir` is where `group_vars` beside the playbook are.
    pub fn new(options: Options, loader: Loader, events: Events, inventory: Inventory, playbook_dir: PathBuf) -> Arc<Run> {
        let files = Files::new(&inventory, Some(&playbook_dir), &loader.settings().secrets);
        let slots = Arc::new(tokio::sync::Semaphore::new(options.forks.max(1)));
        Arc::new(Run {
            links: Links::default(),
            jobs: Jobs::default(),
            inventory: RwLock::new(Shared { inventory, files, groups: OnceLock::new() }),
            hosts: Mutex::default(),
            next_task: AtomicU64::new(1),
            started: AtomicBool::new(false),
            question: tokio::sync::Semaphore::new(1),
            unasked: AtomicBool::new(!options.step),
            cancel: tokio::sync::watch::Sender::new(false),
            slots,
            options,
            loader,
            events,
        })
    }

    /// Waits, but not beyond the end of the run.
    pub async fn pause(&self, length: Duration) {
        if length.is_zero() {
            return;
        }
        let mut cancel = self.cancel.subscribe();
        tokio::select! {
            () = tokio::time::sleep(length) => {}
            _ = cancel.wait_for(|stop| *stop) => {}
        }
    }

    /// Whether `--start-at-task` has been reached.
    pub fn reached(&self, task: &Task) -> bool {
        let Some(start) = &self.options.start_at else { return true };
        let own = task.name.as_ref().and_then(Value::as_str).unwrap_or_default();
        let matches = |pattern: &str, text: &str| glob::Pattern::new(pattern).map_or(pattern == text, |p| p.matches(text));
        if task.implicit || matches(start, own) || matches(start, &task.title()) {
            if !task.implicit {
                self.started.store(true, Ordering::Relaxed);
            }
            return true;
        }
        self.started.load(Ordering::Relaxed)
    }

    /// `--step`: whether the user lets this task run.
    pub async fn allowed(&self, task: &str) -> bool {
        if self.unasked.load(Ordering::Relaxed) {
            return true;
        }
        let Ok(_question) = self.question.acquire().await else { return false };
        if self.unasked.load(Ordering::Relaxed) {
            return true;
        }
        let prompt = format!("Perform task: TASK: {task} (N)o/(y)es/(c)ontinue");
        let prompt = Prompt { name: "step".into(), prompt, default: None, private: false };
        let ask = self.options.ask;
        let answer = tokio::task::spawn_blocking(move || ask(&prompt)).await.ok().flatten().unwrap_or_default();
        match answer.trim().to_lowercase().as_str() {
            "y" | "yes" => true,
            "c" | "continue" => {
                self.unasked.store(true, Ordering::Relaxed);
                true
            }
            _ => false,
        }
    }

    /// The state of a host that a task names: one outside the inventory is made up.
    pub fn host_or_new(&self, name: &str) -> Arc<HostState> {
        self.host(name).unwrap_or_else(|| {
            let host = Arc::new(HostState::new(name.into(), Arc::default()));
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            hosts.entry(host.name.clone()).or_insert(host).clone()
        })
    }

    /// Asks the run to stop: tasks that run are ended, nothing new begins.
    pub fn cancel(&self) {
        self.cancel.send_replace(true);
    }

    /// Whether the run was asked to stop.
    pub fn cancelled(&self) -> bool {
        *self.cancel.borrow()
    }

    /// Where secrets are told that must not be shown.
    pub fn secrets(&self) -> &Register {
        self.loader.settings().secrets.register()
    }

    /// A number no other task of the run has.
    pub fn task_id(&self) -> u64 {
        self.next_task.fetch_add(1, Ordering::Relaxed)
    }

    fn shared<T>(&self, read: impl FnOnce(&Shared) -> T) -> T {
        read(&self.inventory.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The state of host `name`; `None` when the inventory has no such host.
    pub fn host(&self, name: &str) -> Option<Arc<HostState>> {
        if let Some(host) = self.hosts.lock().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Some(host.clone());
        }
        let (name, vars) = self.shared(|s| Some((s.inventory.host(name)?.name.clone(), self.layered_vars(s, name))))?;
        let host = Arc::new(HostState::new(name.clone(), vars));
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        Some(hosts.entry(name).or_insert(host).clone())
    }

    fn layered_vars(&self, shared: &Shared, name: &str) -> Arc<Map> {
        let Some(id) = shared.inventory.host_id(name) else { return Arc::default() };
        match shared.files.for_host(&shared.inventory, id) {
            Ok(layers) => match layers.as_slice() {
                [only] => only.vars.clone(),
                layers => Arc::new(layers::joined(layers.iter().map(|layer| layer.vars.as_ref()), self.options.merge)),
            },
            Err(problems) => {
                problems.into_iter().for_each(|p| self.loader.report(p));
                Arc::default()
            }
        }
    }

    /// All hosts that did something, in order of their first appearance.
    pub fn seen_hosts(&self) -> Vec<Arc<HostState>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// The file that names a host first.
    pub fn inventory_file(&self, host: &str) -> Option<PathBuf> {
        let file = self.shared(|s| s.inventory.host(host)?.file.clone())?;
        std::path::absolute(file.as_path()).ok()
    }

    /// Whether the host is the controller, which no inventory names.
    pub fn is_implicit(&self, host: &str) -> bool {
        self.shared(|s| s.inventory.host(host).is_some_and(|host| host.implicit))
    }

    /// The names of all hosts of the inventory.
    pub fn host_names(&self) -> Vec<Arc<str>> {
        self.shared(|s| s.inventory.hosts().filter(|(_, host)| !host.implicit).map(|(_, host)| host.name.clone()).collect())
    }

    /// The hosts that a pattern selects, with what should be warned of.
    pub fn select(&self, pattern: &str) -> Result<(Vec<Arc<str>>, Vec<String>), Diagnostic> {
        self.shared(|s| {
            let selection = pattern::select(&s.inventory, pattern, self.options.limit.as_deref())?;
            let names = selection.hosts.iter().map(|id| s.inventory[*id].name.clone()).collect();
            Ok((names, selection.warnings.into_iter().map(|w| w.message).collect()))
        })
    }

    /// The magic variable `groups`.
    pub fn groups(&self) -> Value {
        self.shared(|s| s.groups.get_or_init(|| groups_value(&s.inventory)).clone())
    }

    /// The magic variable `group_names`.
    pub fn group_names(&self, host: &str) -> Value {
        self.shared(|s| {
            let Some(id) = s.inventory.host_id(host) else { return Value::list(Vec::new()) };
            let mut names: Vec<Arc<str>> = s.inventory.groups_of(id).iter().map(|group| group.name.clone()).collect();
            names.retain(|name| name.as_ref() != "all");
            names.sort();
            names.into_iter().map(Value::Str).collect()
        })
    }

    /// Changes the inventory (`add_host`, `group_by`); hosts then see their new groups' variables.
    pub fn change_inventory(&self, change: impl FnOnce(&mut Inventory) -> bool) -> bool {
        let mut shared = self.inventory.write().unwrap_or_else(PoisonError::into_inner);
        let changed = change(&mut shared.inventory);
        if changed {
            shared.groups = OnceLock::new();
            for host in self.seen_hosts() {
                host.set_inventory(self.layered_vars(&shared, &host.name));
            }
        }
        changed
    }
}

fn groups_value(inventory: &Inventory) -> Value {
    let names = |group| inventory.hosts_of(group).into_iter().map(|id| Value::Str(inventory[id].name.clone())).collect();
    Value::map(inventory.groups().map(|(id, group)| (Key::Str(group.name.clone()), names(id))).collect())
}
