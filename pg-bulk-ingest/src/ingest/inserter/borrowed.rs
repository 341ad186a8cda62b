//! An ingest of which several sessions begin, one after the other.

use crate::connections::Connections;
use crate::hook::OnCreate;
use crate::ingest::Ingest;
use crate::options::{HighWatermark, OnRejected};
use crate::report::{Progress, Rejected};
use crate::session::OnProgress;
use tokio_postgres::Client;

impl<S: ?Sized, H> Ingest<'_, S, H> {
    /// The ingest for one session, over this client if not over its own. It begins where it is told to; those
    /// that follow go on where the one before ended, and look at the stored high watermark if the first did.
    pub(super) fn borrowed<'s>(
        &'s mut self,
        client: Option<&'s mut Client>,
    ) -> Ingest<'s, S, &'s mut H> {
        let next = match self.high_watermark {
            HighWatermark::Latest => HighWatermark::Latest,
            _ => HighWatermark::Earliest,
        };
        let on_progress = self
            .on_progress
            .as_mut()
            .map(|f| -> OnProgress<'s> { Box::new(move |progress: &Progress| f(progress)) });
        let on_rejected = self
            .on_rejected
            .as_mut()
            .map(|f| -> OnRejected<'s> { Box::new(move |rejected: &Rejected| f(rejected)) });
        Ingest {
            client: client.unwrap_or(self.client),
            into_table: self.into_table.clone(),
            high_watermark: std::mem::replace(&mut self.high_watermark, next),
            settings: self.settings.clone(),
            on_progress,
            connections: self.connections.as_mut().map(Connections::borrowed),
            on_rejected,
            on_create: self.on_create.as_mut().map(OnCreate::borrowed),
            version: self.version.clone(),
            hook: &mut self.hook,
            tables: self.tables,
        }
    }
}
