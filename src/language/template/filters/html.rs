//! HTML: entities, tags, attributes and links.

use std::sync::LazyLock;

use fancy_regex::Regex;

use super::{Family, python};
use crate::language::template::Call;
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[
    ("escape", |call| Ok(escape(&call.text()?).into())),
    ("e", |call| Ok(escape(&call.text()?).into())),
    ("forceescape", |call| Ok(escape(&call.text()?).into())),
    ("safe", |call| Ok(call.text()?.into())),
    ("striptags", striptags),
    ("xmlattr", xmlattr),
    ("urlize", urlize),
];

/// The text with HTML's special characters as entities.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&#34;").replace('\'', "&#39;")
}

/// `striptags`: the text without tags, each run of blanks as one.
fn striptags(call: &Call) -> Result<Value, Diagnostic> {
    let mut plain = String::new();
    let mut inside = false;
    for c in call.text()?.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => inside = false,
            c if !inside => plain.push(c),
            _ => {}
        }
    }
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    Ok(entities.iter().fold(words, |text, (entity, c)| text.replace(entity, c)).into())
}

/// `xmlattr(autospace=true)`: the mapping as attributes of an element.
fn xmlattr(call: &Call) -> Result<Value, Diagnostic> {
    let mut attributes = Vec::new();
    for (key, value) in call.mapping(call.defined_input()?)? {
        if !matches!(value, Value::Null | Value::Undefined(_)) {
            attributes.push(format!("{}=\"{}\"", escape(&key.to_string()), escape(&python::text(&value))));
        }
    }
    let space = if call.flag_arg(1, "autospace", true)? && !attributes.is_empty() { " " } else { "" };
    Ok(format!("{space}{}", attributes.join(" ")).into())
}

/// A word that is a URL, or a name of a host under a well-known domain.
const URL: &str =
    r"^(?i)(?:(?:https?://|www\.)[\w%.\[\]:-]+|(?:[\w%-]{2,63}\.)+(?:com|net|int|edu|gov|org|info|mil))(?::\d{1,5})?(?:[/?#]\S*)?$";

/// A word that is an address of mail.
const MAIL: &str = r"^\S+@\w[\w.-]*\.\w+$";

fn matches(pattern: &LazyLock<Option<Regex>>, word: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(word).unwrap_or(false))
}

/// `urlize(trim_url_limit, nofollow=false, target, rel)`: URLs and addresses of mail become links.
fn urlize(call: &Call) -> Result<Value, Diagnostic> {
    let limit = call.int_arg(1, "trim_url_limit")?.and_then(|limit| usize::try_from(limit).ok());
    let mut rel: Vec<String> = call.text_arg(4, "rel")?.unwrap_or_default().split_whitespace().map(str::to_string).collect();
    if call.flag_arg(2, "nofollow", false)? {
        rel.push("nofollow".into());
    }
    rel.push("noopener".into());
    rel.sort();
    rel.dedup();
    let mut attributes = format!(" rel=\"{}\"", escape(&rel.join(" ")));
    if let Some(target) = call.text_arg(3, "target")? {
        attributes.push_str(&format!(" target=\"{}\"", escape(&target)));
    }
    let text = escape(&call.text()?);
    Ok(text.split_inclusive(char::is_whitespace).map(|word| linked(word, limit, &attributes)).collect::<String>().into())
}

/// The word, as a link when it is something to link to.
fn linked(word: &str, limit: Option<usize>, attributes: &str) -> String {
    static URLS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(URL).ok());
    static MAILS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(MAIL).ok());
    let start = word.len() - word.trim_start_matches(['(', '<']).len();
    let end = word.trim_end().trim_end_matches([')', '.', ',', '>']).len().max(start);
    let (head, middle, tail) = (&word[..start], &word[start..end], &word[end..]);
    let link = if matches(&URLS, middle) {
        let scheme = if middle.starts_with("http://") || middle.starts_with("https://") { "" } else { "https://" };
        format!("<a href=\"{scheme}{middle}\"{attributes}>{}</a>", shortened(middle, limit))
    } else if matches(&MAILS, middle) {
        format!("<a href=\"mailto:{middle}\">{middle}</a>")
    } else {
        return word.to_string();
    };
    format!("{head}{link}{tail}")
}

fn shortened(url: &str, limit: Option<usize>) -> String {
    match limit {
        Some(limit) if url.chars().count() > limit => url.chars().take(limit).chain("...".chars()).collect(),
        _ => url.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use serde_json::json;

    #[test]
    fn marked_up() {
        let link = "visit <a href=\"http://a.com/x\" rel=\"noopener\">http://a.com/x</a> now and <a href=\"https://www.b.org\" rel=\"noopener\">www.b.org</a>.";
        let short = "<a href=\"http://a.com/x\" rel=\"nofollow noopener\" target=\"_blank\">htt...</a>";
        check(vec![
            ("escape", json!("<a href='x'>"), json!({}), json!("&lt;a href=&#39;x&#39;&gt;")),
            ("striptags", json!("<b>x</b>  &lt;y"), json!({}), json!("x <y")),
            ("xmlattr", json!([{"a": 1, "b": null}]), json!({}), json!(" a=\"1\"")),
            ("urlize", json!("visit http://a.com/x now and www.b.org."), json!({}), json!(link)),
            ("urlize", json!(["http://a.com/x", 3, true, "_blank"]), json!({}), json!(short)),
            ("urlize", json!("me@b.org a.b"), json!({}), json!("<a href=\"mailto:me@b.org\">me@b.org</a> a.b")),
        ]);
    }
}
