//! The creation of the table of high watermarks.

use super::{Place, Store};
use crate::conn;
use crate::error::Error;
use crate::lock;
use crate::statement::{Statement, script};
use tokio_postgres::Client;

const CREATE: &str = "cannot create the table of high watermarks";

impl Store {
    /// What creates the table of high watermarks.
    pub(in super::super) fn creation(&self) -> &[Statement] {
        match &self.place {
            Place::Comment => &[],
            Place::Row { creation, .. } => creation,
        }
    }

    /// Creates the table of high watermarks, in a transaction of its own: of sessions that create it at
    /// once, one does.
    pub(in super::super) async fn create(
        &mut self,
        client: &Client,
    ) -> Result<Vec<Statement>, Error> {
        let Place::Row { slot, creation, .. } = &mut self.place else { return Ok(Vec::new()) };
        if creation.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!("{};\n{}", lock::creation(&slot.table), script(creation));
        tracing::debug!(sql, "creating the table of high watermarks");
        conn::query(client, &sql).await.map_err(Error::while_doing(CREATE))?;
        Ok(std::mem::take(creation))
    }
}
