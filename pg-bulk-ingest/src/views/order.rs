//! The order in which views can be made.

/// A step towards views that need each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Makes a view with its columns but without what it reads, since that reads it, too.
    Placeholder(usize),
    /// Makes a view.
    Make(usize),
    /// Gives a view that is a placeholder its query.
    Define(usize),
}

/// The steps in which views can be made, of which each needs others. Only those that
/// `can_be_placeholder` break a circle.
///
/// Placeholders are defined last. Dropped in the opposite order, once those of a circle are
/// placeholders again, no view is dropped before one that needs it.
pub(super) fn order(needs: &[Vec<usize>], can_be_placeholder: impl Fn(usize) -> bool) -> Vec<Step> {
    let mut placed = vec![false; needs.len()];
    let mut steps = Vec::with_capacity(needs.len());
    let mut placeholders = Vec::new();
    while let Some(first) = placed.iter().position(|placed| !placed) {
        let ready = |view: &usize| !placed[*view] && needs[*view].iter().all(|need| placed[*need]);
        if let Some(view) = (0..needs.len()).find(ready) {
            placed[view] = true;
            steps.push(Step::Make(view));
            continue;
        }
        let breaks = |view: &usize| {
            !placed[*view] && can_be_placeholder(*view) && is_in_circle(needs, &placed, *view)
        };
        let view = (0..needs.len()).find(breaks).unwrap_or(first);
        placed[view] = true;
        placeholders.push(Step::Define(view));
        steps.push(Step::Placeholder(view));
    }
    steps.extend(placeholders);
    steps
}

/// Whether a view needs itself, by way of others that are not placed yet.
fn is_in_circle(needs: &[Vec<usize>], placed: &[bool], view: usize) -> bool {
    let mut seen = placed.to_vec();
    let mut next = needs[view].clone();
    while let Some(need) = next.pop() {
        if need == view {
            return true;
        }
        if !std::mem::replace(&mut seen[need], true) {
            next.extend(&needs[need]);
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::Step::{Define, Make, Placeholder};
    use super::order;

    #[test]
    fn what_is_needed_comes_first() {
        // 0 over 2, 1 over 0 and 2, 2 over nothing
        let needs = [vec![2], vec![0, 2], vec![]];
        assert_eq!(order(&needs, |_| true), [Make(2), Make(0), Make(1)]);
    }

    #[test]
    fn a_circle_is_broken_by_a_placeholder_in_it() {
        // 0 reads the circle of 1 and 2, in which 3 is not; 1 is materialized
        let needs = [vec![1], vec![2], vec![1, 3], vec![]];
        let steps = order(&needs, |view| view != 1);
        assert_eq!(steps, [Make(3), Placeholder(2), Make(1), Make(0), Define(2)]);
    }

    #[test]
    fn each_circle_is_broken() {
        let needs = [vec![1], vec![0], vec![3], vec![2], vec![0, 2]];
        let steps = order(&needs, |_| true);
        assert_eq!(
            steps,
            [Placeholder(0), Make(1), Placeholder(2), Make(3), Make(4), Define(0), Define(2)]
        );
    }
}
