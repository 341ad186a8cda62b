//! Triggers, rules and policies. They print with the table's name, and are made once the new table
//! has it.

use super::constraint::comment;
use super::{Carried, Replacing, comment_on, locked};
use crate::catalog::{Policy, Rule, Trigger};
use crate::ident::{Ident, list};

pub(super) fn carry(replacing: &Replacing<'_>, carried: &mut Carried) {
    let code = &replacing.hanging.code;
    for policy in &code.policies {
        carry_policy(replacing, policy, carried);
    }
    for rule in &code.rules {
        carry_rule(replacing, rule, carried);
    }
    for trigger in &code.triggers {
        carry_trigger(replacing, trigger, carried);
    }
}

fn carry_policy(replacing: &Replacing<'_>, policy: &Policy, carried: &mut Carried) {
    if !carried.has_columns(replacing, &format!("policy {:?}", policy.name), &policy.columns) {
        return;
    }
    let (table, name) = (replacing.live_name(), Ident::new(&policy.name));
    let kind = if policy.permissive { "PERMISSIVE" } else { "RESTRICTIVE" };
    let role = |role: &Option<String>| {
        role.as_ref().map_or_else(|| "PUBLIC".to_owned(), |role| Ident::new(role).to_string())
    };
    let (command, roles) = (&policy.command, list(policy.roles.iter().map(role)));
    let mut sql = format!("CREATE POLICY {name} ON {table} AS {kind} FOR {command} TO {roles}");
    if let Some(using) = &policy.using {
        sql += &format!(" USING ({using})");
    }
    if let Some(check) = &policy.check {
        sql += &format!(" WITH CHECK ({check})");
    }
    carried.after.push(locked(sql));
    carried.after.extend(comment_on(&format!("POLICY {name} ON {table}"), policy.comment.as_ref()));
}

fn carry_rule(replacing: &Replacing<'_>, rule: &Rule, carried: &mut Carried) {
    if !carried.has_columns(replacing, &format!("rule {:?}", rule.name), &rule.columns) {
        return;
    }
    let (table, name) = (replacing.live_name(), Ident::new(&rule.name));
    carried.after.push(locked(rule.definition.clone()));
    if let Some(set) = enabled(rule.enabled) {
        carried.after.push(locked(format!("ALTER TABLE {table} {set} RULE {name}")));
    }
    carried.after.extend(comment_on(&format!("RULE {name} ON {table}"), rule.comment.as_ref()));
}

fn carry_trigger(replacing: &Replacing<'_>, trigger: &Trigger, carried: &mut Carried) {
    if !carried.has_columns(replacing, &format!("trigger {:?}", trigger.name), &trigger.columns) {
        return;
    }
    if !trigger.may_execute {
        carried.missing.push(format!("EXECUTE on function {}", trigger.function));
    }
    let (table, name) = (replacing.live_name(), Ident::new(&trigger.name));
    let set = enabled(trigger.enabled);
    let set = match trigger.above {
        None => {
            carried.after.push(locked(trigger.definition.clone()));
            set
        }
        // It comes with that of the table above, and with its state if there is one.
        Some(above) => set.or(enabled(above).map(|_| "ENABLE")),
    };
    if let Some(set) = set {
        carried.after.push(locked(format!("ALTER TABLE {table} {set} TRIGGER {name}")));
    }
    let object = format!("TRIGGER {name} ON {table}");
    carried.after.extend(comment_on(&object, trigger.comment.as_ref()));
    let constraints = &replacing.hanging.constraints;
    let constraint = constraints
        .iter()
        .find(|constraint| constraint.kind == 't' && constraint.name == trigger.name);
    carried.after.extend(constraint.and_then(|constraint| comment(table, constraint)));
}

/// How a trigger or rule gets the state that it has, if it is not that of a new one.
fn enabled(state: char) -> Option<&'static str> {
    match state {
        'D' => Some("DISABLE"),
        'R' => Some("ENABLE REPLICA"),
        'A' => Some("ENABLE ALWAYS"),
        _ => None,
    }
}
