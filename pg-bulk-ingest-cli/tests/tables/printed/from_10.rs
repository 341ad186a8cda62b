// Printed by `pg-bulk-ingest struct` of My Schema.Order Items, public.2020 sales, public.arrays and 38 more.
// Cargo.toml: pg-bulk-ingest = { version = "0.1.0", features = ["bigdecimal", "eui48", "hstore", "ipnet", "rust_decimal"] }
// Types of the crates bigdecimal, chrono, eui48, ipnet, rust_decimal, serde_json, uuid.

use pg_bulk_ingest::{Filled, IngestEnum, IngestTable};

#[derive(Debug, IngestTable)]
#[ingest(schema = "My Schema", table = "Order Items")]
#[ingest(index(on(r#type, customer_id desc)))]
pub struct OrderItems {
    #[ingest(primary_key, column = "Id")]
    pub id: i32,
    pub r#type: Option<String>,
    #[ingest(column = "self")]
    pub self_: Option<String>,
    #[ingest(column = "Customer Id")]
    pub customer_id: Option<i32>,
    #[ingest(column = "customer_id")]
    pub customer_id_2: Option<i32>,
    #[ingest(column = "a__b")]
    pub a_b: Option<String>,
    #[ingest(column = "2nd")]
    pub _2nd: Option<String>,
    #[ingest(column = "%")]
    pub column: Option<String>,
    pub r#gen: Option<String>,
    pub größe: Option<String>,
    pub select: Option<String>,
    #[ingest(column = "Filled")]
    pub filled: Option<String>,
    #[ingest(column = "quo\"te")]
    pub quo_te: Option<String>,
    #[ingest(column = "r#in")]
    pub r_in: Option<String>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "2020 sales")]
pub struct Table2020Sales {
    pub a: Option<i32>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "arrays")]
pub struct Arrays {
    pub a: Vec<i32>,
    pub b: Option<Vec<String>>,
    #[ingest(sql_type = "varchar(8)[]")]
    pub c: Option<Vec<String>>,
    #[ingest(sql_type = "timestamptz(3)[]")]
    pub d: Option<Vec<chrono::DateTime<chrono::Utc>>>,
    pub e: Option<Vec<uuid::Uuid>>,
    pub f: Option<Vec<serde_json::Value>>,
    #[ingest(sql_type = "numeric(5,2)[]")]
    pub g: Option<Vec<rust_decimal::Decimal>>,
    pub h: Option<Vec<Vec<i32>>>,
    pub i: Option<Vec<Vec<u8>>>,
    pub j: Option<Vec<bool>>,
    pub k: Option<Vec<chrono::NaiveDate>>,
    #[ingest(text, sql_type = "point[]")]
    pub l: Option<String>,
    #[ingest(sql_type = "public.citext[]")]
    pub m: Option<Vec<String>>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "binary_and_json")]
pub struct BinaryAndJson {
    pub a: Vec<u8>,
    pub b: Option<uuid::Uuid>,
    #[ingest(sql_type = "json")]
    pub c: Option<serde_json::Value>,
    pub d: serde_json::Value,
}

// Not said by the struct, and left as it is by an ingest:
// - check constraint checked_price_check: CHECK (price > 0::numeric)
// - check constraint within: CHECK (price < 1000::numeric) NO INHERIT
// - foreign key constraint checked_parent_fkey: FOREIGN KEY (parent) REFERENCES public.checked(id)
// - exclusion constraint checked_during_excl: EXCLUDE USING gist (during WITH &&)
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "checked")]
pub struct Checked {
    #[ingest(primary_key)]
    pub id: i32,
    #[ingest(sql_type = "numeric(10,2)")]
    pub price: Option<rust_decimal::Decimal>,
    pub parent: Option<i32>,
    pub during: Option<(std::ops::Bound<i32>, std::ops::Bound<i32>)>,
}

// Not said by the struct, and left as it is by an ingest:
// - INHERITS (public.parent)
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "child")]
pub struct Child {
    pub id: i32,
    pub value: Option<String>,
    pub more: Option<String>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "collations")]
#[ingest(index(on(d(collate = "\"C\""), c(collate = "\"POSIX\""), a)))]
pub struct Collations {
    #[ingest(collate = "\"C\"")]
    pub a: String,
    #[ingest(sql_type = "varchar(8)", collate = "\"POSIX\"")]
    pub b: Option<String>,
    #[ingest(collate = "\"C\"")]
    pub c: Option<String>,
    pub d: Option<String>,
}

// Not said by the struct, and left as it is by an ingest:
// - the comment of column c, which ends a line with white space
/// Two lines,
///   the second of which is "indented".
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "commented", comments)]
pub struct Commented {
    #[ingest(primary_key)]
    pub id: i32,
    /// A \ backslash, */ and // é
    pub a: Option<String>,
    /// First paragraph.
    ///
    /// Second one.
    pub b: Option<String>,
    pub c: Option<String>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "composites")]
pub struct Composites {
    #[ingest(text, sql_type = "public.pair")]
    pub a: Option<String>,
    #[ingest(text, sql_type = "public.pair[]")]
    pub b: Option<String>,
    #[ingest(sql_type = "ext.hstore")]
    pub c: Option<std::collections::BTreeMap<String, Option<String>>>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "days")]
#[ingest(partition_by = "range (day)")]
pub struct Days {
    pub day: chrono::NaiveDate,
    pub value: Option<String>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "defaults")]
pub struct Defaults {
    #[ingest(primary_key)]
    pub id: uuid::Uuid,
    #[ingest(default = "0")]
    pub a: i32,
    #[ingest(default = "'it''s \"new\" \\ '::text")]
    pub b: Option<String>,
    #[ingest(default = "now()")]
    pub c: Filled<chrono::DateTime<chrono::Utc>>,
    #[ingest(default = "CURRENT_DATE")]
    pub d: Filled<Option<chrono::NaiveDate>>,
    #[ingest(default = "true")]
    pub e: Option<bool>,
    #[ingest(default = "'{}'::text[]")]
    pub f: Option<Vec<String>>,
    #[ingest(default = "'{\"a\": 1}'::jsonb")]
    pub g: Option<serde_json::Value>,
    #[ingest(sql_type = "numeric(10,2)", default = "'-1.5'::numeric")]
    pub h: Option<rust_decimal::Decimal>,
    #[ingest(default = "'2019-12-31 22:00:00+00'::timestamp with time zone")]
    pub i: Option<chrono::DateTime<chrono::Utc>>,
    #[ingest(sql_type = "varchar(8)", default = "'x'::character varying")]
    pub j: Option<String>,
    #[ingest(text, sql_type = "point", default = "'(0,0)'::point")]
    pub k: Option<String>,
    #[ingest(sql_type = "pg_catalog.tsvector", default = "to_tsvector('english'::regconfig, ''::text)")]
    pub l: Filled<Option<String>>,
    #[ingest(default = "CURRENT_USER")]
    pub m: Filled<Option<String>>,
    #[ingest(text, sql_type = "money", default = "0")]
    pub n: Option<String>,
    #[ingest(default = "'1 day'::interval")]
    pub o: Option<chrono::TimeDelta>,
    #[ingest(default = "random()")]
    pub p: Filled<Option<f64>>,
    #[ingest(default = "'\\x00ff'::bytea")]
    pub q: Option<Vec<u8>>,
    #[ingest(default = "ARRAY[1, 2]")]
    pub r: Option<Vec<i32>>,
    #[ingest(default = "'ok'::public.mood")]
    pub s: Option<Mood>,
}

// Not said by the struct, and left as it is by an ingest:
// - primary key deferrable_keys_pkey: btree (a) (it is deferrable)
// - unique constraint deferrable_keys_b_key: btree (b) (it is deferrable)
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "deferrable_keys")]
pub struct DeferrableKeys {
    pub a: i32,
    pub b: Option<i32>,
    #[ingest(unique)]
    pub c: Option<i32>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "domains")]
pub struct Domains {
    #[ingest(sql_type = "public.short_text")]
    pub a: String,
    #[ingest(sql_type = "public.positive")]
    pub b: Option<i32>,
    #[ingest(sql_type = "public.happy")]
    pub c: Option<String>,
    #[ingest(sql_type = "public.numbers")]
    pub d: Option<Vec<i32>>,
    #[ingest(sql_type = "public.cents")]
    pub e: Option<rust_decimal::Decimal>,
    #[ingest(sql_type = "public.filled_text")]
    pub f: Option<String>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "dropped")]
pub struct Dropped {
    pub a: Option<i32>,
    pub b: Option<i32>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "enums")]
pub struct Enums {
    pub a: Mood,
    pub b: Option<Mood>,
    pub c: Option<Vec<Mood>>,
    pub d: Weather,
    pub e: Option<OddLabels>,
    pub f: Option<Level>,
    #[ingest(sql_type = "public.empty")]
    pub g: Option<String>,
    #[ingest(default = "'ok'::public.mood")]
    pub h: Option<Mood>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "geometry")]
pub struct Geometry {
    #[ingest(text, sql_type = "point")]
    pub a: Option<String>,
    #[ingest(text, sql_type = "line")]
    pub b: Option<String>,
    #[ingest(text, sql_type = "lseg")]
    pub c: Option<String>,
    #[ingest(text, sql_type = "box")]
    pub d: Option<String>,
    #[ingest(text, sql_type = "path")]
    pub e: Option<String>,
    #[ingest(text, sql_type = "polygon")]
    pub f: Option<String>,
    #[ingest(text, sql_type = "circle")]
    pub g: Option<String>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "identities")]
pub struct Identities {
    #[ingest(identity)]
    pub id: Filled<i64>,
    #[ingest(primary_key)]
    pub value: String,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "identities_always")]
pub struct IdentitiesAlways {
    #[ingest(primary_key, identity = "always")]
    pub id: Filled<i32>,
    pub value: Option<String>,
}

// Not said by the struct, and left as it is by an ingest:
// - column id: its identity has START 10 INCREMENT 5
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "identities_from")]
pub struct IdentitiesFrom {
    #[ingest(identity)]
    pub id: Filled<i16>,
    pub value: Option<String>,
}

// Not said by the struct, and left as it is by an ingest:
// - index twice: btree (a) (there is another that is equal)
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "indexes")]
#[ingest(index(sql = "USING btree (a, a)"))]
#[ingest(index(on(a nulls first, c)))]
#[ingest(index(on(a, c desc)))]
#[ingest(index(a, where = "a > 0 AND b <> 'x \"y\"'::text"))]
#[ingest(index(on(b(collate = "\"C\"", opclass = "text_pattern_ops") desc, a)))]
#[ingest(index(b, using = "hash"))]
#[ingest(index(on(c desc nulls last)))]
#[ingest(index(sql = "USING brin (c) WITH (pages_per_range='32')"))]
#[ingest(index(sql = "USING gin (doc jsonb_path_ops, tags) WITH (fastupdate=off)"))]
#[ingest(index(on(expr = "lower(b)", expr = "(a + 1)" desc)))]
#[ingest(index(on(expr = "lower(b)"(collate = "\"C\""))))]
#[ingest(index(on(expr = "to_tsvector('english'::regconfig, b)"), using = "gist"))]
pub struct Indexes {
    #[ingest(primary_key)]
    pub id: i32,
    #[ingest(index)]
    pub a: Option<i32>,
    #[ingest(index(opclass = "text_pattern_ops"))]
    pub b: String,
    #[ingest(index(desc))]
    pub c: Option<chrono::DateTime<chrono::Utc>>,
    #[ingest(index(using = "gin"))]
    pub tags: Option<Vec<String>>,
    #[ingest(index(opclass = "jsonb_path_ops", using = "gin"))]
    pub doc: Option<serde_json::Value>,
}

/// Own.
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "ingested", comments)]
pub struct Ingested {
    #[ingest(primary_key)]
    pub id: i32,
    pub value: Option<String>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "key_in_another_order")]
#[ingest(primary_key(c, a))]
pub struct KeyInAnotherOrder {
    pub a: i32,
    pub b: Option<String>,
    pub c: String,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "key_of_one")]
pub struct KeyOfOne {
    #[ingest(primary_key)]
    pub id: i64,
    pub value: Option<String>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "key_of_two")]
pub struct KeyOfTwo {
    #[ingest(primary_key)]
    pub a: i32,
    #[ingest(primary_key)]
    pub b: String,
    pub c: Option<String>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "keywords")]
pub struct Keywords {
    pub r#as: Option<String>,
    pub r#async: Option<String>,
    pub r#await: Option<String>,
    #[ingest(column = "crate")]
    pub crate_: Option<String>,
    pub r#dyn: Option<String>,
    pub r#fn: Option<String>,
    pub r#match: Option<String>,
    #[ingest(column = "Self")]
    pub self_: Option<String>,
    pub r#struct: Option<String>,
    #[ingest(column = "super")]
    pub super_: Option<String>,
    pub r#try: Option<String>,
    pub r#use: Option<String>,
    pub r#where: Option<String>,
    pub r#yield: Option<String>,
    #[ingest(column = "_")]
    pub column: Option<String>,
    pub union: Option<String>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "networks")]
pub struct Networks {
    pub a: Option<std::net::IpAddr>,
    pub b: Option<ipnet::IpNet>,
    pub c: Option<eui48::MacAddress>,
    #[ingest(text, sql_type = "macaddr8")]
    pub d: Option<String>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "nullable_numbers")]
pub struct NullableNumbers {
    pub a: Option<i16>,
    pub b: Option<i32>,
    pub c: Option<i64>,
    pub d: Option<f32>,
    pub e: Option<f64>,
    pub f: Option<rust_decimal::Decimal>,
    pub g: Option<bool>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "numbers_of_all_kinds")]
pub struct NumbersOfAllKinds {
    pub a: i16,
    pub b: i32,
    pub c: i64,
    pub d: f32,
    pub e: f64,
    pub f: rust_decimal::Decimal,
    #[ingest(sql_type = "numeric(10,2)")]
    pub g: rust_decimal::Decimal,
    #[ingest(sql_type = "numeric(40,10)")]
    pub h: bigdecimal::BigDecimal,
    pub i: bool,
    #[ingest(sql_type = "numeric(5,0)")]
    pub j: Option<rust_decimal::Decimal>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "of_the_server")]
pub struct OfTheServer {
    #[ingest(text, sql_type = "money")]
    pub a: Option<String>,
    #[ingest(text, sql_type = "bit(3)")]
    pub b: Option<String>,
    #[ingest(text, sql_type = "bit varying(5)")]
    pub c: Option<String>,
    #[ingest(text, sql_type = "tsvector")]
    pub d: Option<String>,
    #[ingest(text, sql_type = "tsquery")]
    pub e: Option<String>,
    #[ingest(text, sql_type = "pg_lsn")]
    pub f: Option<String>,
    #[ingest(to_sql, sql_type = "oid")]
    pub g: Option<u32>,
    #[ingest(text, sql_type = "regclass")]
    pub h: Option<String>,
    #[ingest(text, sql_type = "xid")]
    pub i: Option<String>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "only_filled")]
pub struct OnlyFilled {
    #[ingest(default = "now()")]
    pub a: String,
    #[ingest(text, sql_type = "tsvector", default = "to_tsvector('english'::regconfig, ''::text)")]
    pub b: Option<String>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "option")]
pub struct OptionRow {
    pub string: Option<String>,
    pub vec: Option<Vec<String>>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "parent")]
pub struct Parent {
    pub id: i32,
    pub value: Option<String>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "ranges")]
pub struct Ranges {
    pub a: Option<(std::ops::Bound<i32>, std::ops::Bound<i32>)>,
    pub b: (std::ops::Bound<i64>, std::ops::Bound<i64>),
    pub c: Option<(std::ops::Bound<rust_decimal::Decimal>, std::ops::Bound<rust_decimal::Decimal>)>,
    pub d: Option<(std::ops::Bound<chrono::NaiveDate>, std::ops::Bound<chrono::NaiveDate>)>,
    pub e: Option<(std::ops::Bound<chrono::NaiveDateTime>, std::ops::Bound<chrono::NaiveDateTime>)>,
    pub f: Option<(std::ops::Bound<chrono::DateTime<chrono::Utc>>, std::ops::Bound<chrono::DateTime<chrono::Utc>>)>,
    pub g: Option<Vec<(std::ops::Bound<i32>, std::ops::Bound<i32>)>>,
}

// Not said by the struct, and left as it is by an ingest:
// - column id: sequence public.serials_id_seq belongs to it, as to a `serial`, and is not made with the table
// - column b: sequence public.serials_b_seq belongs to it, as to a `serial`, and is not made with the table
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "serials")]
pub struct Serials {
    #[ingest(primary_key, default = "nextval('public.serials_id_seq'::regclass)")]
    pub id: Filled<i32>,
    #[ingest(default = "nextval('public.serials_b_seq'::regclass)")]
    pub b: Filled<i64>,
    pub value: Option<String>,
}

// Not said by the struct, and left as it is by an ingest:
// - primary key stored_tightly_pkey: btree (a) WITH (fillfactor='70') (it has storage parameters)
// - unique constraint stored_tightly_b_key: btree (b) WITH (fillfactor='80') (it has storage parameters)
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "stored_tightly")]
pub struct StoredTightly {
    pub a: i32,
    pub b: Option<i32>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "texts")]
pub struct Texts {
    pub a: String,
    #[ingest(sql_type = "varchar")]
    pub b: Option<String>,
    #[ingest(sql_type = "varchar(16)")]
    pub c: String,
    #[ingest(sql_type = "char(3)")]
    pub d: Option<String>,
    #[ingest(sql_type = "char(1)")]
    pub e: Option<String>,
    #[ingest(text, sql_type = "\"char\"")]
    pub f: Option<String>,
    #[ingest(sql_type = "name")]
    pub g: Option<String>,
    #[ingest(sql_type = "public.citext")]
    pub h: Option<String>,
    #[ingest(sql_type = "xml")]
    pub i: Option<String>,
    #[ingest(sql_type = "bpchar")]
    pub j: Option<String>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "times")]
pub struct Times {
    pub a: chrono::NaiveDate,
    pub b: Option<chrono::NaiveTime>,
    #[ingest(sql_type = "time(3)")]
    pub c: Option<chrono::NaiveTime>,
    pub d: Option<chrono::NaiveDateTime>,
    #[ingest(sql_type = "timestamp(0)")]
    pub e: Option<chrono::NaiveDateTime>,
    pub f: chrono::DateTime<chrono::Utc>,
    #[ingest(sql_type = "timestamptz(3)")]
    pub g: Option<chrono::DateTime<chrono::Utc>>,
    pub h: Option<chrono::TimeDelta>,
    #[ingest(sql_type = "interval(3)")]
    pub i: Option<chrono::TimeDelta>,
    #[ingest(sql_type = "interval day to second")]
    pub j: Option<chrono::TimeDelta>,
    #[ingest(text, sql_type = "timetz")]
    pub k: Option<String>,
    #[ingest(text, sql_type = "timetz(2)")]
    pub l: Option<String>,
}

// Not said by the struct, and left as it is by an ingest:
// - unique index unique_indexes_a_idx: btree (a) (it is no constraint, and `unique` would make it one)
// - unique index unique_indexes_c_idx: btree (c) WHERE (a > 0) (it is no constraint, and `unique` would make it one)
// - unique index unique_indexes_lower_idx: btree (lower(b)) (it is no constraint, and `unique` would make it one)
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "unique_indexes")]
pub struct UniqueIndexes {
    pub a: i32,
    pub b: Option<String>,
    pub c: Option<String>,
}

#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "uniques")]
#[ingest(unique(b, c))]
#[ingest(unique(d, a))]
pub struct Uniques {
    #[ingest(unique)]
    pub a: Option<i32>,
    pub b: i32,
    pub c: Option<i32>,
    pub d: Option<String>,
}

// Not said by the struct, and left as it is by an ingest:
// - UNLOGGED
// - WITH (fillfactor=80)
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "unlogged")]
pub struct Unlogged {
    #[ingest(primary_key)]
    pub id: i32,
}

// Not said by the struct, and left as it is by an ingest:
// - row-level security
// - trigger watch
// - rule quiet
// - policy everybody
// - extended statistics together
#[derive(Debug, IngestTable)]
#[ingest(schema = "public", table = "watched")]
pub struct Watched {
    #[ingest(primary_key)]
    pub id: i32,
    pub value: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, IngestEnum)]
#[ingest(schema = "public", type = "mood", rename_all = "snake_case")]
pub enum Mood {
    Sad,
    Ok,
    Happy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, IngestEnum)]
#[ingest(schema = "public", type = "weather", rename_all = "snake_case")]
pub enum Weather {
    Sunny,
    PartlyCloudy,
    Rain,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, IngestEnum)]
#[ingest(schema = "My Schema", type = "Odd Labels")]
pub enum OddLabels {
    #[ingest(rename = "in transit")]
    InTransit,
    #[ingest(rename = "in-transit")]
    InTransit2,
    #[ingest(rename = "Self")]
    Self_,
    #[ingest(rename = "42")]
    Label42,
    #[ingest(rename = "ok")]
    Ok,
    #[ingest(rename = "+")]
    Label,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, IngestEnum)]
#[ingest(schema = "public", type = "level", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Level {
    Low,
    VeryHigh,
}

pub async fn each(look: &mut crate::look::Look) {
    look.at::<OrderItems>().await;
    look.at::<Table2020Sales>().await;
    look.at::<Arrays>().await;
    look.at::<BinaryAndJson>().await;
    look.at::<Checked>().await;
    look.at::<Child>().await;
    look.at::<Collations>().await;
    look.at::<Commented>().await;
    look.at::<Composites>().await;
    look.at::<Days>().await;
    look.at::<Defaults>().await;
    look.at::<DeferrableKeys>().await;
    look.at::<Domains>().await;
    look.at::<Dropped>().await;
    look.at::<Enums>().await;
    look.at::<Geometry>().await;
    look.at::<Identities>().await;
    look.at::<IdentitiesAlways>().await;
    look.at::<IdentitiesFrom>().await;
    look.at::<Indexes>().await;
    look.at::<Ingested>().await;
    look.at::<KeyInAnotherOrder>().await;
    look.at::<KeyOfOne>().await;
    look.at::<KeyOfTwo>().await;
    look.at::<Keywords>().await;
    look.at::<Networks>().await;
    look.at::<NullableNumbers>().await;
    look.at::<NumbersOfAllKinds>().await;
    look.at::<OfTheServer>().await;
    look.at::<OnlyFilled>().await;
    look.at::<OptionRow>().await;
    look.at::<Parent>().await;
    look.at::<Ranges>().await;
    look.at::<Serials>().await;
    look.at::<StoredTightly>().await;
    look.at::<Texts>().await;
    look.at::<Times>().await;
    look.at::<UniqueIndexes>().await;
    look.at::<Uniques>().await;
    look.at::<Unlogged>().await;
    look.at::<Watched>().await;
}
