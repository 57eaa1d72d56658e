//! Holds the code against the architecture: which crate may use which, and where heavy dependencies may stand
//! (invariants 1 to 3 of the README). Read from `cargo metadata`, so a new edge cannot slip in.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

/// Crate → the workspace crates it depends on, exactly.
const EDGES: &[(&str, &[&str])] = &[
    ("dictionary", &[]),
    ("identity", &[]),
    ("intake", &["dictionary", "identity"]),
    ("warehouse", &["dictionary"]),
    ("custody", &["dictionary", "identity", "intake", "warehouse"]),
    ("gateway", &["warehouse"]),
    ("cluster", &["dictionary", "warehouse"]),
    ("privacy", &[]),
    ("ledger", &[]),
    ("publication", &[]),
    ("pages", &["publication"]),
    ("raster", &[]),
    ("formats", &["publication"]),
    ("requests", &["publication"]),
    ("release", &["dictionary", "warehouse", "privacy", "ledger", "publication", "requests"]),
    ("server", &["formats", "pages", "publication", "raster", "requests"]),
    ("simulator", &["dictionary"]),
];

/// Heavy dependency → the only crates that may name it.
const GUARDED: &[(&str, &[&str])] = &[
    ("datafusion", &["warehouse", "gateway", "cluster"]),
    ("deltalake", &["warehouse"]),
    ("object_store", &["warehouse"]),
    ("pgwire", &["gateway"]),
    ("datafusion-pg-catalog", &["gateway"]),
    ("ballista-core", &["cluster"]),
    ("ballista-executor", &["cluster"]),
    ("ballista-scheduler", &["cluster"]),
    ("opendp", &["privacy"]),
    ("rusqlite", &["identity", "ledger"]),
    ("calamine", &["intake"]),
    ("encoding_rs", &["intake"]),
    ("hmac", &["identity", "ledger"]),
    ("age", &["identity"]),
    ("ed25519-dalek", &["publication"]),
    ("axum", &["server"]),
    ("resvg", &["raster"]),
    ("rust_xlsxwriter", &["formats"]),
    ("arrow", &["intake", "custody", "warehouse", "release", "publication", "formats"]),
    ("parquet", &["intake", "warehouse", "publication", "formats"]),
];

/// What must never be in the closure of the public server: it cannot leak what it does not have.
const NOT_IN_SERVER: &[&str] = &[
    "panoh-warehouse",
    "panoh-intake",
    "panoh-identity",
    "panoh-custody",
    "panoh-gateway",
    "panoh-cluster",
    "panoh-release",
    "panoh-privacy",
    "panoh-ledger",
    "panoh-simulator",
    "datafusion",
    "deltalake",
    "opendp",
    "rusqlite",
];

/// Packages that may use everything.
const FREE: &[&str] = &["panoh", "panoh-tests", "panoh-benches"];

/// What is built here. Crates for other machines were never downloaded on a fresh one.
fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .other_options(["--offline", "--locked", "--filter-platform", "host-tuple"].map(str::to_owned))
        .exec()
        .expect("cargo metadata answers in a built workspace")
}

fn normal_dependencies(package: &Package) -> BTreeSet<String> {
    package.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal).map(|d| d.name.clone()).collect()
}

fn members(metadata: &Metadata) -> BTreeMap<String, BTreeSet<String>> {
    metadata.workspace_packages().iter().map(|p| (p.name.to_string(), normal_dependencies(p))).collect()
}

/// Every sentence that says how `members` breaks the two tables; empty means it keeps them.
fn breaches(members: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let known: BTreeSet<String> = EDGES.iter().map(|(name, _)| format!("panoh-{name}")).collect();
    let mut found = Vec::new();
    for (package, dependencies) in members.iter().filter(|(name, _)| !FREE.contains(&name.as_str())) {
        let Some((crate_name, allowed)) = EDGES.iter().find(|(name, _)| *package == format!("panoh-{name}")) else {
            found.push(format!("{package} is not in the table of crates"));
            continue;
        };
        let allowed: BTreeSet<String> = allowed.iter().map(|name| format!("panoh-{name}")).collect();
        let actual: BTreeSet<String> = dependencies.iter().filter(|d| d.starts_with("panoh")).cloned().collect();
        for edge in actual.symmetric_difference(&allowed) {
            found.push(format!("{package} → {edge} is in only one of table and manifest"));
        }
        for (heavy, users) in GUARDED {
            if dependencies.contains(*heavy) && !users.contains(crate_name) {
                found.push(format!("{package} may not depend on {heavy}"));
            }
        }
    }
    for missing in known.iter().filter(|name| !members.contains_key(*name)) {
        found.push(format!("{missing} is in the table but not in the workspace"));
    }
    // The command line may call every crate, but holds no heavy dependency of its own.
    if let Some(cli) = members.get("panoh") {
        for (heavy, _) in GUARDED.iter().filter(|(heavy, _)| cli.contains(*heavy)) {
            found.push(format!("panoh may not depend on {heavy}"));
        }
    }
    found
}

/// Names of all packages that `root` pulls in by normal and build edges, itself left out.
fn closure(metadata: &Metadata, root: &str) -> BTreeSet<String> {
    let resolve = metadata.resolve.as_ref().expect("metadata is resolved");
    let id = &metadata.packages.iter().find(|p| p.name.as_str() == root).expect("the root package exists").id;
    let mut seen = BTreeSet::from([id.clone()]);
    let mut queue = vec![id.clone()];
    while let Some(next) = queue.pop() {
        let node = resolve.nodes.iter().find(|n| n.id == next).expect("every package has a node");
        for dependency in &node.deps {
            let only_dev = dependency.dep_kinds.iter().all(|k| k.kind == DependencyKind::Development);
            if !only_dev && seen.insert(dependency.pkg.clone()) {
                queue.push(dependency.pkg.clone());
            }
        }
    }
    seen.remove(id);
    metadata.packages.iter().filter(|p| seen.contains(&p.id)).map(|p| p.name.to_string()).collect()
}

#[test]
fn crates_keep_to_the_table() {
    assert_eq!(breaches(&members(&metadata())), Vec::<String>::new());
}

#[test]
fn a_wrong_edge_is_found() {
    let mut members = members(&metadata());
    members.get_mut("panoh-server").expect("server exists").extend(["panoh-warehouse".into(), "datafusion".into()]);
    members.get_mut("panoh-ledger").expect("ledger exists").insert("opendp".into());
    members.get_mut("panoh").expect("cli exists").insert("rusqlite".into());
    assert_eq!(
        breaches(&members),
        [
            "panoh-ledger may not depend on opendp",
            "panoh-server → panoh-warehouse is in only one of table and manifest",
            "panoh-server may not depend on datafusion",
            "panoh may not depend on rusqlite",
        ]
    );
}

#[test]
fn the_public_server_holds_nothing_that_could_leak() {
    let closure = closure(&metadata(), "panoh-server");
    let leaks: Vec<_> = NOT_IN_SERVER.iter().filter(|name| closure.contains(**name)).collect();
    assert!(leaks.is_empty(), "in the closure of panoh-server: {leaks:?}");
    assert!(closure.contains("panoh-publication") && closure.contains("axum"), "the closure is read at all");
}

#[test]
fn the_table_in_the_readme_of_the_crates_is_this_one() {
    let readme = include_str!("../crates/README.md");
    for (name, edges) in EDGES {
        let allowed = if edges.is_empty() { "–".to_owned() } else { edges.join(", ") };
        let row = readme.lines().find(|line| line.starts_with(&format!("| {name} |"))).unwrap_or_default();
        assert!(
            row.ends_with(&format!("| {allowed} |")),
            "crates/README.md: the row of {name} must end with {allowed}"
        );
    }
}

#[test]
fn every_source_file_says_why_it_exists() {
    let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let mut silent = Vec::new();
    for folder in ["crates", "tests", "benches"] {
        visit(&root.join(folder), &mut |path| {
            if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(path).expect("a source file is text");
                if !text.starts_with("//!") {
                    silent.push(path.strip_prefix(root).expect("below the root").display().to_string());
                }
            }
        });
    }
    assert!(silent.is_empty(), "these files do not start with //! and why: {silent:?}");
}

#[test]
fn sql_stands_in_sql_files() {
    let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../crates"));
    let mut inline = Vec::new();
    visit(root, &mut |path| {
        let inside = path.strip_prefix(root).unwrap_or(path);
        let is_test = inside.components().any(|c| c.as_os_str() == "tests" || c.as_os_str() == "tests.rs");
        if path.extension().is_some_and(|e| e == "rs") && !is_test {
            let text = std::fs::read_to_string(path).expect("a source file is text");
            let production = text.split("#[cfg(test)]").next().unwrap_or_default();
            for verb in ["\"SELECT ", "\"INSERT ", "\"UPDATE ", "\"DELETE ", "\"CREATE ", "\"WITH "] {
                let hit = production.lines().any(|line| line.contains(verb) && !line.trim_start().starts_with("//"));
                if hit {
                    inline.push(format!("{} holds {verb}", path.display()));
                }
            }
        }
    });
    assert!(inline.is_empty(), "SQL belongs under queries/ or crates/NAME/sql/: {inline:#?}");
}

fn visit(folder: &std::path::Path, see: &mut dyn FnMut(&std::path::Path)) {
    for entry in std::fs::read_dir(folder).expect("a folder of the workspace").flatten() {
        let path = entry.path();
        if path.is_dir() {
            visit(&path, see);
        } else {
            see(&path);
        }
    }
}
