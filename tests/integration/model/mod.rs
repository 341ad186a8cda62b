//! Random sequences of ingests, faults and other people's doings, beside a model in memory.
//!
//! A run prints its seed if it fails, and the steps up to the failure: the shortest sequence that
//! shows it, since each step is checked. `MODEL_SEED` repeats a run; `MODEL_RUNS` and `MODEL_STEPS`
//! ask for more of them, and longer ones.

mod load;
mod run;
mod step;
mod world;

use local_postgres::LocalPostgres;
use run::Run;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use step::Step;
use tests::Dice;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_sequence_of_ingests_and_faults_does_as_the_model_does() {
    let server = Arc::new(LocalPostgres::builder().ignore_database_url().start().unwrap());
    let steps = number("MODEL_STEPS").unwrap_or(25);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let seed = number("MODEL_SEED");
    let runs = number("MODEL_RUNS").unwrap_or(if seed.is_some() { 1 } else { 3 });
    let first = seed.unwrap_or(now * 1_000);
    for seed in first..first + runs {
        let mut dice = Dice::new(seed);
        let mut run = Run::new(server.clone(), dice.once_in(3)).await;
        let mut done = Vec::new();
        for _ in 0..steps {
            let step = Step::any(&mut dice);
            done.push(format!("{:3}. {step:?}", done.len() + 1));
            if let Err(why) = run.step(step).await {
                panic!("MODEL_SEED={seed} fails after\n{}\n{why}", done.join("\n"));
            }
        }
        println!("MODEL_SEED={seed}: {} steps, of which {} met a fault", done.len(), run.faults);
    }
}
