//! rplay, a declarative playbook engine.
#![forbid(unsafe_code)]
pub mod agent;
pub mod language;
pub mod modules;
pub mod plan;
pub mod transport;
