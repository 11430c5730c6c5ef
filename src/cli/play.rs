//! `rplay play`: runs playbooks.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::engine::{self, Event, Events, Options, Run, Verdict};
use crate::language::Diagnostic;
use crate::language::playbook::TagFilter;
use crate::output::{Lines, Ndjson, Progress, Reader, Redactor, render_problem};
use crate::transport::{self, HostKeyChecking};

use super::ask;
use super::config::Config;
use super::failure::Failure;
use super::listing;
use super::options::{Output, PlayOptions};
use super::prepare::{self, Prepared};
use super::say::say;

/// Runs the playbooks, or lists what is in them.
pub fn run(options: Box<PlayOptions>) -> Result<u8, Failure> {
    let config = Config::find();
    let prepared = prepare::prepare(&options.playbooks, &options.common, &config)?;
    let split =
        |given: &[String]| given.iter().flat_map(|t| t.split(',')).map(|t| t.trim().to_string()).filter(|t| !t.is_empty()).collect();
    let tags = TagFilter::new(split(&options.tags), split(&options.skip_tags));
    if options.list_hosts || options.list_tasks || options.list_tags {
        listing::print(&options.playbooks, &prepared.plan, &options, &tags);
        return Ok(0);
    }
    if options.syntax_check {
        say(format!("\nplaybook: {}", options.playbooks.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(" ")));
        return Ok(0);
    }
    let (engine, redactor) = engine_options(&options, &prepared, &config, tags)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|e| Diagnostic::new(format!("could not start: {e}")))?;
    let verdict = runtime.block_on(play(prepared, engine, &options, redactor.clone()));
    for problem in &verdict.problems {
        eprintln!("{}", redactor.text(&render_problem(problem)));
    }
    Ok(verdict.exit_code())
}

async fn play(prepared: Prepared, engine: Options, options: &PlayOptions, redactor: Redactor) -> Verdict {
    let (events, receiver) = Events::channel();
    let readers = readers(options, redactor);
    let shown = std::thread::spawn(move || show(receiver, readers));
    for message in prepared.warnings {
        events.emit(Event::Warning { message }).await;
    }
    let run = Run::new(engine, prepared.loader, events, prepared.inventory, prepared.playbook_dir);
    let interrupt = tokio::spawn(interrupts(run.clone()));
    let verdict = engine::execute(&run, &prepared.plan).await;
    interrupt.abort();
    let _ = interrupt.await;
    drop(run);
    // The reader ends when the last sender of events is gone.
    let _ = tokio::task::spawn_blocking(move || shown.join()).await;
    verdict
}

/// Ctrl-C ends what runs and starts nothing new; a second one ends the program.
async fn interrupts(run: Arc<Run>) {
    if tokio::signal::ctrl_c().await.is_ok() {
        run.cancel();
    }
    if tokio::signal::ctrl_c().await.is_ok() {
        std::process::exit(99);
    }
}

fn show(mut events: tokio::sync::mpsc::Receiver<Event>, mut readers: Vec<Box<dyn Reader>>) {
    while let Some(event) = events.blocking_recv() {
        readers.iter_mut().for_each(|reader| reader.read(&event));
        if matches!(event, Event::RunEnded { .. }) {
            break;
        }
    }
}

fn readers(options: &PlayOptions, redactor: Redactor) -> Vec<Box<dyn Reader>> {
    let terminal = std::io::stdout().is_terminal();
    let color = terminal && std::env::var_os("NO_COLOR").is_none() && std::env::var_os("ANSIBLE_NOCOLOR").is_none();
    let skipped = std::env::var("ANSIBLE_DISPLAY_SKIPPED_HOSTS").ok().and_then(|v| crate::modules::boolean(&v.into())).unwrap_or(true);
    let out = std::io::BufWriter::new(std::io::stdout());
    if options.output == Output::Ndjson {
        return vec![Box::new(Ndjson::new(out, redactor))];
    }
    if options.output == Output::Auto && !options.step && terminal && std::io::stderr().is_terminal() {
        let progress = Progress::new(redactor.clone());
        let lines = Lines::new(Above(progress.above(), Vec::new()), color, options.verbose, redactor);
        let lines = if skipped { lines } else { lines.without_skipped() };
        return vec![Box::new(lines), Box::new(progress)];
    }
    let lines = Lines::new(std::io::LineWriter::new(std::io::stdout()), color, options.verbose, redactor);
    vec![Box::new(if skipped { lines } else { lines.without_skipped() })]
}

/// Prints whole lines above the bars.
struct Above(indicatif::MultiProgress, Vec<u8>);

impl std::io::Write for Above {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.1.extend_from_slice(bytes);
        while let Some(end) = self.1.iter().position(|b| *b == b'\n') {
            let line: Vec<u8> = self.1.drain(..=end).collect();
            self.0.println(String::from_utf8_lossy(&line[..end]))?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn engine_options(options: &PlayOptions, prepared: &Prepared, config: &Config, tags: TagFilter) -> Result<(Options, Redactor), Failure> {
    let first = prepared.inventory_sources.first().map(PathBuf::from).filter(|path| path.exists());
    let inventory_file = first.and_then(|path| std::path::absolute(path).ok());
    let login = ask::password(options.ask_pass, options.connection_password_file.as_deref(), "SSH password: ")?;
    let escalate = ask::password(options.ask_become_pass, options.become_password_file.as_deref(), "BECOME password: ")?;
    let escalate = match (escalate, &login, options.ask_become_pass) {
        (Some(empty), Some(login), true) if empty.reveal().is_empty() => Some(login.clone()),
        (given, ..) => given,
    };
    let secrets = prepared.loader.settings().secrets.register().clone();
    [&login, &escalate].into_iter().flatten().for_each(|secret| secrets.add(secret.reveal()));
    let redactor = Redactor::new(secrets);
    let timeout = options.timeout.or_else(|| config.get("defaults", "timeout").and_then(|t| t.parse().ok()));
    let otherwise = transport::Defaults::default();
    let defaults = transport::Defaults {
        user: options.user.clone().or_else(|| config.get("defaults", "remote_user")),
        password: login,
        key: options.private_key.clone().or_else(|| config.get("defaults", "private_key_file").map(PathBuf::from)),
        connection: options.connection.clone(),
        timeout: timeout.map_or(otherwise.timeout, Duration::from_secs),
        host_key_checking: match (options.accept_new_host_keys, config.flag("defaults", "host_key_checking")) {
            (true, _) => HostKeyChecking::AcceptNew,
            (_, Some(false)) => HostKeyChecking::Off,
            _ => HostKeyChecking::Strict,
        },
        ssh_args: [&options.ssh_common_args, &options.ssh_extra_args].into_iter().flatten().cloned().collect::<Vec<_>>().join(" "),
        ..otherwise
    };
    let engine = Options {
        extra_vars: prepared.extra_vars.clone(),
        merge: config.get("defaults", "hash_behaviour").as_deref() == Some("merge"),
        check: options.check,
        diff: options.diff,
        verbosity: options.verbose,
        forks: options.forks,
        limit: options.common.limit.clone(),
        tags,
        start_at: options.start_at_task.clone(),
        escalate: engine::Escalation {
            wanted: options.escalate,
            method: options.become_method.clone(),
            user: options.become_user.clone(),
            password: escalate,
        },
        connect: defaults,
        links: transport::Settings::new(uuid::Uuid::new_v4().to_string(), options.forks),
        step: options.step,
        force_handlers: options.force_handlers,
        ask: ask::answer,
        edition: Default::default(),
        inventory_dir: inventory_file
            .as_ref()
            .map(|path| if path.is_dir() { path.clone() } else { path.parent().map_or_else(PathBuf::new, Path::to_path_buf) }),
        inventory_file,
    };
    Ok((engine, redactor))
}
