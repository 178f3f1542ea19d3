//! Reads the answers of the corpus over and over and prints how long a thousand of them take, as JSON.

#![expect(clippy::print_stdout, reason = "the figures go to whoever measures")]

#[path = "../tests/answers/corpus.rs"]
mod corpus;

use std::time::{Duration, Instant};

const ANSWERS: usize = 1_000;
const ROUNDS: usize = 11;

fn main() {
    let cases = corpus::all();
    let mut wrong = Vec::new();
    let mut slowest = (Duration::ZERO, "");
    let mut rounds: Vec<f64> = Vec::new();
    for round in 0..ROUNDS {
        let begun = Instant::now();
        for case in cases.iter().cycle().take(ANSWERS) {
            let one = Instant::now();
            let reading = case.reading();
            let took = one.elapsed();
            if round > 0 && took > slowest.0 {
                slowest = (took, &case.name);
            }
            if reading != case.expected {
                wrong.push(&case.name);
            }
        }
        rounds.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    rounds.sort_by(f64::total_cmp);
    println!(
        "{{\"answers\":{ANSWERS},\"cases\":{},\"wrong\":{},\"p50_ms\":{:.3},\"slowest_round_ms\":{:.3},\"slowest_answer_ms\":{:.3},\"slowest_answer\":\"{}\"}}",
        cases.len(),
        wrong.len(),
        rounds[ROUNDS / 2],
        rounds[ROUNDS - 1],
        slowest.0.as_secs_f64() * 1_000.0,
        slowest.1.replace(['\\', '"'], ""),
    );
}
