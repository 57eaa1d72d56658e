//! Tests of the crate as custody sees it: files go in, batches and rejections come out.

mod boundaries;
mod defects;
mod dice;
mod fixture;
mod identities;
mod mapping;
mod mutations;
mod parquet_files;
mod real_files;
mod tampered;
mod threads;
mod verbs;
mod whole_files;
