//! Makes Cargo notice a new or removed file in the embedded dictionary; `include_dir` alone only notices changed ones.

fn main() {
    println!("cargo::rerun-if-changed=../../data-dictionary");
}
