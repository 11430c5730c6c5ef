//! Vaults made by other means are opened, and ours are opened again.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{Password, Secrets, is_encrypted};
use crate::language::yaml;

const HELLO: &str = "$ANSIBLE_VAULT;1.1;AES256
30303031303230333034303530363037303830393061306230633064306530663130313131323133
3134313531363137313831393161316231633164316531660a363338366263663030613735313861
39613534326331323633376638316432356565313534633334316364373734326462636162343161
3139353534323837320a303038313762653165656637363235373064363066656334353365366262
3132
";

/// `a: {b: "{{ c }}"}` under the password `other`.
const LABELLED: &str = "$ANSIBLE_VAULT;1.2;AES256;prod
32303231323232333234323532363237323832393261326232633264326532663330333133323333
3334333533363337333833393361336233633364336533660a663362616132333162393936333664
38636136323238346565336530626531393639656661303332363432383966353938613935303662
3036363639353936360a376432626232373362333662373963313839343133306466643265393237
63313930393032396533366666346136366532303532363932376338623361343137
";

fn secrets(passwords: &[(Option<&str>, &str)]) -> Secrets {
    let mut secrets = Secrets::default();
    for (label, text) in passwords {
        secrets.add(*label, Password::new(text).unwrap_or_else(|e| panic!("{e}")));
    }
    secrets
}

#[test]
fn vaults_are_opened() {
    let one = secrets(&[(None, "hunter2\n")]);
    assert_eq!(one.decrypt_text(HELLO).as_deref(), Ok("hello"));
    let both = secrets(&[(None, "hunter2"), (Some("prod"), "other")]);
    assert_eq!(both.decrypt_text(LABELLED).as_deref(), Ok("a: {b: \"{{ c }}\"}\n"));
    let mislabelled = secrets(&[(Some("prod"), "hunter2"), (Some("x"), "other")]);
    assert!(mislabelled.decrypt(LABELLED).is_ok());
}

#[test]
fn what_cannot_be_opened_says_why() {
    let one = secrets(&[(None, "hunter2")]);
    let table = [
        (LABELLED.to_string(), "none of the vault passwords opens the encrypted text (its label is prod)"),
        (HELLO.replace("1.1", "1.0"), "the header is not one of ansible-vault's"),
        (HELLO.replace("3132\n", "313\n"), "the encrypted text is damaged"),
        (HELLO.replace("3030303130", "zz30303130"), "the encrypted text is damaged"),
        (HELLO.replace("6262\n", "6263\n"), "none of the vault passwords opens"),
    ];
    for (text, expected) in table {
        let said = one.decrypt(&text).err().map(|e| e.message).unwrap_or_default();
        assert!(said.starts_with(expected), "{said}");
    }
    assert!(Secrets::default().decrypt(HELLO).is_err_and(|e| e.message.contains("no vault password was given")));
}

#[test]
fn what_is_sealed_can_be_opened() {
    let both = secrets(&[(None, "hunter2"), (Some("prod"), "other")]);
    for (plain, label) in [("", None), ("sixteen bytes!!!", None), ("ä\n", Some("prod"))] {
        let sealed = both.encrypt(plain.as_bytes(), label).unwrap_or_default();
        assert!(is_encrypted(&sealed) && sealed.lines().all(|line| line.len() <= 80));
        assert_eq!(sealed.lines().next().map(|l| l.ends_with(";prod")), Some(label.is_some()));
        assert_eq!(both.decrypt_text(&sealed).as_deref(), Ok(plain));
    }
    assert!(both.encrypt(b"x", Some("nope")).is_err());
}

#[test]
fn passwords_come_from_files_and_programs() {
    let directory = tempfile::tempdir().expect("a directory for the test");
    let write = |name: &str, text: &str, mode: u32| {
        let path = directory.path().join(name);
        fs::write(&path, text).expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("its mode");
        path
    };
    let plain = write("plain", "hunter2\n", 0o600);
    let program = write("program", "#!/bin/sh\necho hunter2\n", 0o700);
    let client = write("x-client.sh", "#!/bin/sh\n[ \"$1 $2\" = '--vault-id prod' ] && echo hunter2\n", 0o700);
    for path in [plain, program, client] {
        let password = Password::from_file(&path, "prod").unwrap_or_else(|e| panic!("{e}"));
        let mut secrets = Secrets::default();
        secrets.add(None, password);
        assert_eq!(secrets.decrypt_text(HELLO).as_deref(), Ok("hello"));
        assert_eq!(format!("{secrets:?}"), "{\"default\"}");
    }
    for path in [write("empty", "\n", 0o600), write("fails", "#!/bin/sh\nexit 3\n", 0o700), directory.path().join("none")] {
        let said = Password::from_file(&path, "prod").err().map(|e| e.message).unwrap_or_default();
        assert!(said.contains(&path.display().to_string()), "{said}");
    }
}

#[test]
fn yaml_holds_vaults() {
    let secrets = secrets(&[(None, "hunter2"), (None, "other")]);
    let indented: String = HELLO.lines().map(|line| format!("  {line}\n")).collect();
    let node = yaml::parse(&format!("v: !vault |\n{indented}"), "t.yml").unwrap_or_else(|e| panic!("{e}"));
    let value = node.to_value_with(&secrets).unwrap_or_else(|e| panic!("{e:?}"));
    assert_eq!(value.get("v").and_then(|v| v.as_str()), Some("hello"));
    assert!(node.to_value().is_ok_and(|v| v.has_templates()), "a locked value fails when it is used");

    let directory = tempfile::tempdir().expect("a directory for the test");
    let path = directory.path().join("all.yml");
    fs::write(&path, LABELLED).expect("a file");
    let (node, _) = yaml::load_with(&path, &secrets).unwrap_or_else(|e| panic!("{e}"));
    assert!(node.to_value().is_ok_and(|v| v.get("a").is_some_and(|a| a.has_templates())));
    assert!(yaml::load(&path).is_err_and(|e| e.to_string().contains("all.yml:1:1: the text is encrypted")));
}
