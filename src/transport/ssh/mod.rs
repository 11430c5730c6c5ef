//! SSH: configuration, host keys, logging in, channels.

mod auth;
pub mod config;
mod connection;
mod keys;
pub mod known_hosts;
mod stream;

pub use connection::{Connection, connect};
pub use keys::KeyRing;
