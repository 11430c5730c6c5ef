//! What a host says is data: whatever it looks like, it is never evaluated as a template or an expression.

use std::path::Path;
use std::process::Command;

/// Every way on which the words of a host come near an evaluation.
const PLAY: &str = r#"
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - command: cat said
      register: template
      args: {chdir: "{{ playbook_dir }}"}
    - command: cat expression
      register: expression
      args: {chdir: "{{ playbook_dir }}"}
    - command: cat broken
      register: broken
      args: {chdir: "{{ playbook_dir }}"}
    - debug: {msg: "{{ broken.stdout | from_yaml }}"}
    - ignore_errors: true
      block:
        - debug: {msg: "{{ template.stdout }} {{ template.stdout | from_yaml }}"}
        - set_fact: {fact: "{{ template.stdout | from_yaml }}", list: ["{{ template.stdout }}"]}
        - debug: {msg: "{{ fact }} {{ fact.a }} {{ list | map('upper') }}"}
        - debug: {var: fact.a}
        - debug: {var: "{{ expression.stdout }}"}
        - assert: {that: "{{ expression.stdout }}"}
        - assert: {that: ["{{ expression.stdout }}"]}
        - assert: {that: "{{ [expression.stdout] }}"}
        - assert: {that: "{{ expression.stdout_lines }}"}
        - debug: {msg: no}
          when: "{{ expression.stdout }}"
        - debug: {msg: no}
          when: ["{{ expression.stdout }}"]
        - debug: {msg: no}
          failed_when: "{{ expression.stdout }}"
        - debug: {msg: no}
          changed_when: "{{ expression.stdout }}"
        - debug: {msg: no}
          until: "{{ expression.stdout }}"
          retries: 1
          delay: 0
        - debug: {msg: "{{ item }}"}
          loop: "{{ template.stdout | from_yaml | dict2items }}"
        - debug: {msg: "{{ item }}"}
          with_items: ["{{ template.stdout }}"]
        - action: debug msg={{ template.stdout }}
        - set_fact: text={{ template.stdout }}
        - debug: {var: text}
        - add_host: {name: other, said: "{{ template.stdout }}"}
        - debug: {msg: "{{ hostvars.other.said }}"}
        - copy: {content: "{{ template.stdout }}", dest: "{{ playbook_dir }}/copied"}
        - debug: {msg: "{{ lookup('vars', 'text') }} {{ lookup('file', 'copied') }}"}
        - debug: {msg: "{{ ['a'] | map('regex_replace', 'a', template.stdout) | first }}"}
        - debug: {msg: "{{ template.stdout | to_json | from_json }}"}
"#;

fn run(dir: &Path, play: &str) -> String {
    std::fs::write(dir.join("play.yml"), play).expect("written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_rplay"));
    let output = command.current_dir(dir).env_remove("ANSIBLE_CONFIG").args(["-vv", "play.yml"]).output().expect("rplay starts");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn the_words_of_a_host_are_never_evaluated() {
    let dir = tempfile::tempdir().expect("a directory");
    let marker = dir.path().join("marker");
    let expression = format!("lookup('pipe', 'touch {}') == ''", marker.display());
    std::fs::write(dir.path().join("said"), format!("a: \"{{{{ {expression} }}}}\"")).expect("written");
    std::fs::write(dir.path().join("broken"), "a: 'half a {{ template'").expect("written");
    std::fs::write(dir.path().join("expression"), &expression).expect("written");
    let shown = run(dir.path(), PLAY);
    assert!(!marker.exists(), "{shown}");
    assert!(shown.contains("\"a\": \"half a {{ template\""), "{shown}");
    assert!(shown.contains("PLAY RECAP") && shown.contains("failed=0"), "{shown}");

    let own = format!("- hosts: localhost\n  gather_facts: false\n  tasks: [{{debug: {{msg: \"{{{{ {expression} }}}}\"}}}}]\n");
    let shown = run(dir.path(), &own);
    assert!(marker.exists(), "what the playbook says is not evaluated: {shown}");
}
