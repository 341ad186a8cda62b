//! Figures as they are printed.

/// Two digits after the point, unless there is nothing to say there.
pub(crate) fn figure(value: f64) -> String {
    let text = format!("{value:.2}");
    text.strip_suffix(".00").map_or(text.clone(), str::to_owned)
}

/// Few digits, but not too few.
pub(crate) fn short(value: f64) -> String {
    if value >= 100.0 { grouped(&format!("{value:.0}")) } else { figure(value) }
}

/// A count, with a comma after each three digits.
pub(crate) fn count(rows: usize) -> String {
    grouped(&rows.to_string())
}

fn grouped(digits: &str) -> String {
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
