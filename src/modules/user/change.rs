//! What useradd, usermod and chage are asked for.

use jiff::Timestamp;

use super::super::accounts::group::Group;
use super::super::accounts::passwd::User;
use super::super::accounts::shadow::Secret;
use super::super::{Args, Failure};

/// An account as it is.
pub struct Account {
    /// Its entry.
    pub user: User,
    /// How it is secured; unknown to those who may not read that.
    pub secret: Option<Secret>,
    /// Every group of the host.
    pub groups: Vec<Group>,
}

impl Account {
    fn password(&self) -> &str {
        self.secret.as_ref().map(|s| s.password.as_str()).unwrap_or_default()
    }

    fn locked(&self) -> bool {
        self.password().starts_with('!')
    }

    /// Whether the account has another password than `hash`; a lock makes no difference.
    pub fn password_differs(&self, hash: &str) -> bool {
        self.password().trim_start_matches('!') != hash.trim_start_matches('!')
    }

    /// The groups that list the account, by name.
    fn member_of(&self) -> Vec<&str> {
        self.groups.iter().filter(|g| g.members.contains(&self.user.name)).map(|g| g.name.as_str()).collect()
    }
}

/// Words in the making.
#[derive(Default)]
struct Words(Vec<String>);

impl Words {
    fn add(&mut self, words: &[&str]) {
        self.0.extend(words.iter().map(|word| word.to_string()));
    }

    /// `option` with `value` when there is one.
    fn option(&mut self, option: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.add(&[option, &value.to_string()]);
        }
    }
}

/// The arguments of useradd for `name`.
pub fn useradd(args: &Args, name: &str, groups: &[Group]) -> Result<Vec<String>, Failure> {
    let mut words = Words::default();
    words.option("-u", args.int("uid"));
    if args.int("uid").is_some() && args.bool("non_unique") {
        words.add(&["-o"]);
    }
    words.option("-Z", args.str("seuser"));
    match args.str("group") {
        Some(group) => words.option("-g", Some(&find(groups, group)?.name)),
        None if groups.iter().any(|g| g.name == name) => words.add(&["-N"]),
        None => {}
    }
    let others = named(args, groups)?;
    words.option("-G", (!others.is_empty()).then(|| others.join(",")));
    for (param, option) in [("comment", "-c"), ("home", "-d"), ("shell", "-s")] {
        words.option(option, args.str(param));
    }
    words.option("-e", args.float("expires").map(date).transpose()?);
    words.option("-f", args.int("password_expire_account_disable"));
    if args.bool("create_home") {
        words.add(&["-m"]);
        words.option("-k", args.str("skeleton"));
        words.option("-K", args.str("umask").map(|umask| format!("UMASK={umask}")));
    } else {
        words.add(&["-M"]);
    }
    if args.bool("system") {
        words.add(&["-r"]);
    }
    for (param, key) in [("uid_min", "UID_MIN"), ("uid_max", "UID_MAX")] {
        words.option("-K", args.int(param).map(|n| format!("{key}={n}")));
    }
    words.add(&[name]);
    Ok(words.0)
}

/// The options of usermod; none when the account is as wanted. A new password brings its lock with it.
pub fn usermod(args: &Args, account: &Account, new_password: bool) -> Result<Vec<String>, Failure> {
    let (user, mut words) = (&account.user, Words::default());
    if let Some(uid) = args.int("uid").filter(|uid| *uid != i64::from(user.uid)) {
        words.option("-u", Some(uid));
        if args.bool("non_unique") {
            words.add(&["-o"]);
        }
    }
    if let Some(group) = args.str("group") {
        words.option("-g", Some(find(&account.groups, group)?.gid).filter(|gid| *gid != user.gid));
    }
    membership(args, account, &mut words)?;
    words.option("-c", args.str("comment").filter(|c| *c != user.comment));
    if let Some(home) = args.str("home").filter(|home| *home != user.home) {
        words.option("-d", Some(home));
        if args.bool("move_home") {
            words.add(&["-m"]);
        }
    }
    words.option("-s", args.str("shell").filter(|shell| *shell != user.shell));
    if let Some(expires) = args.float("expires") {
        let current = account.secret.as_ref().map_or(-1, |s| s.expires);
        let differs = if expires < 0.0 { current >= 0 } else { current != (expires / 86400.0).floor() as i64 };
        words.option("-e", differs.then(|| date(expires)).transpose()?);
    }
    let inactive = account.secret.as_ref().map(|s| s.inactive);
    words.option("-f", args.int("password_expire_account_disable").filter(|days| Some(*days) != inactive));
    match args.maybe_bool("password_lock").filter(|lock| !new_password && *lock != account.locked()) {
        Some(true) => words.add(&["-L"]),
        Some(false) => words.add(&["-U"]),
        None => {}
    }
    Ok(words.0)
}

/// The options of chage; none when the password ages as wanted.
pub fn chage(args: &Args, secret: Option<&Secret>) -> Vec<String> {
    let mut words = Words::default();
    let now = [("password_expire_min", "-m"), ("password_expire_max", "-M"), ("password_expire_warn", "-W")];
    let days = secret.map(|s| [s.min, s.max, s.warn]);
    for (at, (param, option)) in now.iter().enumerate() {
        words.option(option, args.int(param).filter(|wanted| days.map(|days| days[at]) != Some(*wanted)));
    }
    words.0
}

/// The groups beside the primary one: replaced, or with `append` only added to.
fn membership(args: &Args, account: &Account, words: &mut Words) -> Result<(), Failure> {
    if args.list("groups").is_none() {
        return Ok(());
    }
    let (wanted, current) = (named(args, &account.groups)?, account.member_of());
    let missing = wanted.iter().any(|name| !current.contains(&name.as_str()));
    let surplus = !args.bool("append") && current.iter().any(|name| !wanted.iter().any(|w| w == name));
    if missing || surplus {
        if args.bool("append") {
            words.add(&["-a"]);
        }
        words.add(&["-G", &wanted.join(",")]);
    }
    Ok(())
}

/// The names of the groups that a task lists, which may be numbers.
fn named(args: &Args, groups: &[Group]) -> Result<Vec<String>, Failure> {
    let listed = args.strings("groups").into_iter().map(|g| g.trim().to_string()).filter(|g| !g.is_empty());
    listed.map(|group| Ok(find(groups, &group)?.name.clone())).collect()
}

fn find<'g>(groups: &'g [Group], group: &str) -> Result<&'g Group, Failure> {
    let gid = group.parse().ok();
    let found = groups.iter().find(|g| Some(g.gid) == gid).or_else(|| groups.iter().find(|g| g.name == group));
    found.ok_or_else(|| Failure::missing(format!("Group {group} does not exist")))
}

/// The day of a time in seconds; before 1970 means never.
fn date(seconds: f64) -> Result<String, Failure> {
    if seconds < 0.0 {
        return Ok(String::new());
    }
    let time = Timestamp::from_second(seconds as i64).map_err(|e| format!("Invalid value for 'expires' {seconds}: {e}"))?;
    Ok(time.strftime("%Y-%m-%d").to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::super::accounts::{group, passwd, shadow};
    use super::*;

    fn args(given: Json) -> Args {
        let mut given = given.as_object().cloned().unwrap_or_default();
        given.insert("name".into(), "u".into());
        Args::bind(&super::super::MODULE, given).unwrap_or_default()
    }

    fn groups() -> Vec<Group> {
        group::parse("u:x:1000:\nsudo:x:27:u\nadm:x:4:\nroot:x:0:\n").collect()
    }

    fn modified(given: Json) -> String {
        let user = passwd::parse("u:x:1000:1000:C:/home/u:/bin/sh\n").next();
        let secret = shadow::find("u:!h:1:0:99999:7::20000:\n", "u");
        let account = user.map(|user| Account { user, secret, groups: groups() });
        account.map(|account| usermod(&args(given), &account, false).map_or_else(|f| f.msg, |words| words.join(" "))).unwrap_or_default()
    }

    #[test]
    fn asks_useradd() {
        let words = |given| useradd(&args(given), "u", &groups()).map_or_else(|f| f.msg, |words| words.join(" "));
        assert_eq!(words(json!({})), "-N -m u");
        assert_eq!(
            words(
                json!({"uid": 7, "non_unique": true, "group": "adm", "groups": "sudo, 0", "comment": "A B", "home": "/h", "shell": "/s", "system": true, "create_home": false})
            ),
            "-u 7 -o -g adm -G sudo,root -c A B -d /h -s /s -M -r u"
        );
        assert_eq!(
            words(json!({"expires": 1422403387, "skeleton": "/k", "umask": "077", "uid_min": 5})),
            "-N -e 2015-01-28 -m -k /k -K UMASK=077 -K UID_MIN=5 u"
        );
        assert_eq!(words(json!({"group": "nope"})), "Group nope does not exist");
        assert!(!words(json!({"password": "$6$secret"})).contains("secret"));
    }

    #[test]
    fn asks_usermod_for_what_differs() {
        let same = json!({"uid": 1000, "group": "u", "groups": ["sudo"], "comment": "C", "home": "/home/u", "shell": "/bin/sh", "expires": 1728000000, "password_lock": true});
        assert_eq!(modified(same), "");
        assert_eq!(modified(json!({"uid": 7, "group": 4, "comment": "", "shell": "/s"})), "-u 7 -g 4 -c  -s /s");
        assert_eq!(modified(json!({"groups": "adm", "append": true})), "-a -G adm");
        assert_eq!(modified(json!({"groups": "sudo", "append": true})), "");
        assert_eq!(modified(json!({"groups": "adm"})), "-G adm");
        assert_eq!(modified(json!({"groups": []})), "-G ");
        assert_eq!(modified(json!({"home": "/h", "move_home": true, "expires": -1, "password_lock": false})), "-d /h -m -e  -U");
    }

    #[test]
    fn asks_chage_for_what_differs() {
        let secret = shadow::find("u:h:1:0:90:7:::\n", "u");
        let words = |given| chage(&args(given), secret.as_ref()).join(" ");
        assert_eq!(words(json!({"password_expire_min": 0, "password_expire_max": 90})), "");
        assert_eq!(words(json!({"password_expire_max": 60, "password_expire_warn": 3})), "-M 60 -W 3");
    }
}
