//! What dnf says it would do.

/// A table's heading and what a result calls what stands below it.
const SECTIONS: [(&str, &str); 7] = [
    ("Installing", "Installed"),
    ("Reinstalling", "Installed"),
    ("Upgrading", "Installed"),
    ("Downgrading", "Installed"),
    ("Removing", "Removed"),
    ("Replacing", "Removed"),
    ("Switching", "Installed"),
];

/// The steps of a transaction as results name them: `Installed: tree-2.1.0-1.fc38.x86_64`. Both dnf 4 and 5 write a table with
/// a row a package: name, architecture, version, repository, size.
pub fn steps(output: &str) -> Vec<String> {
    let (mut verb, mut pending, mut steps) = (None, String::new(), Vec::new());
    for line in output.lines().take_while(|line| !line.starts_with("Transaction Summary")) {
        if !line.starts_with(' ') {
            let heading = line.trim_end().strip_suffix(':');
            verb = heading.and_then(|text| SECTIONS.iter().find(|(start, _)| text.starts_with(start))).map(|(_, verb)| *verb);
            continue;
        }
        let Some(verb) = verb else { continue };
        // A long name stands on a line of its own.
        pending.push_str(line);
        let row: Vec<&str> = pending.split_whitespace().collect();
        match row[..] {
            ["replacing", ..] => {}
            [name, architecture, version, ..] => steps.push(format!("{verb}: {name}-{}.{architecture}", version.trim_start_matches("0:"))),
            _ => continue,
        }
        pending.clear();
    }
    steps
}

/// The arguments that dnf found nothing for.
pub fn unknown(output: &str) -> Vec<String> {
    let names = output.lines().filter_map(|line| line.trim().strip_prefix("No match for argument: "));
    let mut names: Vec<String> = names.map(|name| name.trim().to_string()).collect();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_table_of_dnf_4() {
        let output = "Last metadata expiration check: 0:01:02 ago.\nDependencies resolved.\n=====\n Package   Arch   Version   Repository   Size\n=====\n\
            Installing:\n tree   x86_64   2.1.0-1.fc38   fedora   60 k\nInstalling dependencies:\n a-library-with-a-very-long-name\n        noarch \
            1:3-4   updates   1 M\nUpgrading:\n bash   x86_64   5.2-1   updates   1.8 M\n     replacing  sh.x86_64 1\nRemoving:\n nano  x86_64  7-1  \
            @System  2 M\n\nTransaction Summary\n=====\nInstall  2 Packages\n\nOperation aborted.\n";
        let wanted = [
            "Installed: tree-2.1.0-1.fc38.x86_64",
            "Installed: a-library-with-a-very-long-name-1:3-4.noarch",
            "Installed: bash-5.2-1.x86_64",
            "Removed: nano-7-1.x86_64",
        ];
        assert_eq!(steps(output), wanted);
    }

    #[test]
    fn reads_the_table_of_dnf_5() {
        let output = "Package   Arch   Version   Repository   Size\nInstalling:\n tree   x86_64   0:2.1.0-5.fc41   fedora   111.2 KiB\n\nTransaction \
            Summary:\n Installing:         1 package\n";
        assert_eq!(steps(output), ["Installed: tree-2.1.0-5.fc41.x86_64"]);
    }

    #[test]
    fn names_what_nobody_knows() {
        assert_eq!(unknown("No match for argument: nope\nError: Unable to find a match: nope\n"), ["nope"]);
        assert_eq!(steps("Dependencies resolved.\nNothing to do.\nComplete!\n").len(), 0);
    }
}
