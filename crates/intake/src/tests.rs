//! Tests of the crate as custody sees it: files go in, batches and rejections come out.

mod boundaries;
mod fixture;
mod identities;
mod mapping;
mod parquet_files;
mod real_files;
mod whole_files;
