//! `dunlin`: plays the day on this machine, and looks at what came of it.
use app::ports::Clock;
use aws::clock::SystemClock;
use clap::{Parser, Subcommand};
use domain::ids::EntityId;
use dunlin::bundle::{Bundle, Folder, lock};
use dunlin::day::Day;
use dunlin::export::{Source, export};
use dunlin::own::Own;
use dunlin::screen::{Screen, write_line};
use dunlin::serve::Urls;
use dunlin::summary::{Ledger, summary};
use dunlin::{Stopped, contract, matching, operator, policy, read_mail, serve, simulators, state};
use std::path::PathBuf;
use std::process::ExitCode;

/// The files of a match do not read: nothing was decided.
const BAD_INPUT: u8 = 2;

#[derive(Parser)]
#[command(name = "dunlin", about = "Accounts-receivable automation: the whole bundle on one machine")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// End after the day, with exit code 0 only if every check of the summary holds.
    #[arg(long)]
    once: bool,
    /// Where state lives.
    #[arg(long, global = true, default_value = ".dunlin", value_name = "DIR")]
    data: PathBuf,
    /// One's own plan of the day (`day.json`) and event files, in place of those in `events`.
    #[arg(long, value_name = "DIR")]
    events: Option<PathBuf>,
    #[command(flatten)]
    own: Own,
}

#[derive(Subcommand)]
enum Command {
    /// Print a digest of balances, allocations, promises, holds, tasks, letters and the simulators' books.
    State,
    /// Check a dunning policy file; every fault is named with its place.
    Policy {
        #[command(subcommand)]
        command: PolicyCommand,
    },
    /// Write the whole ledger to a new folder as JSON lines, with a README.txt that says what each field is.
    Export {
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
        /// Leave personal text encrypted.
        #[arg(long)]
        sealed: bool,
        /// Instead of the data folder: DynamoDB's exports of a deployed bundle (infra/README.md).
        #[arg(long, requires = "keys", value_name = "DIR")]
        from: Option<PathBuf>,
        /// The value of the deployed bundle's secret `keys`.
        #[arg(long, requires = "from", value_name = "FILE")]
        keys: Option<PathBuf>,
    },
    /// Serve QuickBooks and Stripe alone, for tests against a deployed bundle.
    Simulators(simulators::Simulators),
    #[command(flatten)]
    Operator(operator::Operator),
    /// Match one's own files: a folder with customers, invoices and payments as JSON lines. Prints a line of JSON for
    /// every payment: which invoices it settles and why, or why a person must look.
    Match {
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Print a table by rule and outcome instead.
        #[arg(long)]
        summary: bool,
    },
    /// Measure how fast something works on this machine.
    Bench {
        #[command(subcommand)]
        what: BenchCommand,
    },
    /// Compare a DynamoDB with the table in memory: the cases of the table's contract, then random sequences.
    Contract(contract::Contract),
    /// Print what a mail says, as JSON: its own words, the signals in them, and the rules that found them.
    ReadMail(read_mail::ReadMail),
}

#[derive(Subcommand)]
enum BenchCommand {
    /// Payments decided a second, over a folder's ledger and copies of it under other names.
    Match {
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// How many invoices are open.
        #[arg(long, default_value_t = 100_000)]
        open: usize,
    },
}

#[derive(Subcommand)]
enum PolicyCommand {
    /// Validate the file, store it as a version and put it in force: in the data folder, or in a deployed bundle.
    Apply {
        file: PathBuf,
        /// The deployed bundle's connections table; region and credentials come from the environment.
        #[arg(long, requires = "entity", value_name = "NAME")]
        table: Option<String>,
        /// The legal entity that the policy is for.
        #[arg(long, requires = "table", value_name = "ID")]
        entity: Option<String>,
    },
}

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "error".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(stopped) => {
            tracing::error!("{stopped}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode, Stopped> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(Stopped::at("starting"))?;
    let folder = Folder(cli.data.clone());
    match &cli.command {
        Some(Command::State) => {
            let _lock = lock(&folder)?;
            let ledger = Ledger::read(state::records(&folder)?)?;
            write_line(state::digest(&folder, &ledger)?.trim_end());
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Policy { command: PolicyCommand::Apply { file, table, entity } }) => {
            let version = match (table, entity) {
                (Some(table), Some(entity)) => {
                    runtime.block_on(policy::apply_deployed(table, &EntityId::new(entity), file))?
                }
                _ => runtime.block_on(policy::apply(folder, file))?,
            };
            write_line(&format!("policy {version} is in force"));
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Export { to, sealed, from, keys }) => {
            let count = match (from, keys) {
                (Some(from), Some(keys)) => {
                    let source = runtime.block_on(Source::deployed(from, keys))?;
                    runtime.block_on(export(source, to, *sealed))?
                }
                _ => {
                    let _lock = lock(&folder)?;
                    let source = runtime.block_on(Source::local(&folder))?;
                    runtime.block_on(export(source, to, *sealed))?
                }
            };
            write_line(&format!("{count} records are in {}", to.display()));
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Simulators(given)) => {
            runtime.block_on(simulators::serve_alone(&folder, given))?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Operator(asked)) => runtime.block_on(operator::run(&folder, asked)),
        Some(Command::Match { folder, summary }) => {
            let done = if *summary {
                matching::summary::table(folder)
            } else {
                matching::summary::predictions(folder)
            };
            Ok(match done {
                Ok(()) => ExitCode::SUCCESS,
                Err(stopped) => {
                    tracing::error!("{stopped}");
                    ExitCode::from(BAD_INPUT)
                }
            })
        }
        Some(Command::Bench { what: BenchCommand::Match { folder, open } }) => {
            matching::bench::run(folder, *open)?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Contract(given)) => {
            write_line(&format!("equal: {}", runtime.block_on(contract::check(given))?));
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::ReadMail(given)) => {
            read_mail::run(given)?;
            Ok(ExitCode::SUCCESS)
        }
        None => runtime.block_on(play(&cli, folder)),
    }
}

/// The day to play: the shipped one, one's own, or what of the shipped one fits one's own vendors.
fn day(cli: &Cli) -> Result<Day, Stopped> {
    let shipped = PathBuf::from("events");
    let mut day = Day::read(cli.events.as_ref().unwrap_or(&shipped))?;
    day.has_made_up_company = cli.own.quickbooks_api.is_none();
    if cli.own.is_none() {
        return Ok(day);
    }
    for line in cli.own.told() {
        write_line(&line);
    }
    if cli.events.is_none() {
        let left_out = day.made_own(&cli.own, SystemClock.now().date_naive());
        let left_out: Vec<String> = left_out.iter().map(|(what, count)| format!("{count} {what}")).collect();
        write_line(&format!("of the shipped day, not played: {} (see --events)", left_out.join(", ")));
    }
    write_line(&format!("the day is {}", day.on));
    Ok(day)
}

async fn play(cli: &Cli, folder: Folder) -> Result<ExitCode, Stopped> {
    let day = day(cli)?;
    let start = day.on.and_time(chrono::NaiveTime::MIN).and_utc();
    let ports = if cli.once { None } else { Some(serve::take_ports().await?) };
    let urls = ports.as_ref().map_or_else(Urls::usual, |ports| ports.urls.clone());
    let mut bundle = Bundle::open(folder, start, &urls, &cli.own).await?;
    cli.own.keep(&bundle)?;
    let screen = Screen::new(day.steps.len().try_into().unwrap_or(0));
    let changes_before = bundle.changes_before()?;
    day.play(&mut bundle, &screen).await?;
    screen.done();
    let ledger = Ledger::read(state::records(&bundle.folder)?)?;
    let summary = summary(&bundle, &ledger)?;
    write_line("");
    for line in &summary.lines {
        write_line(line);
    }
    for failed in &summary.failed {
        write_line(&format!("CHECK FAILED  {failed}"));
    }
    write_line(&format!("items changed: {}", bundle.changes_since(&changes_before)?));
    if let Some(ports) = ports {
        serve::serve(&bundle, ports).await?;
    }
    Ok(if summary.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
