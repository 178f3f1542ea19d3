//! How near estimates come to what real tokenizers count.
//!
//! The texts in `data/token-counts.txt` are of this project. Their counts come from the tokenizers
//! themselves: SmolLM2's by llama.cpp's `/tokenize`, Llama 3's by llama3-tokenizer-js 1.2.0,
//! Mistral 7B's by mistral-tokenizer-js 1.0.0, `o200k_base` by js-tiktoken 1.0.21.

use saga_domain::{Message, Prompt, Role};
use saga_prompt::{Calibration, estimate_tokens};

const DATA: &str = include_str!("data/token-counts.txt");
const TOKENIZERS: [&str; 4] = ["smollm2", "llama3", "mistral", "o200k"];

struct Counted {
    name: &'static str,
    is_learned: bool,
    counts: &'static str,
    text: &'static str,
}

impl Counted {
    fn all() -> Vec<Self> {
        let sections = DATA.split("//- ").skip(1);
        let read = |section: &'static str| {
            let (heading, text) = section.split_once('\n').expect("a heading");
            let (kind, rest) = heading.split_once(": ").expect("what it is for");
            let (name, counts) = rest.split_once(" | ").expect("counts");
            Self { name, is_learned: kind == "learn", counts, text }
        };
        sections.map(read).collect()
    }

    fn tokens(&self, tokenizer: &str) -> u32 {
        let count = self.counts.split(" | ").find_map(|count| count.strip_prefix(tokenizer));
        count.and_then(|count| count.trim().parse().ok()).expect("a count")
    }
}

fn percent_off(estimated: u32, counted: u32) -> i64 {
    (i64::from(estimated) - i64::from(counted)) * 100 / i64::from(counted)
}

/// Learns from ten answers in `order`, and compares with other texts.
fn check(tokenizer: &str, order: impl Fn(&mut Vec<&Counted>)) {
    let counted = Counted::all();
    let mut learned: Vec<&Counted> = counted.iter().filter(|counted| counted.is_learned).collect();
    assert_eq!(learned.len(), 10);
    order(&mut learned);
    let mut calibration = Calibration::default();
    for answer in learned {
        calibration.learn(&Prompt::Raw(answer.text.to_owned()), answer.tokens(tokenizer));
    }
    let others: Vec<&Counted> = counted.iter().filter(|counted| !counted.is_learned).collect();
    assert_eq!(others.len(), 6);
    for other in others {
        let off = percent_off(calibration.estimate(other.text), other.tokens(tokenizer));
        assert!(off.abs() <= 10, "{tokenizer}, {}: {off} %", other.name);
    }
}

#[test]
fn within_ten_percent_after_ten_answers() {
    for tokenizer in TOKENIZERS {
        check(tokenizer, |_| {});
        check(tokenizer, |learned| learned.reverse());
        for turned in 1..10 {
            check(tokenizer, |learned| learned.rotate_left(turned));
        }
    }
}

/// Without this the test above would prove nothing.
#[test]
fn before_that_some_are_far_off() {
    let counted = Counted::all();
    for tokenizer in TOKENIZERS {
        let off = |counted: &Counted| {
            percent_off(estimate_tokens(counted.text), counted.tokens(tokenizer)).abs()
        };
        assert!(counted.iter().any(|counted| off(counted) > 15), "{tokenizer}");
    }
}

#[test]
fn counts_that_mean_nothing_teach_nothing() {
    let mut calibration = Calibration::default();
    calibration.learn(&Prompt::Raw("return x\n".repeat(100)), 0);
    calibration.learn(&Prompt::Raw("return".to_owned()), 12);
    calibration.learn(&Prompt::Raw(String::new()), 500);
    calibration.learn(&Prompt::Raw("return x\n".repeat(400)), 40);
    assert_eq!(calibration.estimate("return x\n"), estimate_tokens("return x\n"));
}

#[test]
fn wild_counts_leave_estimates_sane() {
    let mut calibration = Calibration::default();
    let text = "    return self.총합(x, 12345)\n".repeat(40);
    for times in [3.5, 0.3, 3.9, 1000.0, 0.1] {
        for _ in 0..50 {
            let count = f64::from(calibration.estimate(&text)) * times;
            calibration.learn(&Prompt::Raw(text.clone()), count as u32);
        }
        let estimated = calibration.estimate(&text);
        assert!((1..100_000).contains(&estimated), "{estimated}");
    }
    let counted = estimate_tokens(&text);
    for _ in 0..200 {
        calibration.learn(&Prompt::Raw(text.clone()), counted);
    }
    let off = percent_off(calibration.estimate(&text), counted);
    assert!(off.abs() <= 10, "{off} % after it was right again");
}

#[test]
fn every_way_to_ask_is_learned_from() {
    let text = "def total(items):\n    return sum(items)\n".repeat(20);
    let tokens = estimate_tokens(&text) * 3 / 2;
    let fim = Prompt::Fim { prefix: text.clone(), suffix: String::new() };
    let chat = Prompt::Chat(vec![Message { role: Role::User, content: text.clone() }]);
    for prompt in [Prompt::Raw(text.clone()), fim, chat] {
        let mut calibration = Calibration::default();
        for _ in 0..10 {
            calibration.learn(&prompt, tokens);
        }
        let off = percent_off(calibration.estimate_prompt(&prompt), tokens);
        assert!(off.abs() <= 3, "{off} %");
    }
}
