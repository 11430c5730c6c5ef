//! `ping`: answers `pong`.

use super::{Args, Failure, Fields, Host, Module, Outcome, Param, Spec};

/// `data` (default `pong`) comes back as `ping`; `data: crash` fails. Source: ansible.builtin.ping.
pub const MODULE: Module =
    Module { names: &["ping"], collection: "ansible.builtin", spec: Spec::of(&[Param::str("data").default("pong")]), run };

fn run(args: &Args, _host: &mut Host) -> Outcome {
    match args.need("data")? {
        "crash" => Err(Failure::new("boom")),
        data => Ok(Fields::from_iter([("ping".to_string(), data.into())])),
    }
}
