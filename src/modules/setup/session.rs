//! Who the agent is and the environment it lives in.

use serde_json::{Map, Value as Json};

use super::Facts;
use crate::modules::Failure;
use crate::modules::accounts::passwd;

/// `env`: the agent's environment with the task's over it.
pub fn env(facts: &mut Facts) -> Result<(), Failure> {
    let own = std::env::vars_os().map(|(k, v)| (k.to_string_lossy().into_owned(), v.to_string_lossy().into_owned()));
    let task = facts.host.environment().iter().map(|(k, v)| (k.clone(), v.clone()));
    let env: Map<String, Json> = own.chain(task).map(|(k, v)| (k, v.into())).collect();
    facts.set("env", env);
    Ok(())
}

/// `user_* real_*_id effective_*_id`.
pub fn user(facts: &mut Facts) -> Result<(), Failure> {
    let (uid, euid) = (rustix::process::getuid().as_raw(), rustix::process::geteuid().as_raw());
    let (gid, egid) = (rustix::process::getgid().as_raw(), rustix::process::getegid().as_raw());
    for (name, id) in [("real_user_id", uid), ("effective_user_id", euid), ("real_group_id", gid), ("effective_group_id", egid)] {
        facts.set(name, id);
    }
    facts.set("user_uid", uid);
    facts.set("user_gid", gid);
    if let Some(user) = passwd::by_uid(uid) {
        for (name, value) in [("user_id", user.name), ("user_gecos", user.comment), ("user_dir", user.home), ("user_shell", user.shell)] {
            facts.set(name, value);
        }
    }
    Ok(())
}
