//! Text as a comment of some language.

use super::Family;
use crate::language::template::Call;
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[("comment", comment)];

/// Comment styles: name, beginning, decoration of each line, end.
const STYLES: &[(&str, &str, &str, &str)] = &[
    ("plain", "", "# ", ""),
    ("erlang", "", "% ", ""),
    ("c", "", "// ", ""),
    ("cblock", "/*", " * ", " */"),
    ("xml", "<!--", " - ", "-->"),
];

/// `comment(style='plain', decoration, prefix, prefix_count=1, postfix, postfix_count=1, beginning, end, newline)`.
fn comment(call: &Call) -> Result<Value, Diagnostic> {
    let option = |name: &str| call.text_arg(usize::MAX, name);
    let wanted = call.text_arg(1, "style")?.unwrap_or_else(|| "plain".into());
    let found = STYLES.iter().find(|(name, ..)| *name == wanted);
    let (_, beginning, decoration, end) = found.ok_or_else(|| call.error(format!("Invalid style '{wanted}'")))?;
    let newline = option("newline")?.unwrap_or_else(|| "\n".into());
    let decoration = option("decoration")?.unwrap_or_else(|| decoration.to_string());
    let edge = |name: &str, default: &str| Ok::<_, Diagnostic>(option(name)?.unwrap_or_else(|| default.to_string()));
    let (beginning, end) = (edge("beginning", beginning)?, edge("end", end)?);
    let prefix = edge("prefix", decoration.trim_end())?.to_string() + &newline;
    let postfix = newline.clone() + &edge("postfix", decoration.trim_end())?;
    let body: Vec<String> = call.text()?.split(&newline).map(|line| format!("{decoration}{line}").trim_end().to_string()).collect();
    let beginning = if beginning.is_empty() { beginning } else { beginning + &newline };
    let end = if end.is_empty() { end } else { newline.clone() + &end };
    let before = prefix.repeat(call.size_arg(usize::MAX, "prefix_count", 1)?);
    let after = postfix.repeat(call.size_arg(usize::MAX, "postfix_count", 1)?);
    Ok(format!("{beginning}{before}{}{after}{end}", body.join(&newline)).into())
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use serde_json::json;

    #[test]
    fn styles() {
        check(vec![
            ("comment", json!("a\nb"), json!({}), json!("#\n# a\n# b\n#")),
            ("comment", json!(["a", "c"]), json!({}), json!("//\n// a\n//")),
            ("comment", json!(["a", "cblock"]), json!({}), json!("/*\n *\n * a\n *\n */")),
            ("comment", json!("a"), json!({"decoration": "! ", "prefix_count": 0, "postfix_count": 0}), json!("! a")),
        ]);
    }
}
