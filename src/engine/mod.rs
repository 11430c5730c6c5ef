//! Walks the plan: scheduler, strategies, one task on one host, handlers. Emits events, prints nothing.

pub mod action;
mod attempt;
pub mod event;
mod handlers;
mod host;
mod hostvars;
mod jobs;
mod layers;
mod links;
mod looping;
mod magic;
mod meta;
pub mod outcome;
mod roles;
mod run;
mod scheduler;
mod scope;
mod stage;
mod stage_vars;
mod strategy;
mod vars_files;

pub use event::{Event, Events};
pub use run::{Escalation, Options, Run};
pub use scheduler::{Verdict, execute};
