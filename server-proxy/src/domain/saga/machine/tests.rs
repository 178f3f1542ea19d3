//! The machine against every order of events, and a world that dies between any two steps.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;

const TRIES_MAX: u32 = 3;

fn failure(passes: bool) -> Failure {
    let code = if passes { FailureCode::UpstreamFailed } else { FailureCode::ContextOverflow };
    Failure::new(code, "no")
}

fn answered() -> Progress {
    Progress::Answered { model: "m".to_owned(), usage: None }
}

/// Where it goes, event by event, a line each; `-` for one that changes nothing.
fn check(events: &[Event], expected: Expect) {
    let mut saga = Saga::new(RecordType::Refactor, TRIES_MAX, 0);
    let mut lines = String::new();
    for event in events {
        let line = match saga.after(event, 1) {
            None => "-".to_owned(),
            Some(change) => {
                saga = change.saga;
                format!("{} {:?} {:?}", saga.stage.name(), saga.command(), change.outgoing)
            }
        };
        lines.push_str(line.trim());
        lines.push('\n');
    }
    expected.assert_eq(&lines);
}

fn worker(fence: u64, progress: Progress) -> Event {
    Event::Worker(fence, progress)
}

#[test]
fn a_job_goes_through_its_steps_to_the_end() {
    check(
        &[
            Event::ContextStored,
            worker(1, Progress::Begun),
            worker(1, answered()),
            worker(1, Progress::Kept),
            worker(1, Progress::Told),
            worker(1, Progress::Told),
        ],
        expect![[r#"
            context_stored Some(Generate) [Drive]
            generating Some(Generate) []
            generated Some(Keep) []
            stored Some(Tell) [Ended]
            completed None []
            -
        "#]],
    );
}

#[test]
fn what_cannot_be_answered_is_undone_at_once_and_the_rest_after_its_tries() {
    let begun = |fence| worker(fence, Progress::Begun);
    let stumbled = |fence, passes| worker(fence, Progress::Stumbled { failure: failure(passes) });
    check(
        &[
            Event::ContextStored,
            begun(1),
            stumbled(1, false),
            worker(1, Progress::Undone(Undo::Context)),
            worker(1, Progress::Undone(Undo::Record)),
            worker(1, Progress::Undone(Undo::Context)),
        ],
        expect![[r#"
            context_stored Some(Generate) [Drive]
            generating Some(Generate) []
            compensating Some(Undo(Record)) [Drive]
            -
            compensating Some(Undo(Context)) []
            failed None [Ended]
        "#]],
    );
    check(
        &[
            Event::ContextStored,
            begun(1),
            stumbled(1, true),
            begun(2),
            begun(3),
            stumbled(2, true),
            stumbled(3, true),
            worker(3, Progress::Undone(Undo::Record)),
            Event::BroughtBack,
            Event::LaidAside,
            Event::LaidAside,
            Event::BroughtBack,
            Event::BroughtBack,
        ],
        expect![[r#"
            context_stored Some(Generate) [Drive]
            generating Some(Generate) []
            context_stored Some(Generate) []
            generating Some(Generate) []
            generating Some(Generate) []
            -
            compensating Some(Undo(Record)) [Drive]
            failed None [Ended, GivenUp]
            -
            failed None []
            -
            context_stored Some(Generate) [Drive]
            -
        "#]],
    );
}

#[test]
fn it_is_called_off_until_its_answer_is_recorded() {
    check(
        &[
            Event::ContextStored,
            worker(4, Progress::Begun),
            worker(4, answered()),
            Event::CancelWanted,
            worker(4, Progress::Kept),
            worker(5, Progress::Undone(Undo::Answer)),
            worker(5, Progress::Undone(Undo::Record)),
            worker(5, Progress::Undone(Undo::Context)),
            Event::CancelWanted,
        ],
        expect![[r#"
            context_stored Some(Generate) [Drive]
            generating Some(Generate) []
            generated Some(Keep) []
            compensating Some(Undo(Answer)) [Drive]
            -
            compensating Some(Undo(Record)) []
            compensating Some(Undo(Context)) []
            cancelled None [Ended]
            -
        "#]],
    );
    check(
        &[Event::CancelWanted, Event::ContextStored],
        expect![[r#"
        compensating Some(Undo(Record)) [Drive]
        -
    "#]],
    );
}

fn events() -> impl Strategy<Value = Event> {
    let undo = prop_oneof![Just(Undo::Answer), Just(Undo::Context), Just(Undo::Record)];
    let progress = prop_oneof![
        3 => Just(Progress::Begun),
        2 => Just(answered()),
        2 => any::<bool>().prop_map(|passes| Progress::Stumbled { failure: failure(passes) }),
        1 => Just(Progress::PutBack),
        1 => Just(Progress::Kept),
        1 => Just(Progress::Told),
        2 => undo.prop_map(Progress::Undone),
    ];
    prop_oneof![
        2 => Just(Event::ContextStored),
        1 => Just(Event::Abandoned),
        1 => Just(Event::CancelWanted),
        1 => Just(Event::LaidAside),
        1 => Just(Event::BroughtBack),
        9 => (1..6_u64, progress).prop_map(|(fence, progress)| Event::Worker(fence, progress)),
    ]
}

/// A world in which work is done and counted. What changes the store is done with the change itself;
/// what does not may be done again by the next worker, and is told apart by its name.
#[derive(Default)]
struct World {
    records: u32,
    charges: std::collections::HashSet<u32>,
    undone: Vec<(u32, Undo)>,
}

impl World {
    /// One worker's way to the end, who dies after so many steps: before what was done is stored.
    fn drive(&mut self, saga: &mut Saga, fence: u64, outcomes: &[bool], lives: usize) {
        for step in 0..lives {
            let Some(command) = saga.command() else { return };
            let progress = match command {
                Command::Generate if saga.fence < fence || saga.stage == Stage::ContextStored => {
                    Progress::Begun
                }
                Command::Generate => match outcomes.get(saga.tries as usize) {
                    Some(false) => Progress::Stumbled { failure: failure(true) },
                    _ => answered(),
                },
                Command::Keep => {
                    self.records += 1;
                    Progress::Kept
                }
                Command::Tell => {
                    self.charges.insert(saga.life);
                    Progress::Told
                }
                Command::Undo(undo) => Progress::Undone(undo),
            };
            if step + 1 == lives {
                return;
            }
            let change = saga.after(&Event::Worker(fence, progress.clone()), 2);
            let change = change.expect("the next step always fits");
            if let Progress::Undone(undo) = progress {
                self.undone.push((saga.life, undo));
            }
            *saga = change.saga;
        }
    }
}

proptest! {
    /// Whatever was told before, in whatever order and however often: driven, it ends.
    #[test]
    fn every_sequence_of_events_ends_once_it_is_driven(
        told in proptest::collection::vec(events(), 0..40),
        deaths in proptest::collection::vec(1..6_usize, 0..6),
        outcomes in proptest::collection::vec(any::<bool>(), 0..4),
    ) {
        let mut saga = Saga::new(RecordType::Refactor, TRIES_MAX, 0);
        for event in &told {
            let before = saga.clone();
            if let Some(change) = saga.after(event, 1) {
                saga = change.saga;
                prop_assert!(!before.stage.is_end() || matches!(event, Event::LaidAside | Event::BroughtBack));
                prop_assert!(saga.tries <= TRIES_MAX && saga.steps.len() <= STEPS_MAX);
                prop_assert_eq!(saga.steps.last().map(|step| step.stage), Some(saga.stage));
            }
        }
        if saga.stage == Stage::Waiting {
            saga = saga.after(&Event::Abandoned, 1).expect("it waits").saga;
        }
        let mut world = World::default();
        let first = saga.fence + 1;
        for (number, lives) in deaths.iter().chain([&100]).enumerate() {
            world.drive(&mut saga, first + number as u64, &outcomes, *lives);
        }
        prop_assert!(saga.stage.is_end(), "{:?}", saga);
        prop_assert!(saga.undo.is_empty());
        let once: std::collections::HashSet<_> = world.undone.iter().map(|u| format!("{u:?}")).collect();
        prop_assert_eq!(once.len(), world.undone.len(), "each compensation once");
        if saga.stage != Stage::Completed {
            prop_assert!(!world.charges.contains(&saga.life), "nothing is charged for what failed");
        }
    }

    /// Who has lost the job changes nothing any more, whatever it says.
    #[test]
    fn an_old_fencing_token_changes_nothing(
        told in proptest::collection::vec(events(), 0..40), late in events(),
    ) {
        let mut saga = Saga::new(RecordType::Refactor, TRIES_MAX, 0);
        for event in &told {
            if let Some(change) = saga.after(event, 1) {
                prop_assert!(change.saga.fence >= saga.fence);
                saga = change.saga;
            }
        }
        if let Event::Worker(fence, _) = late && fence < saga.fence {
            prop_assert_eq!(saga.after(&late, 1), None);
        }
    }

    /// The same event told again at once changes nothing.
    #[test]
    fn what_is_told_twice_counts_once(told in proptest::collection::vec(events(), 0..40)) {
        let mut saga = Saga::new(RecordType::Refactor, TRIES_MAX, 0);
        for event in &told {
            let Some(change) = saga.after(event, 1) else { continue };
            saga = change.saga;
            prop_assert_eq!(saga.after(event, 1), None, "{:?}", event);
        }
    }
}
