//! What would mend a text that is not YAML: the usual slips, recognised in the line of the error.

/// For a template that begins a plain value.
pub(super) const QUOTE_TEMPLATE: &str = "a value that begins with {{ must be quoted: \"{{ … }}\"";

const TABS: &str = "indent with blanks: YAML forbids tabs there";
const QUOTE_COLON: &str = "quote the text when it holds a colon followed by a blank";
const QUOTE_SPECIAL: &str = "a value cannot begin with this character: quote it";
const QUOTE_REST: &str = "text after a closing quote is not part of the value: quote the whole value";

/// The hint for the error `info` in `line` (from one) of `text`, when a slip can be seen there or in the line before.
pub(super) fn for_error(info: &str, text: &str, line: usize) -> Option<&'static str> {
    if info.contains("found a tab") {
        return Some(TABS);
    }
    let lines: Vec<&str> = text.lines().skip(line.saturating_sub(2)).take(if line > 1 { 2 } else { 1 }).collect();
    lines.iter().rev().find_map(|line| slip(line))
}

fn slip(line: &str) -> Option<&'static str> {
    let trimmed = line.trim_start();
    let indent = &line[..line.len() - trimmed.len()];
    let value = value_of(trimmed);
    let checks: [(bool, &'static str); 5] = [
        (indent.contains('\t') || value.starts_with('\t'), TABS),
        (value.starts_with("{{") || value.starts_with("{%"), QUOTE_TEMPLATE),
        (value.starts_with(['@', '`', '%']), QUOTE_SPECIAL),
        (text_after_quote(value), QUOTE_REST),
        (!value.starts_with(['"', '\'', '{', '[', '|', '>']) && value.contains(": "), QUOTE_COLON),
    ];
    checks.into_iter().find(|(seen, _)| *seen).map(|(_, hint)| hint)
}

/// What follows the dashes and the key of a line.
fn value_of(trimmed: &str) -> &str {
    let item = trimmed.trim_start_matches("- ");
    item.split_once(": ").map_or(item, |(_, value)| value).trim_start_matches(' ')
}

fn text_after_quote(value: &str) -> bool {
    let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else { return false };
    let rest = value[1..].find(quote).map(|end| value[end + 2..].trim_start());
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['#', ':', quote, ',', ']', '}']))
}
