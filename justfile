# The few commands of daily work. `just` alone lists them.

_default:
    @just --list

# The main job on simulated exports, with the server
demo *options:
    cargo run -- demo {{ options }}

# All tests; set PANOH_TEST_DATA to a folder with the real files to run those as well
test *filter:
    cargo test {{ filter }}

# What must hold before a commit
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --document-private-items

# Accept new command transcripts and API description after looking at the difference
accept:
    TRYCMD=overwrite UPDATE_EXPECT=1 cargo test

# Speed, as ratios against peers in the same run
bench *name:
    cargo bench -p panoh-benches {{ name }}

# Everything that a landing needs
ci:
    .ci/run
