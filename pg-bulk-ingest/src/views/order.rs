//! The order in which views can be made.

use std::collections::BTreeSet;

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
    let mut rest = Rest::new(needs);
    let mut steps = Vec::with_capacity(needs.len());
    let mut placeholders = Vec::new();
    while let Some(&first) = rest.views.first() {
        if let Some(view) = rest.ready.pop_first() {
            rest.place(view);
            steps.push(Step::Make(view));
            continue;
        }
        let breaks = |view: &usize| can_be_placeholder(*view) && rest.is_in_circle(needs, *view);
        let view = rest.waiting.iter().copied().find(breaks).unwrap_or(first);
        // What is no longer in a circle never is again: each view is tried once.
        rest.waiting = rest.waiting.split_off(&view);
        rest.place(view);
        placeholders.push(Step::Define(view));
        steps.push(Step::Placeholder(view));
    }
    steps.extend(placeholders);
    steps
}

/// The views that are not placed yet.
struct Rest {
    views: BTreeSet<usize>,
    /// Those of which all needs are placed.
    ready: BTreeSet<usize>,
    /// Those that may be in a circle.
    waiting: BTreeSet<usize>,
    /// How many of the needs of each view are not placed.
    missing: Vec<usize>,
    /// The views that need each view.
    needed_by: Vec<Vec<usize>>,
}

impl Rest {
    fn new(needs: &[Vec<usize>]) -> Self {
        let mut needed_by = vec![Vec::new(); needs.len()];
        for (view, needs) in needs.iter().enumerate() {
            needs.iter().for_each(|need| needed_by[*need].push(view));
        }
        let views = (0..needs.len()).collect::<BTreeSet<_>>();
        let (ready, waiting) = views.iter().partition(|view| needs[**view].is_empty());
        Self { views, ready, waiting, missing: needs.iter().map(Vec::len).collect(), needed_by }
    }

    fn place(&mut self, view: usize) {
        self.views.remove(&view);
        self.ready.remove(&view);
        self.waiting.remove(&view);
        for by in std::mem::take(&mut self.needed_by[view]) {
            self.missing[by] -= 1;
            if self.missing[by] == 0 && self.views.contains(&by) {
                self.ready.insert(by);
                self.waiting.remove(&by);
            }
        }
    }

    /// Whether a view needs itself, by way of others that are not placed yet.
    fn is_in_circle(&self, needs: &[Vec<usize>], view: usize) -> bool {
        let mut seen = BTreeSet::new();
        let mut next = needs[view].clone();
        while let Some(need) = next.pop() {
            if need == view {
                return true;
            }
            if self.views.contains(&need) && seen.insert(need) {
                next.extend(&needs[need]);
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::Step::{Define, Make, Placeholder};
    use super::order;
    use std::cell::Cell;

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

    #[test]
    fn each_view_is_asked_about_once() {
        // 100 circles of two, each read by a view before it; a chain over all of them
        let circles = (0..100).flat_map(|circle| {
            let first = 3 * circle;
            [vec![first + 1], vec![first + 2], vec![first + 1]]
        });
        let chain = (300..1300).map(|view| vec![view + 1]).chain([(0..300).collect()]);
        let needs = circles.chain(chain).collect::<Vec<_>>();
        let asked = Cell::new(0);
        let steps = order(&needs, |_| {
            asked.set(asked.get() + 1);
            true
        });
        assert_eq!(steps.len(), needs.len() + 100);
        assert!(asked.get() <= needs.len(), "{} of {}", asked.get(), needs.len());
    }
}
