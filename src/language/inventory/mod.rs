//! Inventories: hosts, groups and their variables, host patterns, and the variable files beside them.
//!
//! [`Inventory::load`] reads every kind of source: INI and YAML files, kops' cluster specs, directories,
//! programs and literal lists.
//! [`pattern::select`] finds the hosts of a play; [`layers::Files`] gives the variable layers 3 to 10 of a host.

mod address;
mod directory;
mod edit;
mod ini;
mod kops;
pub mod layers;
mod literal;
mod load;
mod model;
mod order;
pub mod pattern;
mod range;
mod script;
mod words;
mod yaml;

#[cfg(test)]
mod tests;

pub use literal::literal;
pub use model::{Group, GroupId, Host, HostId, Inventory};
