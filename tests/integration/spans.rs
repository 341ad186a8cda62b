//! The spans of an ingest, as a subscriber that measures them gets them.

use pg_bulk_ingest::{Batch, IngestTable};
use std::collections::HashMap;
use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};
use tests::{Database, ingest};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Subscriber, subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row {
    #[ingest(primary_key)]
    id: i32,
    text: &'static str,
}

/// A span: its parent's number, its name and fields, and whether it has ended.
#[derive(Debug, Default)]
struct Seen {
    parent: Option<u64>,
    text: String,
    is_closed: bool,
}

impl Visit for Seen {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.text, " {field}={value:?}").unwrap();
    }
}

#[derive(Clone, Default)]
struct Tree(Arc<Mutex<(Vec<u64>, HashMap<u64, Seen>)>>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Tree {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let parent =
            context.span(id).and_then(|span| span.parent().map(|span| span.id().into_u64()));
        let text = attributes.metadata().name().to_owned();
        let mut seen = Seen { parent, text, is_closed: false };
        attributes.record(&mut seen);
        let mut tree = self.0.lock().unwrap();
        tree.0.push(id.into_u64());
        tree.1.insert(id.into_u64(), seen);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        values.record(self.0.lock().unwrap().1.get_mut(&id.into_u64()).unwrap());
    }

    fn on_close(&self, id: Id, _: Context<'_, S>) {
        self.0.lock().unwrap().1.get_mut(&id.into_u64()).unwrap().is_closed = true;
    }
}

/// The lines of a tree, each indented below its parent.
fn lines(tree: &Tree) -> String {
    let tree = tree.0.lock().unwrap();
    let depth = |mut id: u64| {
        let mut depth = 0;
        while let Some(parent) = tree.1[&id].parent {
            (id, depth) = (parent, depth + 1);
        }
        depth
    };
    let line = |id: &u64| format!("{}{}\n", "  ".repeat(depth(*id)), tree.1[id].text);
    assert!(tree.1.values().all(|seen| seen.is_closed), "{tree:?}");
    tree.0.iter().map(line).collect()
}

#[tokio::test]
async fn an_ingest_has_batches_and_these_have_phases() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    // A span that another test makes for the first time while this subscriber is the only one would be taken for one
    // that nobody subscribes to: all are made once before.
    let first = Batch::new([Row { id: 0, text: "a secret" }]).high_watermark("first".to_owned());
    ingest::<Row>(&mut client).batches(|_| [first]).await.unwrap();
    let tree = Tree::default();
    let subscriber = tracing_subscriber::registry().with(tree.clone());
    let guard = subscriber::set_default(subscriber);
    let batches = |_| {
        (1..=2).map(|id| {
            Batch::new([Row { id, text: "a secret" }]).high_watermark("another".to_owned())
        })
    };
    ingest::<Row>(&mut client).batches(batches).await.unwrap();
    drop(guard);
    let phase = |phase: &str| {
        format!(
            "phase otel.name=\"{phase} public.t\" otel.kind=\"client\" db.system.name=\"postgresql\" \
             db.namespace=\"DATABASE\" db.collection.name=\"public.t\" db.operation.name={phase}\n"
        )
    };
    let mut expected = "ingest tables=\"\\\"public\\\".\\\"t\\\"\"\n".to_owned();
    // In which database it is, is known once it has been inspected.
    expected += &format!("  {}", phase("inspect").replace(" db.namespace=\"DATABASE\"", ""));
    for batch in 1..=2 {
        expected += &format!("  batch batch={batch} rows=1 bytes=34\n");
        for name in ["begin", "copy", "merge", "commit"] {
            expected += &format!("    {}", phase(name));
        }
    }
    assert_eq!(lines(&tree), expected.replace("DATABASE", database.name()));
}
