//! `PLAY RECAP`, in the form that tools read.

use std::sync::Arc;

use crate::engine::event::Counts;

use super::lines::Paint;

/// The lines of the recap.
pub fn lines(recap: &[(Arc<str>, Counts)], paint: Paint) -> Vec<String> {
    recap.iter().map(|(host, counts)| line(host, counts, paint)).collect()
}

fn line(host: &str, counts: &Counts, paint: Paint) -> String {
    let color = match () {
        () if counts.failed > 0 || counts.unreachable > 0 => "31",
        () if counts.changed > 0 => "33",
        () => "32",
    };
    let name = format!("{host:<26}");
    let fields = [
        ("ok", counts.ok),
        ("changed", counts.changed),
        ("unreachable", counts.unreachable),
        ("failed", counts.failed),
        ("skipped", counts.skipped),
        ("rescued", counts.rescued),
        ("ignored", counts.ignored),
    ];
    let fields: Vec<String> = fields.iter().map(|(name, n)| format!("{name}={n:<4}")).collect();
    format!("{} : {}", paint.with(color, &name), fields.join(" ")).trim_end().to_string() + " "
}
