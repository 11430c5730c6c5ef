//! Lines that say where apt gets packages from.

/// One such line.
#[derive(Debug, PartialEq)]
pub struct Source {
    /// The line without its comment, words separated by one space.
    pub text: String,
    /// Whether it counts: it is not commented out.
    pub enabled: bool,
    comment: String,
}

impl Source {
    /// Reads a line; `None` when it is something else.
    pub fn parse(line: &str) -> Option<Source> {
        let line = line.trim();
        let (enabled, line) = line.strip_prefix('#').map_or((true, line), |rest| (false, rest));
        let (text, comment) = line.split_once('#').unwrap_or((line, ""));
        let words: Vec<&str> = text.split_whitespace().collect();
        matches!(words.first(), Some(&("deb" | "deb-src"))).then(|| Source {
            text: words.join(" "),
            enabled,
            comment: comment.trim().to_string(),
        })
    }

    fn line(&self) -> String {
        if self.comment.is_empty() { self.text.clone() } else { format!("{} # {}", self.text, self.comment) }
    }
}

/// `text` with every line for `source` enabled; `None` when there is none.
pub fn enable(text: &str, source: &str) -> Option<String> {
    let mut found = false;
    let mut after = String::new();
    for line in text.split_inclusive('\n') {
        let same = Source::parse(line).filter(|s| s.text == source);
        found |= same.is_some();
        match same.filter(|s| !s.enabled) {
            Some(same) => after.extend([same.line().as_str(), "\n"]),
            None => after.push_str(line),
        }
    }
    found.then_some(after)
}

/// `text` without the enabled lines for `source`.
pub fn remove(text: &str, source: &str) -> String {
    let stays = |line: &&str| Source::parse(line).is_none_or(|s| !s.enabled || s.text != source);
    text.split_inclusive('\n').filter(stays).collect()
}

/// `text` with a line for `source` at its end.
pub fn add(text: &str, source: &str) -> String {
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("{text}{end}{source}\n")
}

/// The name of the file for a new line: its address, in letters, digits and underscores; never its options or password.
pub fn file_name(source: &str) -> String {
    let (mut plain, mut depth) = (String::new(), 0_u32);
    for c in source.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            c if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    let address = plain.split_whitespace().find(|word| !matches!(*word, "deb" | "deb-src")).unwrap_or_default();
    let address = address.split_once("://").map_or(address, |(_, rest)| rest);
    let address = address.split_once('@').map_or(address, |(_, rest)| rest);
    address.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "# our mirror\ndeb  http://m/debian  stable main # fast\n#deb http://m/debian old main\n\ndeb-src http://m/debian stable main\n";

    #[test]
    fn finds_lines_however_they_are_spaced() {
        assert_eq!(enable(TEXT, "deb http://m/debian stable main").as_deref(), Some(TEXT));
        assert_eq!(enable(TEXT, "deb http://m/debian stable contrib"), None);
        let enabled = enable(TEXT, "deb http://m/debian old main").unwrap_or_default();
        assert_eq!(enabled, TEXT.replace("#deb", "deb"));
    }

    #[test]
    fn removes_what_counts() {
        assert_eq!(remove(TEXT, "deb http://m/debian old main"), TEXT);
        assert!(!remove(TEXT, "deb http://m/debian stable main").contains("fast"));
        assert_eq!(remove("deb a b c\n", "deb a b c"), "");
        assert_eq!(add("x", "deb a b"), "x\ndeb a b\n");
    }

    #[test]
    fn names_files_after_addresses() {
        assert_eq!(
            file_name("deb [arch=amd64 signed-by=/k.asc] https://u:p@download.docker.com/linux/debian bookworm stable"),
            "download_docker_com_linux_debian"
        );
        assert_eq!(file_name("deb-src http://a.b:80/c/ d"), "a_b_80_c");
    }
}
