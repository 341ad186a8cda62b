//! What is done for partitions of a table that is replaced.

use super::{ReplacedMember, name};
use crate::carry::{Carried, Replacing, Swapped, carry};
use crate::catalog::{Hanging, IndexShape, LiveTable, Shape};
use crate::ident::QualifiedName;
use crate::statement::Statement;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn parsed<T: DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).unwrap_or_else(|error| unreachable!("{error}"))
}

fn hanging(partitioned: bool) -> Hanging {
    Hanging {
        table: parsed(json!({
            "partitioned": partitioned, "row_security": false, "force_row_security": false,
            "unlogged": false, "options": [], "toast_options": [], "tablespace": null,
            "access_method": null, "can_set_access_method": true, "replica_identity": "d",
            "type_comment": null, "labels": [], "grantors": [],
        })),
        columns: Vec::new(),
        indexes: Vec::new(),
        constraints: parsed(json!([{
            "oid": 1, "name": "k", "kind": "c", "definition": "CHECK (a > 0)", "valid": true,
            "inherited": !partitioned, "comment": null, "index": null, "whole_row": false,
            "columns": ["a"],
        }])),
        foreign_keys: Vec::new(),
        code: parsed(json!({
            "triggers": [{
                "name": "r", "definition": "CREATE TRIGGER r", "enabled": if partitioned { "O" } else { "D" },
                "above": if partitioned { Value::Null } else { json!("O") }, "comment": null,
                "may_execute": true, "function": "f", "columns": [],
            }],
            "rules": [], "policies": [],
        })),
        statistics: Vec::new(),
        publications: Vec::new(),
    }
}

fn column(name: &str, not_null: bool, default: Option<&str>) -> Value {
    json!({
        "name": name, "type": "integer", "not_null": not_null, "not_null_constraint": null,
        "default": default, "fast_default": false, "is_serial": false, "collation": null,
        "comment": null, "can_insert": true, "can_select": true, "can_update": true,
        "oid": 23, "element": 0, "base": 23, "modifier": -1, "base_kind": "b", "base_name": "int4",
    })
}

fn index(name: &str, form: &str) -> Value {
    json!({
        "name": name, "form": form, "unique": false, "primary": false, "valid": true,
        "immediate": true, "plain": true, "columns": ["a"], "equality": {}, "constraint": null,
    })
}

fn live(columns: &[Value], indexes: &[Value], owner: &str) -> LiveTable {
    parsed(json!({
        "oid": 7, "row_type": 0, "row_array": 0, "kind": "r", "owner": owner, "is_owner": true,
        "owner_creates": true, "comment": "it's", "row_security": false, "can_lock": true,
        "can_select": true, "can_delete": true, "is_filled": false, "referred": [],
        "foreign_partitions": 0, "partition_key": null, "partitioned_by": [],
        "columns": columns, "indexes": indexes, "leftovers": [], "types": [],
    }))
}

/// A partition with an index that is a part and one that is not.
fn member(kind: &str, form_of_part: &str) -> ReplacedMember {
    let columns = [column("a", true, Some("1")), column("b", false, None)];
    let indexes = [index("p_a_idx", form_of_part), index("own", "btree (b)")];
    ReplacedMember {
        member: parsed(json!({
            "oid": 7, "above": 3, "schema": "s", "name": "p", "kind": kind,
            "bound": "FOR VALUES IN (1)", "key": "RANGE (b)", "leaves": false,
            "parts": ["p_a_idx"], "taken": [],
        })),
        live: live(&columns, &indexes, "o"),
        hanging: hanging(false),
        schema_create: true,
        fresh: None,
    }
}

fn carried(members: &[ReplacedMember]) -> Carried {
    let root = live(
        &[column("a", false, None), column("b", false, None)],
        &[index("i", "btree (a)")],
        "o",
    );
    let name = QualifiedName::new("s", "t");
    let names = Swapped { fresh: name.sibling("fresh"), live: name };
    let all = std::slice::from_ref(&names);
    let (live, fresh, hanging) = (&root.shape, &root.shape, &hanging(true));
    carry(&Replacing { hanging, names: &names, live, fresh, all, members, role: "r" })
}

fn sql(statements: &[Statement]) -> Vec<&str> {
    statements.iter().map(Statement::sql).collect()
}

#[test]
fn a_partition_is_made_with_what_it_has_of_its_own() {
    let carried = carried(&[member("p", "btree (a)")]);
    assert_eq!(carried.refused, [""; 0]);
    let partition = r#""s"."pg_bulk_ingest_partition_7""#;
    let create = [
        format!(
            r#"CREATE TABLE {partition} PARTITION OF "s"."fresh" FOR VALUES IN (1) PARTITION BY RANGE (b)"#
        ),
        format!(r#"ALTER TABLE {partition} OWNER TO "o""#),
        r#"ALTER TABLE "s"."fresh" ADD CONSTRAINT "k" CHECK (a > 0)"#.to_owned(),
        format!(r#"ALTER TABLE {partition} ALTER COLUMN "a" SET DEFAULT 1"#),
        format!(r#"ALTER TABLE {partition} ALTER COLUMN "a" SET NOT NULL"#),
    ];
    assert_eq!(sql(&carried.create), create);
    let build = [format!(r#"CREATE INDEX "own_pg_bulk_ingest" ON {partition} USING btree (b)"#)];
    assert_eq!(sql(&carried.build), build);
    let after = [
        "CREATE TRIGGER r",
        r#"ALTER TABLE "s"."p" DISABLE TRIGGER "r""#,
        r#"COMMENT ON TABLE "s"."p" IS E'it''s'"#,
    ];
    assert_eq!(sql(&carried.after), after);
}

#[test]
fn what_another_partition_could_not_have_is_refused() {
    let refused = carried(&[member("f", "btree (a DESC)")]).refused;
    let expected = [
        r#"its partition "s"."p", which is a foreign table"#,
        r#"index "p_a_idx" of its partition "s"."p", which is btree (a DESC), unlike that of the table"#,
    ];
    assert_eq!(refused, expected);
}

#[test]
fn indexes_of_partitions_get_their_names_back() {
    let mut one = member("r", "btree (a)");
    let shape = |name: &str, form: &str| parsed::<IndexShape>(index(name, form));
    let indexes = vec![shape("x", "btree (b)"), shape("y", "btree (a)"), shape("z", "btree (c)")];
    one.fresh = Some((9, Shape { columns: Vec::new(), indexes }));
    let root = Shape { columns: Vec::new(), indexes: Vec::new() };
    let statements = name(&root, &[one], &["p_c_idx".to_owned()]);
    let expected = [
        r#"ALTER TABLE "s"."pg_bulk_ingest_partition_7" RENAME TO "p""#,
        r#"ALTER INDEX "s"."x" RENAME TO "own""#,
        r#"ALTER INDEX "s"."y" RENAME TO "p_a_idx""#,
        r#"ALTER INDEX "s"."z" RENAME TO "p_c_idx1""#,
    ];
    assert_eq!(sql(&statements), expected);
}
