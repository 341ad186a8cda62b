//! What a mistyped word may have meant.

/// `: did you mean …?`, or nothing if no candidate is like the word.
pub(crate) fn suggestion(word: &str, candidates: &[&str]) -> String {
    let closest = candidates
        .iter()
        .map(|candidate| (distance(candidate, word), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().max(word.len()) / 3)
        .min();
    closest.map(|(_, candidate)| format!(": did you mean `{candidate}`?")).unwrap_or_default()
}

/// The edits (of one character each) between two words.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut next = vec![i + 1];
        for (b, costs) in to.iter().zip(row.windows(2)) {
            let [diagonal, above] = costs else { continue };
            let left = next.last().copied().unwrap_or_default();
            next.push((diagonal + usize::from(a != *b)).min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::suggestion;

    #[test]
    fn what_is_like_the_word_is_suggested() {
        let keys = ["schema", "table", "primary_key"];
        assert_eq!(suggestion("shema", &keys), ": did you mean `schema`?");
        assert_eq!(suggestion("primarykey", &keys), ": did you mean `primary_key`?");
        assert_eq!(suggestion("nullable", &keys), "");
        assert_eq!(suggestion("t", &keys), "");
    }
}
