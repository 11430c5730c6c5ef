//! The links to hosts: one for each host, opened when it is first needed, kept for the whole run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::language::playbook::{Keyword, Task};
use crate::language::secret::Secret;
use crate::language::template;
use crate::language::{Diagnostic, Map, Value};
use crate::transport::{Become, Link, Method, Target, Unreachable};

use super::attempt::flag;
use super::host::HostState;
use super::scope::TaskScope;

/// Links by host.
#[derive(Default)]
pub struct Links(Mutex<HashMap<Way, Slot>>);

/// A host, and how it is reached where a task says otherwise than the host's variables.
type Way = (Arc<str>, Option<Target>);

/// A link that is open, or being opened by the first who needs it.
type Slot = Arc<OnceCell<Arc<Link>>>;

impl Links {
    /// The link to `at`, which is opened now if it is not open yet. Its variables are read in the host's own scope,
    /// under the play's and task's when the task runs on its own host.
    pub async fn to(&self, scope: &TaskScope, at: &Arc<HostState>) -> Result<Arc<Link>, Unreachable> {
        let foreign = (!Arc::ptr_eq(at, &scope.host)).then(|| TaskScope::of_host(&scope.run, at));
        let scope = foreign.as_ref().unwrap_or(scope);
        let target = || target(scope, at).map_err(|problem| Unreachable::new(problem.to_string()));
        let special = special(scope).then(target).transpose()?;
        let cell = {
            let mut links = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            links.entry((at.name.clone(), special.clone())).or_default().clone()
        };
        let open = || async {
            let target = special.map_or_else(target, Ok)?;
            Link::open(target, &scope.run.options.links, |_| ()).await.map(Arc::new)
        };
        cell.get_or_try_init(open).await.cloned()
    }

    /// Forgets the link to a host, so that the next task opens a new one.
    pub fn forget(&self, host: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(name, _), _| name.as_ref() != host);
    }

    /// Closes all links.
    pub async fn close(&self) {
        let cells: Vec<_> = self.0.lock().unwrap_or_else(PoisonError::into_inner).drain().collect();
        for (_, cell) in cells {
            if let Some(link) = cell.get() {
                link.close().await;
            }
        }
    }
}

/// Whether the task itself, or what includes it, may say how its host is reached.
fn special(scope: &TaskScope) -> bool {
    let Some(task) = &scope.task else { return false };
    let says = |vars: &Arc<Map>| vars.keys().any(|key| key.as_str().is_some_and(|name| name.starts_with("ansible_")));
    let keywords = [Keyword::Connection, Keyword::Port, Keyword::RemoteUser];
    task.keywords.vars.iter().any(says) || scope.params.iter().any(says) || keywords.iter().any(|k| task.keywords.get(*k).is_some())
}

fn target(scope: &TaskScope, at: &HostState) -> Result<Target, Diagnostic> {
    let problem = std::cell::RefCell::new(None);
    let lookup = |name: &str| -> Option<String> {
        let value = scope.given(name).or_else(|| keyword(scope, name))?;
        match template::resolve(&value, scope) {
            Ok(Value::Null | Value::Omit) => None,
            Ok(value) => {
                let text = template::text(&value);
                if name.ends_with("pass") || name.ends_with("password") || name.ends_with("passphrase") {
                    scope.run.secrets().add(&text);
                }
                Some(text)
            }
            Err(found) => {
                problem.borrow_mut().get_or_insert(found);
                None
            }
        }
    };
    let target = Target::from_vars(&at.name, &lookup, &scope.run.options.connect)?;
    match problem.into_inner() {
        Some(problem) => Err(problem),
        None => Ok(target),
    }
}

/// The keyword that stands behind a connection variable.
fn keyword(scope: &TaskScope, variable: &str) -> Option<Value> {
    let keyword = match variable {
        "ansible_connection" => Keyword::Connection,
        "ansible_port" => Keyword::Port,
        "ansible_user" => Keyword::RemoteUser,
        _ => return None,
    };
    scope.task.as_ref()?.keywords.get(keyword).cloned()
}

/// Whether and how a task on `at` becomes another user.
pub fn escalation(task: &Task, scope: &TaskScope, at: &Arc<HostState>) -> Result<Option<Become>, Diagnostic> {
    let foreign = (!Arc::ptr_eq(at, &scope.host)).then(|| TaskScope::of_host(&scope.run, at));
    let own = foreign.as_ref().unwrap_or(scope);
    let variable = |name: &str| -> Result<Option<String>, Diagnostic> {
        let value = own.given(name).map(|v| template::resolve(&v, own)).transpose()?;
        Ok(value.filter(|v| !matches!(v, Value::Null | Value::Omit)).map(|v| template::text(&v)))
    };
    let keyword = |keyword: Keyword| -> Result<Option<String>, Diagnostic> {
        let value = task.keywords.get(keyword).map(|v| template::resolve(v, scope)).transpose()?;
        Ok(value.filter(|v| !matches!(v, Value::Null | Value::Omit)).map(|v| template::text(&v)))
    };
    let defaults = &scope.run.options.escalate;
    let wanted = match variable("ansible_become")? {
        Some(text) => crate::modules::boolean(&text.into()).unwrap_or(false),
        None => flag(task, Keyword::Become, scope)?.unwrap_or(defaults.wanted),
    };
    if !wanted {
        return Ok(None);
    }
    let pick = |name: &str, key: Keyword, otherwise: &str| -> Result<String, Diagnostic> {
        Ok(variable(name)?.or(keyword(key)?).unwrap_or_else(|| otherwise.to_string()))
    };
    let password = match variable("ansible_become_password")?.or(variable("ansible_become_pass")?) {
        Some(text) => Some(Secret::new(text)),
        None => match variable("ansible_sudo_pass")? {
            Some(text) => Some(Secret::new(text)),
            None => defaults.password.clone(),
        },
    };
    if let Some(password) = &password {
        scope.run.secrets().add(password.reveal());
    }
    let method = pick("ansible_become_method", Keyword::BecomeMethod, &defaults.method)?;
    let user = pick("ansible_become_user", Keyword::BecomeUser, &defaults.user)?;
    let flags = pick("ansible_become_flags", Keyword::BecomeFlags, "")?;
    let method = Method::named(&method)
        .ok_or_else(|| Diagnostic::new(format!("there is no become method '{method}'")).hint("sudo, su and doas are known"))?;
    Ok(Some(Become { method, user, password, flags: (!flags.is_empty()).then_some(flags) }))
}
