use super::*;
use crate::language::playbook::{Loader, Settings};

fn plan_of(text: &str) -> (Plan, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("play.yml");
    std::fs::write(&path, text).unwrap();
    let loader = Loader::new(Settings::default());
    let plays = loader.playbook(&path);
    assert_eq!(loader.take_problems(), [], "the playbook is well formed");
    let (plan, problems) = build(&plays, &mut |_| vec!["a".into(), "b".into()]);
    (plan, problems.into_iter().map(|p| p.message).collect())
}

const CLUSTER: &str = "
- {name: preflight, hosts: all}
- {name: pki, hosts: all}
- {name: lb, hosts: lb, needs: [preflight]}
- {name: etcd, hosts: etcd, needs: [pki]}
- {name: end, hosts: all}
";

#[test]
fn plays_wait_for_what_they_need_and_else_for_all_before() {
    let (plan, problems) = plan_of(CLUSTER);
    assert_eq!(problems, [""; 0]);
    let after: Vec<Vec<usize>> = plan.stages().map(|(n, _)| plan.waits_for(n).iter().map(|b| b.index()).collect()).collect();
    assert_eq!(after, [vec![], vec![0], vec![0], vec![1], vec![2, 3]]);
}

#[test]
fn the_plan_can_be_drawn() {
    let (plan, _) = plan_of(CLUSTER);
    assert!(draw(&plan, Style::Text).contains("3. lb  (after preflight)\n   hosts: a, b"));
    assert!(draw(&plan, Style::Dot).contains("p0 -> p1 [style=dashed];\n  p0 -> p2;"));
    assert!(draw(&plan, Style::Mermaid).contains("p1 --> p3"));
}

#[test]
fn unknown_names_and_circles_are_reported() {
    let (_, problems) = plan_of("- {name: a, hosts: all, needs: [b]}\n- {name: b, hosts: all, needs: [a, c]}\n");
    assert_eq!(problems, ["no play is called 'c'", "the plays a, b wait for each other in a circle"]);
}
