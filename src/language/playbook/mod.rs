//! Playbooks: plays, blocks, tasks, handlers, roles, imports and includes, tags.
//!
//! [`Loader`] reads files and collects every mistake it meets; the types hold what was read, with keywords merged
//! over those around them and static imports already in place.

mod fields;
mod free_form;
mod keywords;
mod load_action;
mod load_import;
mod load_play;
mod load_role;
mod load_task;
mod loader;
mod play;
mod role;
mod search;
mod tags;
mod task;

pub use fields::nearest;
pub use free_form::Line;
pub use keywords::{Condition, Keyword, Keywords};
pub use load_role::{Gathered, RoleFiles, RoleUse};
pub use load_task::Surroundings;
pub use loader::{Gathering, Loader, Settings};
pub use play::{Play, Prompt, tasks_of};
pub use role::Role;
pub use search::find_file;
pub use tags::TagFilter;
pub use task::{Action, Block, Item, Loop, RoleTasks, Task};

/// The `name=value` pairs of a text, and the words that are none.
pub fn pairs(text: &str) -> Result<Line, String> {
    free_form::pairs(text)
}
