//! The program on the host: frames in, frames out, a table of tasks.
//!
//! The controller half of the protocol lives in `transport`; both speak [`protocol`].

pub mod protocol;
