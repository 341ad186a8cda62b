//! Fields of any type that implements `postgres_types::ToSql`.

use bit_vec::BitVec;
use cidr::{IpCidr, IpInet};
use eui48::MacAddress;
use geo_types::{Coord, LineString, Point, Rect};
use pg_bulk_ingest::{Batch, Delete, ErrorKind, IngestTable, Iter};
use postgres_types::{IsNull, ToSql, Type};
use tests::{Database, ingest};

type Maybe<T> = Option<T>;

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Row<'a, T> {
    #[ingest(primary_key)]
    id: i32,
    #[ingest(to_sql, sql_type = "point")]
    point: Point<f64>,
    #[ingest(to_sql, sql_type = "path")]
    path: Maybe<LineString<f64>>,
    #[ingest(to_sql, sql_type = "box")]
    rect: Rect<f64>,
    #[ingest(to_sql, sql_type = "varbit")]
    bits: &'a BitVec,
    #[ingest(to_sql, sql_type = "bit(3)")]
    three: BitVec,
    #[ingest(to_sql, sql_type = "cidr")]
    cidr: IpCidr,
    #[ingest(to_sql, sql_type = "inet")]
    inet: Option<IpInet>,
    #[ingest(to_sql, sql_type = "macaddr")]
    mac: MacAddress,
    #[ingest(to_sql, sql_type = "point[]")]
    points: Vec<Option<Point<f64>>>,
    #[ingest(to_sql, sql_type = "path[]")]
    paths: &'a [LineString<f64>],
    #[ingest(to_sql, sql_type = "varbit[]")]
    bit_sets: Option<Vec<BitVec>>,
    #[ingest(to_sql, sql_type = "cidr[]")]
    cidrs: Vec<IpCidr>,
    #[ingest(to_sql, sql_type = "macaddr[]")]
    macs: Vec<MacAddress>,
    #[ingest(to_sql, sql_type = "citext")]
    generic: T,
    #[ingest(to_sql, sql_type = "short_text")]
    domain: &'a str,
}

fn line(coordinates: &[(f64, f64)]) -> LineString<f64> {
    LineString(coordinates.iter().map(|(x, y)| Coord { x: *x, y: *y }).collect())
}

#[tokio::test]
async fn they_read_back_as_they_were_given() {
    let database = Database::new().await;
    let mut client = database.connect().await;
    let bits = BitVec::from_fn(11, |i| i % 2 == 0);
    let paths = [line(&[(0.0, 0.5), (1.0, 1.0)])];
    let mac = MacAddress::new([8, 0, 0x2b, 1, 2, 3]);
    let row = |id, path: bool| Row {
        id,
        point: Point::new(1.5, -2.0),
        path: path.then(|| line(&[(1.0, 2.0), (3.0, 4.0), (5.0, 6.0)])),
        rect: Rect::new(Coord { x: 0.0, y: 0.0 }, Coord { x: 2.0, y: 3.0 }),
        bits: &bits,
        three: BitVec::from_elem(3, true),
        cidr: "10.1.0.0/16".parse().unwrap(),
        inet: path.then(|| "fe80::1/64".parse().unwrap()),
        mac,
        points: vec![Some(Point::new(1.0, 2.0)), None],
        paths: &paths,
        bit_sets: path.then(|| vec![BitVec::from_elem(2, true), BitVec::from_elem(1, false)]),
        cidrs: vec!["10.1.0.0/16".parse().unwrap(), "::/0".parse().unwrap()],
        macs: vec![mac],
        generic: "Text".to_owned(),
        domain: "domain",
    };
    for delete in [Delete::Off, Delete::Off, Delete::BeforeFirstBatch] {
        let rows = [row(1, false), row(1, true), row(2, false)];
        let ingest = ingest::<Row<'_, String>>(&mut client).delete(delete);
        ingest.batches(|_| [Batch::new(&rows)]).await.unwrap();
        assert_eq!(
            database.rows("SELECT * FROM t ORDER BY id").await,
            [
                "1|(1.5,-2)|[(1,2),(3,4),(5,6)]|(2,3),(0,0)|10101010101|111|10.1.0.0/16|fe80::1/64|\
                 08:00:2b:01:02:03|{\"(1,2)\",NULL}|{\"[(0,0.5),(1,1)]\"}|{11,0}|\
                 {10.1.0.0/16,::/0}|{08:00:2b:01:02:03}|Text|domain",
                "2|(1.5,-2)|∅|(2,3),(0,0)|10101010101|111|10.1.0.0/16|∅|\
                 08:00:2b:01:02:03|{\"(1,2)\",NULL}|{\"[(0,0.5),(1,1)]\"}|∅|\
                 {10.1.0.0/16,::/0}|{08:00:2b:01:02:03}|Text|domain",
            ]
        );
    }
    let columns = "SELECT attnotnull FROM pg_attribute WHERE attrelid = 't'::regclass
        AND attname IN ('point', 'path', 'bit_sets') ORDER BY attnum";
    assert_eq!(database.rows(columns).await, ["t", "f", "f"]);
}

#[derive(Debug, ToSql)]
#[postgres(name = "feeling")]
enum Feeling {
    #[postgres(name = "fine")]
    Fine,
    #[postgres(name = "so so")]
    SoSo,
}

#[derive(Debug, ToSql)]
#[postgres(name = "part")]
struct Part {
    feeling: Feeling,
    sizes: Vec<i32>,
}

#[derive(IngestTable)]
#[ingest(table = "t")]
struct Composite {
    #[ingest(to_sql, sql_type = "part")]
    part: Part,
    #[ingest(to_sql, sql_type = "part[]")]
    parts: Vec<Part>,
    #[ingest(to_sql, sql_type = "feeling")]
    feeling: Option<Feeling>,
}

#[tokio::test]
async fn types_of_the_database_are_looked_up_in_it() {
    let database = Database::new().await;
    database
        .execute(
            "CREATE TYPE feeling AS ENUM ('fine', 'so so'); CREATE DOMAIN size AS int;
             CREATE TYPE part AS (feeling feeling, sizes int[])",
        )
        .await;
    let mut client = database.connect().await;
    let part = |size| Part { feeling: Feeling::SoSo, sizes: vec![size, 2] };
    let rows = [Composite { part: part(1), parts: vec![part(3)], feeling: Some(Feeling::Fine) }];
    ingest::<Composite>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    assert_eq!(
        database.row("SELECT part, parts[1].sizes, feeling FROM t").await,
        r#"("so so","{1,2}")|{3,2}|fine"#
    );
}

#[tokio::test]
async fn a_type_that_is_not_accepted_is_refused_before_the_rows() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Wrong {
        #[ingest(to_sql, sql_type = "path")]
        point: Point<f64>,
    }
    let database = Database::new().await;
    database.execute("CREATE TABLE t (point path NOT NULL)").await;
    let mut client = database.connect().await;
    let none = |_| -> [Batch<Iter<Vec<Wrong>>>; 0] { panic!("not asked for") };
    let error = ingest::<Wrong>(&mut client).batches(none).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Definition { .. }));
    assert_eq!(
        error.to_string(),
        r#"cannot write into the table: "public"."t": column "point" is of type path, which cannot hold the Rust type Point<f64> of field point"#
    );
}

/// What `to_sql` returns is what happens, whatever the type says of `Option`.
#[derive(Debug)]
struct Odd(i32);

impl ToSql for Odd {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut bytes::BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self.0 {
            0 => Ok(IsNull::Yes),
            1 => Err("not today".into()),
            value => value.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        i32::accepts(ty)
    }

    postgres_types::to_sql_checked!();
}

#[tokio::test]
async fn an_error_of_a_value_names_it_and_its_null_is_null() {
    #[derive(IngestTable)]
    #[ingest(table = "t")]
    struct Row {
        id: i32,
        #[ingest(to_sql, sql_type = "positive")]
        odd: Option<Odd>,
    }
    let database = Database::new().await;
    let mut client = database.connect().await;
    let row = |id, odd: Option<i32>| Row { id, odd: odd.map(Odd) };
    let rows = [row(1, Some(0)), row(2, None), row(3, Some(3))];
    ingest::<Row>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap();
    assert_eq!(database.rows("SELECT * FROM t ORDER BY id").await, ["1|∅", "2|∅", "3|3"]);
    let rows = [row(4, Some(4)), row(5, Some(1))];
    let error = ingest::<Row>(&mut client).batches(|_| [Batch::new(&rows)]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"cannot write a row: "public"."t", batch 1, row 2, column "odd": the value cannot be written as int4: not today"#
    );
}
