//! The text of an fstab.

/// The system's own.
pub const PATH: &str = "/etc/fstab";

/// A line of it.
pub struct Entry {
    /// What is mounted.
    pub src: String,
    /// Where; `none` for swap.
    pub name: String,
    /// The kind of file system.
    pub fstype: String,
    /// The options, separated by commas.
    pub opts: String,
    /// Whether `dump` saves it.
    pub dump: String,
    /// When it is checked at boot.
    pub passno: String,
}

impl Entry {
    fn fields(&self) -> [String; 6] {
        [&self.src, &self.name, &self.fstype, &self.opts, &self.dump, &self.passno].map(|field| escape(field))
    }
}

/// `text` with the entry in it: its line is brought up to date, or a line is added.
pub fn set(text: &str, entry: &Entry) -> String {
    let wanted = entry.fields();
    let (mut after, mut found) = (String::new(), false);
    for line in text.lines() {
        let same_place = fields(line).filter(|fields| is(fields, entry));
        found |= same_place.is_some();
        match same_place {
            Some(fields) if fields != wanted.each_ref().map(String::as_str) => after.push_str(&wanted.join(" ")),
            _ => after.push_str(line),
        }
        after.push('\n');
    }
    if !found {
        after.push_str(&wanted.join(" "));
        after.push('\n');
    }
    // A missing end of the last line alone is no reason to write.
    if after.strip_suffix('\n') == Some(text) { text.to_string() } else { after }
}

/// `text` without the entry.
pub fn unset(text: &str, entry: &Entry) -> String {
    let stays = |line: &&str| fields(line).is_none_or(|fields| !is(&fields, entry));
    text.split_inclusive('\n').filter(stays).collect()
}

/// Whether the line with these fields is the entry's: the same place, or for swap, which has none, the same source.
fn is(fields: &[&str; 6], entry: &Entry) -> bool {
    fields[1] == escape(&entry.name) && (entry.src.is_empty() || fields[1] != "none" || fields[2] != "swap" || fields[0] == entry.src)
}

/// The fields of a line; the last two may be left out.
fn fields(line: &str) -> Option<[&str; 6]> {
    let words: Vec<&str> = line.split('#').next()?.split_whitespace().collect();
    match words[..] {
        [src, name, fstype, opts] => Some([src, name, fstype, opts, "0", "0"]),
        [src, name, fstype, opts, dump] => Some([src, name, fstype, opts, dump, "0"]),
        [src, name, fstype, opts, dump, passno] => Some([src, name, fstype, opts, dump, passno]),
        _ => None,
    }
}

fn escape(field: &str) -> String {
    field.replace('\\', "\\134").replace(' ', "\\040").replace('&', "\\046")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(src: &str, name: &str, fstype: &str) -> Entry {
        let text = |text: &str| text.to_string();
        Entry { src: src.into(), name: name.into(), fstype: fstype.into(), opts: text("defaults"), dump: text("0"), passno: text("0") }
    }

    const TEXT: &str = "# top\n\n/dev/a  /a ext4 defaults 0 0 # kept\n/dev/b /b xfs ro\n/swap1 none swap sw 0 0";

    #[test]
    fn sets_one_line() {
        assert_eq!(set(TEXT, &entry("/dev/a", "/a", "ext4")), TEXT);
        assert!(set(TEXT, &entry("/dev/c", "/b", "xfs")).contains("\n/dev/c /b xfs defaults 0 0\n/swap1"));
        assert!(
            set(TEXT, &entry("/dev/c", "/my disk", "xfs")).ends_with("/swap1 none swap sw 0 0\n/dev/c /my\\040disk xfs defaults 0 0\n")
        );
        assert!(set(TEXT, &entry("/swap2", "none", "swap")).contains("/swap1 none swap sw 0 0\n/swap2 none swap defaults 0 0\n"));
        assert_eq!(set("", &entry("t", "/t", "tmpfs")), "t /t tmpfs defaults 0 0\n");
    }

    #[test]
    fn takes_lines_out() {
        assert_eq!(unset(TEXT, &entry("", "/b", "")), TEXT.replace("/dev/b /b xfs ro\n", ""));
        assert_eq!(unset(TEXT, &entry("", "/nope", "")), TEXT);
        assert_eq!(unset(TEXT, &entry("/other", "none", "swap")), TEXT);
    }
}
