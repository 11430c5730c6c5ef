//! The host's account files, read directly: a static binary has no name service switch.

/// `/etc/passwd`.
pub mod passwd {
    /// One account.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct User {
        /// Its login name.
        pub name: String,
        /// Its number.
        pub uid: u32,
        /// The number of its primary group.
        pub gid: u32,
        /// The comment field.
        pub comment: String,
        /// The home directory.
        pub home: String,
        /// The login shell.
        pub shell: String,
    }

    /// The accounts in the text of a passwd file; lines that are none are left out.
    pub fn parse(text: &str) -> impl Iterator<Item = User> {
        text.lines().filter_map(|line| {
            let [name, _, uid, gid, comment, home, shell] = super::fields(line)?;
            Some(User {
                name: name.into(),
                uid: uid.parse().ok()?,
                gid: gid.parse().ok()?,
                comment: comment.into(),
                home: home.into(),
                shell: shell.into(),
            })
        })
    }

    /// The account called `name` on this host.
    pub fn by_name(name: &str) -> Option<User> {
        parse(&text()).find(|u| u.name == name)
    }

    /// The account with the number `uid` on this host.
    pub fn by_uid(uid: u32) -> Option<User> {
        parse(&text()).find(|u| u.uid == uid)
    }

    fn text() -> String {
        super::read("/etc/passwd")
    }
}

/// `/etc/group`.
pub mod group {
    /// One group.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Group {
        /// Its name.
        pub name: String,
        /// Its number.
        pub gid: u32,
        /// The names of the accounts that belong to it beside those whose primary group it is.
        pub members: Vec<String>,
    }

    /// The groups in the text of a group file; lines that are none are left out.
    pub fn parse(text: &str) -> impl Iterator<Item = Group> {
        text.lines().filter_map(|line| {
            let [name, _, gid, members] = super::fields(line)?;
            let members = members.split(',').filter(|m| !m.is_empty()).map(str::to_string).collect();
            Some(Group { name: name.into(), gid: gid.parse().ok()?, members })
        })
    }

    /// Every group on this host.
    pub fn all() -> Vec<Group> {
        parse(&super::read("/etc/group")).collect()
    }
}

/// `/etc/shadow`.
pub mod shadow {
    /// How one account is secured. What is not set is -1, as in the system's own calls.
    #[derive(Clone, PartialEq, Eq)]
    pub struct Secret {
        /// The hash of the password; one that begins with `!` is locked.
        pub password: String,
        /// How many days the password is kept at least.
        pub min: i64,
        /// How many days the password is good for.
        pub max: i64,
        /// How many days before its end the user is warned.
        pub warn: i64,
        /// How many days after its end the account still works.
        pub inactive: i64,
        /// The day on which the account ends, counted from 1970.
        pub expires: i64,
    }

    /// What the text of a shadow file says of `name`.
    pub fn find(text: &str, name: &str) -> Option<Secret> {
        let [_, password, _, min, max, warn, inactive, expires, _] =
            text.lines().filter_map(super::fields).find(|fields: &[&str; 9]| fields[0] == name)?;
        let days = |field: &str| field.parse().unwrap_or(-1);
        let [min, max, warn, inactive, expires] = [min, max, warn, inactive, expires].map(days);
        Some(Secret { password: password.into(), min, max, warn, inactive, expires })
    }

    /// What this host's file says of `name`; nothing for those who may not read it.
    pub fn by_name(name: &str) -> Option<Secret> {
        find(&super::read("/etc/shadow"), name)
    }
}

/// The fields of `line`, which are separated by colons, when there are as many as asked for.
pub fn fields<const N: usize>(line: &str) -> Option<[&str; N]> {
    line.split(':').collect::<Vec<_>>().try_into().ok()
}

/// An account file that cannot be read knows no accounts.
fn read(path: &str) -> String {
    std::fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_accounts_and_groups() {
        let users: Vec<_> = passwd::parse("root:x:0:0:root:/root:/bin/bash\n+::::::\nbad\nu:x:7:8:A, B:/home/u:\n").collect();
        assert_eq!(users.iter().map(|u| u.name.as_str()).collect::<Vec<_>>(), ["root", "u"]);
        assert_eq!((users[1].uid, users[1].gid, users[1].comment.as_str(), users[1].shell.as_str()), (7, 8, "A, B", ""));
        let groups: Vec<_> = group::parse("adm:x:4:a,b\nempty:x:5:\n").collect();
        assert_eq!(groups[0].members, ["a", "b"]);
        assert!(groups[1].members.is_empty());
    }

    #[test]
    fn reads_how_accounts_are_secured() {
        let secret = shadow::find("root:*:1:0:99999:7:::\nu:!$6$x:2:1:90::14:20000:\n", "u");
        let days = secret.map(|s| (s.password, s.min, s.max, s.warn, s.inactive, s.expires));
        assert_eq!(days, Some(("!$6$x".to_string(), 1, 90, -1, 14, 20000)));
    }
}
