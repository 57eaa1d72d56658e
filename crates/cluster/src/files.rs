//! A stored table as a list of its files, each with its length.
//!
//! DataFusion's own table over files asks the store for each of them, and takes a name that is not there for an empty
//! folder. Here nothing is asked: a file that has gone is an error of whoever opens it.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::config::TableParquetOptions;
use datafusion::common::stats::Precision;
use datafusion::common::{DFSchema, Statistics};
use datafusion::datasource::listing::{ListingTableUrl, PartitionedFile};
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::{TableType, ViewTable};
use datafusion::error::Result;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{EmptyRelation, Expr, LogicalPlan};
use datafusion::physical_plan::ExecutionPlan;
use panoh_warehouse::{DataFile, TableSnapshot};

use crate::ClusterError;

/// How much larger rows of cases are in memory than in their files, about: so the engine can tell which side of a join is
/// small enough to be sent to every executor.
const SIZE_IN_MEMORY: usize = 8;

/// A table for the engine.
pub(crate) fn table(snapshot: &TableSnapshot) -> Result<Arc<dyn TableProvider>, ClusterError> {
    let named = |source| ClusterError::File { table: snapshot.table.clone(), source: Box::new(source) };
    let schema = Arc::clone(&snapshot.schema);
    let Some(first) = snapshot.files.first() else { return empty(schema).map_err(named) };
    let store = ListingTableUrl::parse(&first.url).map_err(named)?.object_store();
    let parts = snapshot.files.iter().map(partitioned).collect::<Result<_>>().map_err(named)?;
    Ok(Arc::new(Files { schema, store, parts }))
}

/// A table without files is a relation without rows, which the optimiser takes out of a join before anything is sent.
fn empty(schema: SchemaRef) -> Result<Arc<dyn TableProvider>> {
    let schema = Arc::new(DFSchema::try_from(schema)?);
    let nothing = LogicalPlan::EmptyRelation(EmptyRelation { produce_one_row: false, schema });
    Ok(Arc::new(ViewTable::new(nothing, None)))
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

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let global = session.config_options().execution.parquet.clone();
        let options = TableParquetOptions { global, ..TableParquetOptions::default() };
        let source = ParquetSource::new(Arc::clone(&self.schema)).with_table_parquet_options(options);
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
