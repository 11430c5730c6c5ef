//! rplay, a declarative playbook engine: Ansible's language, one static binary, no Python on hosts.
//!
//! # The house
//! ```text
//! cli        one file per verb: the only place that ends a process
//! language   text → values: yaml, inventory, playbook, template, vault
//! plan       playbook × inventory → an immutable graph of stages
//! engine     walks the plan: scheduler, strategies, tasks, handlers; emits events, prints nothing
//! transport  a link to one host: ssh, local; become; the agent's way there
//! agent      the program on the host: frames, task table, spool
//! modules    what runs on the host; one door to change anything
//! output     readers of the event stream
//! ```
//! Arrows run one way: `cli → {output, engine}`, `engine → {plan, transport, language}`, `plan → language`,
//! `transport → agent protocol`, `agent → modules`; whoever names a module's parameters may look at `modules`, which,
//! like `language`, knows nobody above it.
#![forbid(unsafe_code)]

pub mod agent;
pub mod cli;
pub mod engine;
pub mod language;
pub mod modules;
pub mod output;
pub mod plan;
pub mod transport;
