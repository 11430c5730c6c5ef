//! `pause`, `wait_for_connection`, `reboot`: tasks that wait on the controller.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value as Json;
use tokio::time::{Instant, timeout};

use crate::engine::outcome::{Outcome, fields};
use crate::language::playbook::Prompt;

use super::patience::Patience;
use super::{Call, remote};

/// The parameters of `reboot`.
pub const REBOOT: &[&str] = &[
    "msg",
    "pre_reboot_delay",
    "post_reboot_delay",
    "reboot_timeout",
    "connect_timeout",
    "test_command",
    "search_paths",
    "boot_time_command",
    "reboot_command",
];

/// The pause after the first look whether a host is back from its reboot, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// The parameters of `wait_for_connection`.
pub const CONNECTION: &[&str] = &["timeout", "connect_timeout", "delay", "sleep"];

fn seconds(call: &Call, name: &str, otherwise: f64) -> Duration {
    let given = call.text(name).and_then(|text| text.trim().parse::<f64>().ok());
    Duration::from_secs_f64(given.unwrap_or(otherwise).max(0.0))
}

/// Waits for `seconds` or `minutes`, else for the user's answer to `prompt`; where nobody can answer it goes on at once.
/// Source: ansible.builtin.pause.
pub async fn pause(call: Call<'_>) -> Outcome {
    let began = Instant::now();
    let start = now();
    let length = seconds(&call, "seconds", 0.0) + seconds(&call, "minutes", 0.0) * 60;
    let answer = match length.is_zero() {
        true => answered(&call).await,
        false => {
            call.scope.run.pause(length).await;
            String::new()
        }
    };
    let spent = began.elapsed();
    let entries = [
        ("changed", false.into()),
        ("rc", 0.into()),
        ("delta", spent.as_secs().into()),
        ("stdout", format!("Paused for {:?} seconds", (spent.as_secs_f64() * 100.0).round() / 100.0).into()),
        ("stderr", "".into()),
        ("start", start.into()),
        ("stop", now().into()),
        ("echo", call.flag("echo").unwrap_or(true).into()),
        ("user_input", answer.into()),
    ];
    Outcome::of(fields(entries))
}

fn now() -> String {
    jiff::Zoned::now().strftime("%Y-%m-%d %H:%M:%S%.6f").to_string()
}

/// What the user answers; nothing when nobody is there.
async fn answered(call: &Call<'_>) -> String {
    let prompt = Prompt {
        name: "pause".into(),
        prompt: call.text("prompt").unwrap_or_else(|| "Press enter to continue".into()),
        default: None,
        private: call.flag("echo") == Some(false),
    };
    let ask = call.scope.run.options.ask;
    tokio::task::spawn_blocking(move || ask(&prompt)).await.ok().flatten().unwrap_or_default()
}

/// Waits until the host answers, at most `timeout` (600) seconds. Source: ansible.builtin.wait_for_connection.
pub async fn wait_for_connection(call: Call<'_>) -> Outcome {
    let began = Instant::now();
    call.scope.run.pause(seconds(&call, "delay", 0.0)).await;
    let every = seconds(&call, "sleep", 1.0);
    // A host that is met for the first time is sent the agent.
    let limit = seconds(&call, "connect_timeout", 20.0);
    let patience = Patience { until: seconds(&call, "timeout", 600.0), pause: every, longest: every, limit };
    match answer(&call, patience).await {
        Ok(()) => Outcome::of(fields([("changed", false.into()), ("elapsed", began.elapsed().as_secs().into())])),
        Err(last) => Outcome::failed(format!("timed out waiting for the host to answer: {last}")),
    }
}

/// Tries until the host answers a ping; the error is the last try's.
async fn answer(call: &Call<'_>, patience: Patience) -> Result<(), String> {
    let last = Mutex::new("no answer".to_string());
    let ping = || async {
        let tried = remote::run(call, "ping", fields([])).await;
        if tried.goes_on() {
            return Some(());
        }
        let said = tried.result.get("msg").and_then(Json::as_str).unwrap_or("no answer");
        *last.lock().unwrap_or_else(PoisonError::into_inner) = said.to_string();
        None
    };
    match patiently(call, patience, ping).await {
        Some(()) => Ok(()),
        None => Err(last.into_inner().unwrap_or_else(PoisonError::into_inner)),
    }
}

/// Tries to reach the host until `attempt` gives something; a try that takes too long is dropped.
async fn patiently<T, A>(call: &Call<'_>, patience: Patience, attempt: impl Fn() -> A) -> Option<T>
where
    A: Future<Output = Option<T>>,
{
    let began = Instant::now();
    let limited = |limit| {
        let attempt = attempt();
        async move { timeout(limit, attempt).await.ok().flatten() }
    };
    patience.try_for(|| began.elapsed(), limited, |length| rest(call, length)).await
}

/// Waits before the next try, which makes a new connection; says whether there is to be one.
async fn rest(call: &Call<'_>, length: Duration) -> bool {
    call.scope.run.links.forget(&call.at.name);
    call.scope.run.pause(length).await;
    !call.scope.run.cancelled()
}

/// Restarts the host and waits until it is back with a new boot, at most `reboot_timeout` (600) seconds.
/// Source: ansible.builtin.reboot.
pub async fn reboot(call: Call<'_>) -> Outcome {
    let began = Instant::now();
    if call.check {
        return Outcome::of(fields([("changed", true.into()), ("rebooted", false.into()), ("elapsed", 0.into())]));
    }
    let before = match boot_id(&call).await {
        Ok(id) => id,
        Err(outcome) => return outcome,
    };
    let delay = seconds(&call, "pre_reboot_delay", 0.0).as_secs();
    let command = call.text("reboot_command").unwrap_or_else(|| "systemctl reboot || shutdown -r now || reboot".into());
    // The shell goes on after the link is gone, so that the command's own end does not matter.
    let detached = format!("nohup sh -c 'sleep {}; {}' >/dev/null 2>&1 &", delay.max(1), command.replace('\'', "'\\''"));
    let asked = remote::run(&call, "shell", fields([("_raw_params", detached.into())])).await;
    if !asked.goes_on() {
        return asked;
    }
    call.scope.run.pause(Duration::from_secs(delay) + seconds(&call, "post_reboot_delay", 0.0)).await;
    call.scope.run.links.forget(&call.at.name);
    let until = seconds(&call, "reboot_timeout", 600.0);
    let limit = seconds(&call, "connect_timeout", 5.0);
    let patience = Patience { until, pause: FIRST_PAUSE, longest: LONGEST_PAUSE, limit };
    let new_boot = || async { boot_id(&call).await.ok().filter(|now| *now != before) };
    if patiently(&call, patience, new_boot).await.is_none() {
        return Outcome::failed("Timed out waiting for the host to come back from its reboot");
    }
    let test = call.text("test_command").unwrap_or_else(|| "whoami".into());
    let tested = remote::run(&call, "shell", fields([("_raw_params", test.into())])).await;
    if !tested.goes_on() {
        return tested;
    }
    Outcome::of(fields([("changed", true.into()), ("rebooted", true.into()), ("elapsed", began.elapsed().as_secs().into())]))
}

async fn boot_id(call: &Call<'_>) -> Result<String, Outcome> {
    let read = remote::run(call, "slurp", fields([("src", "/proc/sys/kernel/random/boot_id".into())])).await;
    match read.result.get("content").and_then(Json::as_str) {
        Some(id) if read.goes_on() => Ok(id.to_string()),
        _ => Err(read),
    }
}
