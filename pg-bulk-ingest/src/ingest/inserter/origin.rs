//! An ingest of which sessions begin again and again.

use crate::connections::Connections;
use crate::ident::QualifiedName;
use crate::ingest::Ingest;
use crate::options::{HighWatermark, OnRejected};
use crate::report::{Progress, Rejected};
use crate::session::{OnProgress, Settings};
use std::marker::PhantomData;
use tokio_postgres::Client;

/// The settings of an ingest, and what it calls.
pub(super) struct Origin<'c, S: ?Sized, H> {
    into_table: Option<QualifiedName>,
    settings: Settings,
    on_progress: Option<OnProgress<'c>>,
    connections: Option<Connections<'c>>,
    on_rejected: Option<OnRejected<'c>>,
    hook: H,
    tables: PhantomData<fn(&S)>,
}

impl<'c, S: ?Sized, H> Origin<'c, S, H> {
    /// Takes an ingest apart: its client, and where it begins.
    pub(super) fn of(ingest: Ingest<'c, S, H>) -> (&'c mut Client, HighWatermark, Self) {
        let Ingest {
            client,
            into_table,
            high_watermark,
            settings,
            on_progress,
            connections,
            on_rejected,
            hook,
            tables,
        } = ingest;
        let origin =
            Self { into_table, settings, on_progress, connections, on_rejected, hook, tables };
        (client, high_watermark, origin)
    }

    /// An ingest by these settings over this client.
    pub(super) fn ingest<'s>(
        &'s mut self,
        client: &'s mut Client,
        high_watermark: HighWatermark,
    ) -> Ingest<'s, S, &'s mut H> {
        let Self { into_table, settings, on_progress, connections, on_rejected, hook, tables } =
            self;
        let on_progress = on_progress
            .as_mut()
            .map(|f| -> OnProgress<'s> { Box::new(move |progress: &Progress| f(progress)) });
        let on_rejected = on_rejected
            .as_mut()
            .map(|f| -> OnRejected<'s> { Box::new(move |rejected: &Rejected| f(rejected)) });
        Ingest {
            client,
            into_table: into_table.clone(),
            high_watermark,
            settings: settings.clone(),
            on_progress,
            connections: connections.as_mut().map(Connections::borrowed),
            on_rejected,
            hook,
            tables: *tables,
        }
    }
}
