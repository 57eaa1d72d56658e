//! What each command prints, as text: `tests/cli/*.trycmd`.

#[test]
fn commands_print_what_is_written() {
    trycmd::TestCases::new().case("../../tests/cli/*.trycmd").env("PANOH_LOG", "warn");
}
