//! Where randomness comes from, looked up in what was built rather than believed.

/// OpenSSL's generator for private values is in the program. Without OpenDP's feature `use-openssl` no OpenSSL is linked
/// at all, and noise would come from `thread_rng`. (On Windows symbols stand in a file of their own.)
#[cfg(unix)]
#[test]
fn the_program_holds_the_generator_of_openssl() {
    let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    // Put together here, so that the name is not found just because this test spells it.
    let name = ["RAND", "priv", "bytes"].join("_");
    let absent = ["RAND", "thread", "bytes"].join("_");
    let holds = |name: &str| program.windows(name.len()).any(|window| window == name.as_bytes());
    assert!(holds(&name), "opendp was built without its feature use-openssl");
    assert!(!holds(&absent), "the search finds what is not there");
}

/// Older versions of the exact arithmetic bias OpenDP's samplers (OpenDP issue 2638).
#[test]
fn exact_arithmetic_is_recent_enough() {
    let lock = include_str!("../../../../Cargo.lock");
    let mut found = 0;
    for package in lock.split("[[package]]").filter(|package| package.contains("\nname = \"dashu-")) {
        let version = package.split("version = \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let parts: Vec<u32> = version.split('.').map(|part| part.parse().unwrap()).collect();
        // The companion crate for macros is versioned apart and does no arithmetic of its own.
        assert!(parts >= vec![0, 6, 1], "dashu {version} is older than 0.6.1");
        found += 1;
    }
    assert!(found >= 3, "Cargo.lock does not show the arithmetic crates");
}
