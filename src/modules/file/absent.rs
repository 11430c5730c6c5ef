//! `state: absent`.

use super::{Task, states};
use crate::modules::{Change, Fields, Host, Outcome};

pub(super) fn ensure(task: &Task, host: &mut Host) -> Outcome {
    let shown = task.shown();
    match task.state() {
        "absent" => host.unchanged(format!("{shown} is absent already")),
        before => {
            let (before, after) = states(&task.path, before, "absent");
            host.change(Change::new(format!("remove {shown}")).states(before, after), |w| w.remove(&task.path))?;
        }
    }
    Ok(Fields::from_iter([("path".to_string(), shown.into()), ("state".to_string(), "absent".into())]))
}
