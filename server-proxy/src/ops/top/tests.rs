//! The view at the size of a plain terminal, as text.

use super::*;
use saga_protocol::instances::{Instance, InstanceStatus, ModelType, PerformanceMetrics};
use saga_protocol::ready::ReadyStatus;
use saga_protocol::state::{Lane, LastMinute, UserState, View};

fn lane(task: &str, class: &str, waiting: u32, in_flight: u32) -> Lane {
    Lane { task: task.to_owned(), class: class.to_owned(), waiting, in_flight }
}

fn instance(name: &str, status: InstanceStatus, first_piece: Option<f64>) -> Instance {
    Instance {
        id: "inst-1".to_owned(),
        model_type: ModelType::Ollama,
        model_name: name.to_owned(),
        version: String::new(),
        status,
        health: "healthy".to_owned(),
        last_used_at: None,
        performance_metrics: PerformanceMetrics {
            response_time: first_piece,
            accuracy: first_piece.map(|_| 0.31),
            ..PerformanceMetrics::default()
        },
    }
}

fn user(name: &str, waiting: u32, in_flight: u32, idle_seconds: u64) -> UserState {
    let (tenant, user) = ("mobile".to_owned(), name.to_owned());
    UserState { tenant, user, waiting, in_flight, answers: 412, tokens: 10_344, idle_seconds }
}

fn state() -> ServerState {
    ServerState {
        version: "0.1.0".to_owned(),
        uptime_seconds: 93_600,
        view: View::Users,
        status: ReadyStatus::Ready,
        for_seconds: 90,
        model: Some("llama-3-Korean-Bllossom-8B".to_owned()),
        error: None,
        memory: "ok".to_owned(),
        queue: vec![
            lane("completion", "invoke", 0, 0),
            lane("completion", "automatic", 3, 2),
            lane("completion", "background", 0, 0),
            lane("chat", "invoke", 0, 1),
            lane("chat", "background", 0, 0),
            lane("edit", "invoke", 0, 0),
        ],
        last_minute: LastMinute {
            done: 42,
            failed: 1,
            cancelled: 117,
            tokens_per_second: 76.7,
            first_text_ms: Some(231.4),
        },
        acceptance: None,
        instances: Some(vec![
            instance("llama-3-Korean-Bllossom-8B", InstanceStatus::Active, Some(182.2)),
            instance("smollm2", InstanceStatus::Inactive, None),
        ]),
        users: Some(vec![user("민지", 2, 1, 0), user("jun", 1, 2, 1), user("sora", 0, 0, 340)]),
    }
}

fn seen() -> Seen {
    let mut seen = Seen::default();
    for pace in [10.0, 40.0, 80.0, 60.0] {
        let mut state = state();
        state.last_minute.tokens_per_second = pace;
        seen.take(Ok(state));
    }
    seen
}

#[test]
fn everything_fits_into_80_by_24() {
    expect_test::expect_file!["view.en.txt"].assert_eq(&text(&seen(), Language::English));
    expect_test::expect_file!["view.ko.txt"].assert_eq(&text(&seen(), Language::Korean));
}

#[test]
fn a_server_that_fell_silent_is_said_beside_what_was_seen_last() {
    let mut seen = seen();
    seen.take(Err("the server does not answer".to_owned()));
    let shown = text(&seen, Language::English);
    assert_eq!(shown.lines().last(), Some("the server does not answer"));
    assert!(shown.contains("jun (mobile)"), "{shown}");
}

#[test]
fn no_size_is_too_small() {
    for (width, height) in [(1, 1), (20, 3), (80, 8), (300, 5)] {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        view::draw(&mut buffer, &seen(), Language::Korean);
        assert_eq!(lines(&buffer).lines().count(), usize::from(height));
    }
}
