//! What holds for any values, names and comments: shared by the tests that make them up, and the
//! fuzzers.

use crate::check::{commented, encoded};
use crate::copy_format::{Cells, read_array, read_copy};
use crate::{Database, Proxy, rows};
use chrono::{NaiveDate, NaiveDateTime, Timelike};
use pg_bulk_ingest::{Batch, ErrorKind, IngestTable, NoWatermark, Upsert, ingest};
use serde_json::Value;
use tokio_postgres::Client;
use uuid::Uuid;

/// A row of many types.
#[derive(IngestTable, Debug, Clone)]
#[ingest(table = "v")]
pub struct Values {
    /// A boolean.
    pub truth: bool,
    /// A small integer.
    pub small: i16,
    /// An integer, or none.
    pub number: Option<i32>,
    /// A large integer.
    pub large: i64,
    /// A number of single precision.
    pub single: f32,
    /// A number of double precision.
    pub double: f64,
    /// A text: with NUL in it, it is refused.
    pub text: String,
    /// A text, or none.
    pub other: Option<String>,
    /// Bytes.
    pub bytes: Vec<u8>,
    /// An id.
    pub uuid: Uuid,
    /// A day: outside PostgreSQL's calendar it is refused.
    pub day: NaiveDate,
    /// A time: outside PostgreSQL's calendar it is refused.
    pub time: NaiveDateTime,
    /// An array.
    pub array: Vec<Option<i32>>,
    /// An array of texts.
    pub texts: Vec<String>,
}

/// What PostgreSQL counts days from.
fn epoch() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default().and_hms_opt(0, 0, 0).unwrap_or_default()
}

impl Values {
    /// The cells that the documentation of the types asks for; none of a row that is refused.
    fn cells(&self) -> Option<Vec<Option<Vec<u8>>>> {
        let texts = [&self.text].into_iter().chain(&self.other).chain(&self.texts);
        if texts.into_iter().any(|text| text.contains('\0')) {
            return None;
        }
        // From 4713 BC to 5874897 and 294276.
        let first = NaiveDate::from_ymd_opt(-4713, 11, 24)?;
        let last = NaiveDate::from_ymd_opt(294_276, 12, 31).unwrap_or(NaiveDate::MAX);
        let is_in_calendar = |day: NaiveDate| (first..=last).contains(&day);
        if self.day < first || !is_in_calendar(self.time.date()) {
            return None;
        }
        let days = i32::try_from((self.day - epoch().date()).num_days()).ok()?;
        let since = self.time - epoch();
        let microseconds = since.num_microseconds()?;
        let nanoseconds = self.time.nanosecond();
        if !nanoseconds.is_multiple_of(1000) || nanoseconds >= 1_000_000_000 {
            return None;
        }
        let mut cells = vec![Some(vec![u8::from(self.truth)])];
        cells.push(Some(self.small.to_be_bytes().to_vec()));
        cells.push(self.number.map(|number| number.to_be_bytes().to_vec()));
        cells.push(Some(self.large.to_be_bytes().to_vec()));
        cells.push(Some(self.single.to_be_bytes().to_vec()));
        cells.push(Some(self.double.to_be_bytes().to_vec()));
        cells.push(Some(self.text.as_bytes().to_vec()));
        cells.push(self.other.as_ref().map(|text| text.as_bytes().to_vec()));
        cells.push(Some(self.bytes.clone()));
        cells.push(Some(self.uuid.as_bytes().to_vec()));
        cells.push(Some(days.to_be_bytes().to_vec()));
        cells.push(Some(microseconds.to_be_bytes().to_vec()));
        Some(cells)
    }

    /// Whether the server could not hold it.
    pub(crate) fn is_refused(&self) -> bool {
        self.cells().is_none()
    }

    pub(crate) fn is_read_back(&self, cells: &[Option<Vec<u8>>]) -> Result<bool, String> {
        let (plain, arrays) = cells.split_at_checked(12).ok_or("too few cells")?;
        let [Some(array), Some(texts)] = arrays else {
            return Err(format!("{} arrays", arrays.len()));
        };
        let numbers = self.array.iter().map(|number| number.map(|n| n.to_be_bytes().to_vec()));
        let strings = self.texts.iter().map(|text| Some(text.as_bytes().to_vec()));
        Ok(self.cells().as_deref() == Some(plain)
            && read_array(array)?.into_iter().eq(numbers)
            && read_array(texts)?.into_iter().eq(strings))
    }
}

/// What any ingest of any values does.
#[derive(Debug)]
pub struct Holds {
    database: Database,
    proxy: Proxy,
    client: Client,
    admin: Client,
}

impl Holds {
    /// A database for as many values as there are.
    pub async fn new() -> Self {
        let database = Database::new().await;
        let proxy = Proxy::new(&database.url()).await;
        let client = proxy.connect(&database.url()).await;
        let admin = database.connect().await;
        admin.batch_execute("CREATE TABLE t (id int NOT NULL PRIMARY KEY)").await.unwrap();
        Self { database, proxy, client, admin }
    }

    /// Rows are either sent as the format's documentation says, all of them and whole, or refused at
    /// the first that the server could not hold; then no `COPY` is ended as if it were all.
    ///
    /// # Errors
    ///
    /// It was not so.
    pub async fn stream(&mut self, values: &[Values]) -> Result<(), String> {
        self.proxy.keep_copies();
        let ingest = ingest::<Values>(&mut self.client).upsert(Upsert::Off);
        let ended = ingest.batches(|_: Option<NoWatermark>| [Batch::new(values)]).await;
        // An answer to another query: by then all that is sent of the COPY has passed.
        rows(&self.client, "SELECT 1").await;
        let copies = self.proxy.copies();
        if let Err(error) = ended {
            let row = error.row().ok_or_else(|| format!("{error:?}"))?;
            encoded(values, Err(row))?;
            let ended = copies.iter().filter(|copied| copied.end == Some(b'c')).count();
            return if ended == 0 {
                Ok(())
            } else {
                Err("a COPY was ended as if it were all".into())
            };
        }
        let mut all = Cells::new();
        for copied in &copies {
            all.extend(read_copy(&copied.data)?);
        }
        encoded(values, Ok(&all))
    }

    /// A comment is either understood, and then all else that is in it stays; or it is an error, and
    /// stays as it is.
    ///
    /// # Errors
    ///
    /// It was not so.
    pub async fn comment(&mut self, comment: &str) -> Result<(), String> {
        const LOOK: &str = "SELECT obj_description('t'::regclass)";
        #[derive(IngestTable)]
        #[ingest(table = "t")]
        struct Row {
            #[ingest(primary_key)]
            id: i32,
        }
        if comment.contains('\0') {
            return Ok(());
        }
        let quoted = comment.replace('\'', "''");
        let set = format!("COMMENT ON TABLE t IS '{quoted}'");
        self.admin.batch_execute(&set).await.map_err(|error| error.to_string())?;
        let mut stored = None;
        let batches = |after: Option<Value>| {
            stored = after;
            [Batch::new([Row { id: 1 }]).high_watermark(Value::from(7))]
        };
        let ended = ingest::<Row>(&mut self.client).batches(batches).await;
        let now = self.admin.query_one(LOOK, &[]).await.map_err(|error| error.to_string())?;
        let now = now.get::<_, Option<&str>>(0).unwrap_or_default();
        if let Err(error) = ended {
            let is_known = matches!(error.kind(), ErrorKind::UnreadableComment { .. });
            let holds = is_known && now == comment;
            return if holds { commented(comment, None) } else { Err(format!("{error:?}: {now}")) };
        }
        commented(comment, Some((stored.as_ref(), now)))
    }

    /// A table has the name that was asked for, or it is refused: because PostgreSQL has no such name.
    ///
    /// # Errors
    ///
    /// It was not so.
    pub async fn name(&mut self, schema: &str, table: &str) -> Result<(), String> {
        #[derive(IngestTable)]
        struct Named {
            #[ingest(primary_key)]
            id: i32,
        }
        let is_name = |name: &str| (1..64).contains(&name.len()) && !name.contains('\0');
        let is_free = !schema.starts_with("pg_") && schema != "information_schema";
        let ingest = ingest::<Named>(&mut self.client).into_table(schema, table);
        let rows = [Named { id: 1 }, Named { id: 2 }];
        let ended = ingest.batches(|_: Option<NoWatermark>| [Batch::new(rows)]).await;
        if !(is_name(schema) && is_name(table) && is_free) {
            return if ended.is_err() { Ok(()) } else { Err("it is not refused".to_owned()) };
        }
        ended.map_err(|error| format!("{error:?}"))?;
        let look = "SELECT reltuples >= -1, format('DROP TABLE %I.%I', nspname, relname)
            FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
            WHERE nspname = $1 AND relname = $2 AND relkind = 'r'";
        let found = self.admin.query(look, &[&schema, &table]).await;
        let found = found.map_err(|error| error.to_string())?;
        let [found] = found.as_slice() else {
            return Err(format!("{} tables of that name", found.len()));
        };
        let drop = found.get::<_, &str>(1);
        self.admin.batch_execute(drop).await.map_err(|error| error.to_string())
    }

    /// The database that the values go to.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }
}
