//! `rplay graph`: the plan, without connecting.

use crate::plan::{Style, draw};

use super::config::Config;
use super::failure::Failure;
use super::options::{Format, GraphOptions};
use super::prepare::prepare;
use super::say::say;

/// Prints the plan.
pub fn run(options: GraphOptions) -> Result<u8, Failure> {
    let prepared = prepare(&options.playbooks, &options.common, &Config::find())?;
    let style = match options.format {
        Format::Text => Style::Text,
        Format::Dot => Style::Dot,
        Format::Mermaid => Style::Mermaid,
    };
    say(draw(&prepared.plan, style).trim_end());
    Ok(0)
}
