//! Rounds, and the medians of what they measured.

use crate::plot::Kind;
use crate::settings::Settings;
use rustix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant};

/// What one run took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    /// Of the client's process.
    pub(crate) cpu: Duration,
}

/// Measures a future.
pub(crate) async fn cost(run: impl Future<Output = ()>) -> Cost {
    let (start, cpu) = (Instant::now(), cpu_time());
    run.await;
    Cost { wall: start.elapsed(), cpu: cpu_time() - cpu }
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::from_secs(seconds) + Duration::from_nanos(u64::try_from(time.tv_nsec).unwrap_or(0))
}

/// The costs of contenders, round by round; the first is the reference.
///
/// A contender that does not take part in all rounds takes part in the first ones.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    contenders: Vec<Contender>,
}

#[derive(Debug)]
struct Contender {
    name: String,
    costs: Vec<Cost>,
    /// What else was measured, by name and round.
    others: Vec<(&'static str, Vec<f64>)>,
}

impl Rounds {
    pub(crate) fn add(&mut self, name: &str, cost: Cost) {
        self.contender(name).costs.push(cost);
    }

    /// Adds something else than time.
    pub(crate) fn add_other(&mut self, name: &str, what: &'static str, value: f64) {
        let others = &mut self.contender(name).others;
        match others.iter_mut().find(|(other, _)| *other == what) {
            Some((_, values)) => values.push(value),
            None => others.push((what, vec![value])),
        }
    }

    fn contender(&mut self, name: &str) -> &mut Contender {
        let found = self.contenders.iter().position(|contender| contender.name == name);
        let place = found.unwrap_or_else(|| {
            let (costs, others) = (Vec::new(), Vec::new());
            self.contenders.push(Contender { name: name.to_owned(), costs, others });
            self.contenders.len() - 1
        });
        &mut self.contenders[place]
    }

    fn costs(&self, name: &str) -> &[Cost] {
        let found = self.contenders.iter().find(|contender| contender.name == name);
        found.map_or(&[], |contender| &contender.costs)
    }

    /// The median of the ratios of the same rounds, of wall time; not a number if one of the two did
    /// not take part.
    pub(crate) fn wall(&self, name: &str, reference: &str) -> f64 {
        self.ratio(name, reference, |cost| cost.wall)
    }

    /// The same of the client's processor time.
    pub(crate) fn cpu(&self, name: &str, reference: &str) -> f64 {
        self.ratio(name, reference, |cost| cost.cpu)
    }

    fn ratio(&self, name: &str, reference: &str, of: fn(&Cost) -> Duration) -> f64 {
        let pairs = self.costs(name).iter().zip(self.costs(reference));
        median(pairs.map(|(cost, reference)| of(cost).as_secs_f64() / of(reference).as_secs_f64()))
    }

    /// The median of something else than time.
    pub(crate) fn other(&self, name: &str, what: &str) -> f64 {
        let found = self.contenders.iter().find(|contender| contender.name == name);
        let others = found.iter().flat_map(|contender| &contender.others);
        let values = others.filter(|(other, _)| *other == what).flat_map(|(_, values)| values);
        median(values.copied())
    }

    /// The greatest ratio of a contender to any other: to the best of them.
    pub(crate) fn wall_to_best(&self, name: &str) -> f64 {
        let others = self.contenders.iter().filter(|other| other.name != name);
        others.map(|other| self.wall(name, &other.name)).fold(f64::NAN, f64::max)
    }

    /// Prints a table: the median of each contender, and of its ratio to the reference of the same
    /// round.
    pub(crate) fn print(&self, settings: &Settings, title: &str) {
        let Some(reference) = self.contenders.first() else { return };
        println!("{title}");
        print!("{:48} {:>8} {:>8} {:>8} {:>8}", "", "wall s", "ratio", "cpu s", "ratio");
        println!("{}", columns(&reference.others, |(what, _)| format!("{what:>12}")));
        let mut bars = Vec::new();
        for Contender { name, costs, others } in &self.contenders {
            let wall = median(costs.iter().map(|cost| cost.wall.as_secs_f64()));
            let cpu = median(costs.iter().map(|cost| cost.cpu.as_secs_f64()));
            let (to_wall, to_cpu) =
                (self.wall(name, &reference.name), self.cpu(name, &reference.name));
            print!("{name:48} {wall:>8.3} {to_wall:>8.2} {cpu:>8.3} {to_cpu:>8.2}");
            let value = |values: &[f64]| format!("{:>12.1}", median(values.iter().copied()));
            println!("{}", columns(others, |(_, values)| value(values)));
            bars.push((name.clone(), to_wall));
        }
        settings.plot(
            title,
            "wall time, as a ratio to the first; shorter is better",
            Kind::Ratios(bars),
        );
        println!();
    }
}

fn columns<T>(of: &[T], column: impl Fn(&T) -> String) -> String {
    of.iter().map(|one| format!(" {}", column(one))).collect()
}

pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values = values.collect::<Vec<_>>();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
