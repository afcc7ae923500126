//! The repository keeps its own rules: which crate may use which, what has a template entry and events, what files
//! may hold and how long they may be.
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Lines of a file that is no test.
const LINES_MAX: usize = 500;
const TOP_LEVEL: [&str; 8] =
    ["Cargo.lock", "Cargo.toml", "LICENSE", "README.md", "events", "functions", "infra", "shared"];
/// Beside those: this package, and what is not part of the repository.
const TOP_LEVEL_OTHERS: [&str; 2] = ["tests", "target"];
/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 7] = ["utils", "common", "helpers", "manager", "service", "types", "misc"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn text(path: &Path) -> String {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    // Some fixtures are in older encodings on purpose.
    String::from_utf8_lossy(&bytes).into_owned()
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Every file of a kind below a folder.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for name in names(&folder) {
            let path = folder.join(&name);
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn sources() -> Vec<PathBuf> {
    ["functions", "shared", "infra", "tests"]
        .iter()
        .flat_map(|part| files(&root().join(part), "rs"))
        .collect()
}

/// Tests beside the code, and the packages of tests.
fn is_test(path: &Path) -> bool {
    let relative = path.strip_prefix(root()).unwrap();
    let text = relative.to_string_lossy();
    text.starts_with("tests/") || text.contains("/tests/") || text.ends_with("tests.rs")
}

fn functions() -> BTreeSet<String> {
    names(&root().join("functions"))
}

/// The dependencies that a package's manifest names, those for its own tests left out.
fn dependencies(package: &str) -> BTreeSet<String> {
    let manifest: toml::Table = text(&root().join(package).join("Cargo.toml")).parse().unwrap();
    manifest["dependencies"].as_table().unwrap().keys().cloned().collect()
}

#[test]
fn dependencies_point_one_way() {
    let ours: BTreeSet<String> = ["domain", "connectors", "app", "aws", "dunlin", "sim", "tests"]
        .map(String::from)
        .into_iter()
        .chain(functions())
        .collect();
    let of_ours = |package: &str| -> BTreeSet<String> { &dependencies(package) & &ours };
    let set = |names: &[&str]| -> BTreeSet<String> { names.iter().map(|name| (*name).to_owned()).collect() };
    assert_eq!(of_ours("shared/domain"), set(&[]));
    assert_eq!(of_ours("shared/connectors"), set(&["domain"]));
    assert_eq!(of_ours("shared/app"), set(&["connectors", "domain"]));
    let aws = of_ours("shared/aws");
    assert!(aws.is_subset(&set(&["app", "connectors", "domain"])), "shared/aws uses {aws:?}");
    for function in functions() {
        let used = of_ours(&format!("functions/{function}"));
        assert!(used.is_subset(&set(&["app", "aws", "connectors", "domain"])), "{function} uses {used:?}");
    }
    for package in ["shared/domain", "shared/connectors", "shared/app"] {
        let foreign: Vec<String> = dependencies(package)
            .into_iter()
            .filter(|name| name.starts_with("aws") || name.contains("lambda"))
            .collect();
        assert!(foreign.is_empty(), "{package} uses {foreign:?}");
    }
    for (package, name) in
        [("shared/domain", "tokio"), ("shared/connectors", "tokio"), ("shared/domain", "http")]
    {
        assert!(!dependencies(package).contains(name), "{package} uses {name}");
    }
}

/// Planted bugs come into a build by `sim` alone: nothing else asks for them, and nobody asks for `sim` with them.
#[test]
fn only_the_simulation_plants_bugs() {
    let manifest =
        |path: &str| -> toml::Table { text(&root().join(path).join("Cargo.toml")).parse().unwrap() };
    let sim = manifest("tests/sim");
    assert_eq!(sim["features"]["mutants"].as_array().unwrap().len(), 1);
    assert_eq!(sim["features"]["default"].as_array().unwrap().len(), 1);
    let ours = manifest("");
    let members = ours["workspace"]["default-members"].as_array().unwrap();
    assert!(!members.iter().any(|member| member.as_str() == Some("tests/sim")), "sim is a default member");
    let shared = &ours["workspace"]["dependencies"]["sim"];
    assert_eq!(shared["default-features"].as_bool(), Some(false), "sim is used with its default features");
    let others = ["shared/domain", "shared/connectors", "shared/app", "shared/aws", "infra/local", "tests"];
    let functions = functions().into_iter().map(|name| format!("functions/{name}"));
    for package in others.iter().map(|name| (*name).to_owned()).chain(functions) {
        let text = text(&root().join(&package).join("Cargo.toml"));
        let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        let named: Vec<&str> = lines.filter(|line| line.contains("mutants")).collect();
        let is_source = package == "shared/domain" && named == ["mutants = []"];
        assert!(named.is_empty() || is_source, "{package} names the feature: {named:?}");
    }
}

#[test]
fn every_planted_bug_is_named_once_in_the_list_and_in_the_code() {
    let list = text(&root().join("tests/sim/src/mutants.rs"));
    let (_, list) = list.split_once("pub const MUTANTS").unwrap();
    let (list, _) = list.split_once("];").unwrap();
    let listed: BTreeSet<String> = list.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    let mut planted = BTreeSet::new();
    for path in sources().iter().filter(|path| !is_test(path) && !path.ends_with("mutants.rs")) {
        let text = text(path);
        for part in text.split("mutant!(\"").skip(1) {
            planted.insert(part.split('"').next().unwrap().to_owned());
        }
    }
    assert_eq!(listed, planted);
    assert!(listed.len() >= 25, "{} planted bugs", listed.len());
}

#[test]
fn only_main_uses_aws() {
    for function in functions() {
        for path in files(&root().join("functions").join(&function), "rs") {
            if path.ends_with("src/main.rs") {
                continue;
            }
            let uses = text(&path).lines().any(|line| {
                let line = line.trim_start();
                !line.starts_with("//") && (line.contains("aws::") || line.contains("aws_sdk"))
            });
            assert!(!uses, "{} uses shared/aws", path.display());
        }
    }
}

#[test]
fn the_domain_has_no_floats() {
    for path in files(&root().join("shared/domain/src"), "rs") {
        for (at, line) in text(&path).lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let has = code.split(|c: char| !c.is_alphanumeric()).any(|word| word == "f32" || word == "f64");
            assert!(!has, "{}, line {}: a float", path.display(), at + 1);
        }
    }
}

#[test]
fn every_function_is_in_the_template_and_has_a_good_and_a_bad_event() {
    let template = text(&root().join("infra/template.yaml"));
    for function in functions() {
        let entry = format!("CodeUri: ../target/lambda/{function}\n");
        assert!(template.contains(&entry), "infra/template.yaml has no function {function}");
        let events: Vec<String> = names(&root().join("events").join(&function)).into_iter().collect();
        let is_bad = |name: &String| BAD.iter().any(|word| name.contains(word));
        assert!(events.iter().any(|name| !is_bad(name)), "events/{function} has no good event: {events:?}");
        assert!(events.iter().any(is_bad), "events/{function} has no bad event: {events:?}");
    }
    let known: BTreeSet<String> = names(&root().join("events"));
    let others: Vec<&String> =
        known.iter().filter(|name| *name != "day.json" && !functions().contains(*name)).collect();
    assert!(others.is_empty(), "events of no function: {others:?}");
}

/// Words in an event's name that say what is wrong with it.
const BAD: [&str; 13] = [
    "bad",
    "forged",
    "stale",
    "truncated",
    "broken",
    "unreadable",
    "garbage",
    "cut",
    "unsigned",
    "unknown",
    "duplicate",
    "spoofed",
    "wrong",
];

#[test]
fn messages_among_the_events_read_or_are_bad() {
    use app::messages::{
        CashApplicationDue, DunningDue, ErpPageDue, ErpPullDue, EventSweepDue, LetterDue, TickDue,
        WebhookReceived, WriteBackDue, read,
    };
    let reads = |function: &str, body: &str| match function {
        "cash-application" => read::<CashApplicationDue>(body).map(drop),
        "dunning-step" => read::<DunningDue>(body).map(drop),
        "dunning-tick" => read::<TickDue>(body).map(drop),
        "erp-pull" => read::<ErpPullDue>(body).map(drop),
        "erp-sync" => read::<ErpPageDue>(body).map(drop),
        "letter-sender" => read::<LetterDue>(body).map(drop),
        "payment-intake" => match read::<EventSweepDue>(body) {
            Ok(_) => Ok(()),
            Err(_) => read::<WebhookReceived>(body).map(drop),
        },
        "write-back" => read::<WriteBackDue>(body).map(drop),
        _ => panic!("{function} reads no message"),
    };
    for function in QUEUE_WORKERS {
        for name in names(&root().join("events").join(function)) {
            let body = text(&root().join("events").join(function).join(&name));
            let is_bad = BAD.iter().any(|word| name.contains(word));
            let ended = reads(function, &body);
            assert_eq!(ended.is_err(), is_bad, "events/{function}/{name}: {ended:?}");
        }
    }
}

/// The functions whose events are messages between functions.
const QUEUE_WORKERS: [&str; 8] = [
    "cash-application",
    "dunning-step",
    "dunning-tick",
    "erp-pull",
    "erp-sync",
    "letter-sender",
    "payment-intake",
    "write-back",
];

#[test]
fn every_vendor_folder_is_registered_and_has_tests() {
    let src = root().join("shared/connectors/src");
    let registered: BTreeSet<&str> =
        connectors::registry::SYSTEMS.iter().map(|system| system.module).collect();
    for folder in names(&src).into_iter().filter(|name| src.join(name).is_dir()) {
        // MIME is a format of every mail system, not a system.
        assert!(folder == "mime" || registered.contains(folder.as_str()), "{folder} is not in the registry");
        assert!(src.join(&folder).join("tests.rs").exists(), "{folder} has no tests");
    }
}

#[test]
fn no_file_is_too_long() {
    for path in sources().iter().filter(|path| !is_test(path)) {
        let lines = text(path).lines().count();
        assert!(lines <= LINES_MAX, "{} has {lines} lines, {LINES_MAX} are allowed", path.display());
    }
}

#[test]
fn the_top_level_is_what_it_is_meant_to_be() {
    let allowed: BTreeSet<&str> = TOP_LEVEL.iter().chain(&TOP_LEVEL_OTHERS).copied().collect();
    let is_strange = |name: &&String| !name.starts_with('.') && !allowed.contains(name.as_str());
    let found = names(&root());
    let strange: Vec<&String> = found.iter().filter(is_strange).collect();
    assert!(strange.is_empty(), "at the top level: {strange:?}");
    for name in ["Cargo.lock", "Cargo.toml", "events", "functions", "infra", "shared"] {
        assert!(found.contains(name), "{name} is missing at the top level");
    }
}

#[test]
fn nothing_is_left_to_do_and_every_module_has_a_telling_name() {
    // Put together, so that this file does not hold what it looks for.
    let unfinished = ["todo", "unimplemented"].map(|name| format!("{name}!("));
    for path in sources() {
        let text = text(&path);
        for word in &unfinished {
            assert!(!text.contains(word), "{} holds {word}…)", path.display());
        }
        for part in path.strip_prefix(root()).unwrap().components() {
            let name = part.as_os_str().to_string_lossy();
            let stem = name.trim_end_matches(".rs");
            assert!(!EMPTY_NAMES.contains(&stem), "{}: {stem} tells nothing", path.display());
        }
    }
}

#[test]
fn no_file_names_a_machine() {
    let places = ["home", "work", "Users", "root"].map(|name| format!("/{name}/"));
    let extensions = ["rs", "toml", "md", "json", "yaml", "py", "xml", "eml"];
    for path in extensions.iter().flat_map(|extension| files(&root(), extension)) {
        let text = text(&path);
        for (at, line) in text.lines().enumerate() {
            let has = places.iter().any(|place| {
                let mut starts = line.match_indices(place.as_str()).map(|(start, _)| start);
                starts.any(|start| {
                    line[..start].chars().last().is_none_or(|before| " \"'`(=:".contains(before))
                })
            });
            assert!(!has, "{}, line {}: a path of one machine", path.display(), at + 1);
        }
    }
}
