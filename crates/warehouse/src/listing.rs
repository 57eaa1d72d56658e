//! A stored table as a list of its files, each with its length.
//!
//! DataFusion's own table over files asks the store for each of them, and takes a name that is not there for an empty
//! folder. Here nothing is asked: a file that has gone is an error of whoever opens it. The table of Delta Lake's own crate
//! looks through its log again for every question, which takes longer than many an answer.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::config::TableParquetOptions;
use datafusion::common::stats::Precision;
use datafusion::common::{DFSchema, Statistics};
use datafusion::datasource::TableType;
use datafusion::datasource::listing::{ListingTableUrl, PartitionedFile};
use datafusion::datasource::physical_plan::parquet::CachedParquetFileReaderFactory;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::Result;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_plan::ExecutionPlan;

use crate::{DataFile, TableSnapshot};

/// How much larger rows of cases are in memory than in their files, about: so the engine can tell which side of a join is
/// small enough to be held whole.
const SIZE_IN_MEMORY: usize = 8;

/// A table for the engine; none where there are no files.
pub fn table_of_files(snapshot: &TableSnapshot) -> Result<Option<Arc<dyn TableProvider>>> {
    let schema = Arc::clone(&snapshot.schema);
    let Some(first) = snapshot.files.first() else { return Ok(None) };
    let store = ListingTableUrl::parse(&first.url)?.object_store();
    let parts = snapshot.files.iter().map(partitioned).collect::<Result<_>>()?;
    Ok(Some(Arc::new(Files { schema, store, parts })))
}

fn partitioned(file: &DataFile) -> Result<PartitionedFile> {
    let mut partitioned = PartitionedFile::new("", file.bytes);
    partitioned.object_meta.location = ListingTableUrl::parse(&file.url)?.prefix().clone();
    Ok(partitioned)
}

#[derive(Debug)]
struct Files {
    schema: SchemaRef,
    store: ObjectStoreUrl,
    parts: Vec<PartitionedFile>,
}

#[async_trait]
impl TableProvider for Files {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    /// Conditions choose groups of rows by what the files say of them; rows are looked at by whoever asked.
    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let global = session.config_options().execution.parquet.clone();
        let options = TableParquetOptions { global, ..TableParquetOptions::default() };
        let runtime = session.runtime_env();
        let (store, footers) = (runtime.object_store(&self.store)?, runtime.cache_manager.get_file_metadata_cache());
        let mut source = ParquetSource::new(Arc::clone(&self.schema))
            .with_table_parquet_options(options)
            .with_parquet_file_reader_factory(Arc::new(CachedParquetFileReaderFactory::new(store, footers)));
        if let Some(condition) = conjunction(filters.to_vec()) {
            let schema = DFSchema::try_from(Arc::clone(&self.schema))?;
            source = source.with_predicate(session.create_physical_expr(condition, &schema)?);
        }
        let bytes: u64 = self.parts.iter().map(|file| file.object_meta.size).sum();
        let size = Precision::Inexact((bytes as usize).saturating_mul(SIZE_IN_MEMORY));
        let groups = FileGroup::new(self.parts.clone()).split_files(session.config().target_partitions());
        let scan = FileScanConfigBuilder::new(self.store.clone(), Arc::new(source))
            .with_file_groups(groups)
            .with_statistics(Statistics::new_unknown(&self.schema).with_total_byte_size(size))
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(scan))
    }
}
