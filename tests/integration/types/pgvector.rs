//! `vector`, `halfvec` and `sparsevec`, of the extension pgvector, where the server has it.

use super::pg_text::PgText;
use super::read_back::ReadBack;
use super::shape::{OwnType, shapes};
use super::strategy::with_extremes;
use pg_bulk_ingest::{Batch, IngestTable};
use pgvector::{HalfVector, SparseVector, Vector};
use proptest::collection::vec;
use proptest::prelude::*;
use tests::{Database, ingest};

shapes!(AsVector3, "vector(3)", "vector(3)[]");

/// Whether the server has the extension in a version with these types. It is no part of PostgreSQL.
async fn is_there(database: &Database, type_name: &str) -> bool {
    let client = database.connect().await;
    let created = client.batch_execute("CREATE EXTENSION IF NOT EXISTS vector").await;
    let has_type = format!("SELECT NULL::{type_name}");
    let there = created.is_ok() && client.batch_execute(&has_type).await.is_ok();
    if !there {
        println!("not tested: this server has no type {type_name} of the extension pgvector");
    }
    there
}

/// The same of a [`ReadBack`]'s database.
fn server(type_name: &str) -> Option<ReadBack> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let there = runtime.block_on(async { is_there(&Database::new().await, type_name).await });
    there.then(|| {
        let server = ReadBack::new();
        server.execute("CREATE EXTENSION vector");
        server
    })
}

fn list(elements: impl Iterator<Item = f32>) -> String {
    format!("[{}]", elements.map(|element| format!("{element:e}")).collect::<Vec<_>>().join(","))
}

impl PgText for Vector {
    fn pg_text(&self) -> Option<String> {
        Some(list(self.as_slice().iter().copied()))
    }
}

impl PgText for HalfVector {
    fn pg_text(&self) -> Option<String> {
        Some(list(self.as_slice().iter().map(|element| element.to_f32())))
    }
}

impl PgText for SparseVector {
    fn pg_text(&self) -> Option<String> {
        let pairs = self.indices().iter().zip(self.values());
        let pairs = pairs.map(|(index, value)| format!("{}:{value:e}", index + 1));
        Some(format!("{{{}}}/{}", pairs.collect::<Vec<_>>().join(","), self.dimensions()))
    }
}

fn elements() -> impl Strategy<Value = f32> {
    let finite = any::<f32>().prop_filter("finite", |float| float.is_finite());
    with_extremes(finite, [0.0, -0.0, 1.0, f32::MIN_POSITIVE, f32::MAX])
}

#[test]
fn vectors_read_back_equal() {
    let Some(server) = server("vector") else { return };
    let any = vec(elements(), 1..20).prop_map(Vector::from).boxed();
    server.every_shape::<OwnType<_>, Vector>("own", "vector", any);
    let three = vec(elements(), 3).prop_map(Vector::from).boxed();
    server.every_shape::<AsVector3<_>, Vector>("three", "vector(3)", three);
}

#[test]
fn vectors_of_half_precision_read_back_equal() {
    let Some(server) = server("halfvec") else { return };
    let element = -65_504.0..65_504.0_f32;
    let any = vec(element, 1..20).prop_map(|list| HalfVector::from_f32_slice(&list)).boxed();
    server.every_shape::<OwnType<_>, HalfVector>("t", "halfvec", any);
}

#[test]
fn sparse_vectors_read_back_equal() {
    let Some(server) = server("sparsevec") else { return };
    let element = prop_oneof![Just(0.0), elements()];
    let any = vec(element, 1..20).prop_map(|list| SparseVector::from_dense(&list)).boxed();
    server.every_shape::<OwnType<_>, SparseVector>("t", "sparsevec", any);
}

#[derive(IngestTable, Clone, Default)]
#[ingest(table = "t")]
struct Row {
    vector: Option<Vector>,
    half: Option<HalfVector>,
    sparse: Option<SparseVector>,
}

#[tokio::test]
async fn what_a_vector_cannot_hold_is_refused() {
    let database = Database::new().await;
    // The encoder needs no server that has the extension, but a table does.
    if !is_there(&database, "sparsevec").await {
        return;
    }
    let mut client = database.connect().await;
    let none = Row::default;
    let (vector, half) = (Vector::from, HalfVector::from_f32_slice);
    for (row, column, reason) in [
        (
            Row { vector: Some(vector(vec![])), ..none() },
            "vector",
            "has 0 dimensions, and vector holds 1 to 16000",
        ),
        (
            Row { vector: Some(vector(vec![0.0; 16_001])), ..none() },
            "vector",
            "has 16001 dimensions, and vector holds 1 to 16000",
        ),
        (
            Row { vector: Some(vector(vec![1.0, f32::NAN])), ..none() },
            "vector",
            "has an element that is no finite number, which vector cannot hold",
        ),
        (
            Row { half: Some(half(&[f32::INFINITY])), ..none() },
            "half",
            "has an element that is no finite number, which halfvec cannot hold",
        ),
        (
            Row { sparse: Some(SparseVector::from_dense(&[0.0, f32::INFINITY])), ..none() },
            "sparse",
            "has an element that is no finite number, which sparsevec cannot hold",
        ),
        (
            Row { sparse: Some(SparseVector::from_dense(&[1.0; 16_001])), ..none() },
            "sparse",
            "has 16001 elements that are not zero, and sparsevec holds up to 16000",
        ),
    ] {
        let error = ingest::<Row>(&mut client).batches(|_| [Batch::new([&row])]).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                r#"cannot write a row: "public"."t", batch 1, row 1, column "{column}": the value {reason}"#
            )
        );
    }
}
