//! What goes on now and went on in the last minute, for the person who runs the server: who waits,
//! who is answered, and how much comes out. Numbers and names of users, never a word of theirs.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use saga_protocol::class::RequestClass;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::domain::ports::Caller;
use crate::domain::priority::{Priority, Task};
use crate::domain::witness::{AnswerLife, Outcome, Witness};

/// Seconds over which throughput is added up.
pub const WINDOW_SECONDS: u64 = 60;

/// Text of an answer whose tokens were not told, such as one that was let go of half-way, is
/// counted as a token for so many bytes.
const BYTES_A_TOKEN: usize = 4;

/// Counts as it hears.
#[derive(Debug)]
pub struct Activity {
    started: Instant,
    users_max: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    under_way: HashMap<u64, UnderWay>,
    users: HashMap<Caller, Seen>,
    /// One entry a second, found by the second's number modulo their count.
    seconds: Vec<(u64, Window)>,
}

#[derive(Debug)]
struct UnderWay {
    caller: Caller,
    task: Task,
    class: RequestClass,
    places: watch::Receiver<u32>,
}

#[derive(Debug)]
struct Seen {
    last: Instant,
    answers: u64,
    tokens: u64,
}

/// Requests of one kind and urgency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane {
    /// What they ask for.
    pub task: Task,
    /// How urgent they are.
    pub class: RequestClass,
    /// How many stand in a queue.
    pub waiting: usize,
    /// How many are with a model server.
    pub in_flight: usize,
}

/// What one user does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserActivity {
    /// Who it is.
    pub caller: Caller,
    /// Requests that stand in a queue.
    pub waiting: usize,
    /// Requests that are with a model server.
    pub in_flight: usize,
    /// Answers that ended since the process started, however they ended.
    pub answers: u64,
    /// Tokens of their texts, estimated where they were not told.
    pub tokens: u64,
    /// Time since the last one began or ended.
    pub idle: Duration,
}

/// What ended within [`WINDOW_SECONDS`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Answers that are complete.
    pub done: u64,
    /// Answers that failed.
    pub failed: u64,
    /// Answers that nobody waited for any more.
    pub cancelled: u64,
    /// Tokens of their texts, estimated where they were not told.
    pub tokens: u64,
    /// Answers that had a first text.
    pub begun: u64,
    /// Milliseconds until it came, added up.
    pub first_text_ms: u64,
}

impl Activity {
    /// Nothing yet. Numbers of at most so many users are kept; who was idle longest goes first.
    #[must_use]
    pub fn new(users_max: usize) -> Self {
        Self { started: Instant::now(), users_max, state: Mutex::default() }
    }

    /// Time since it began to count.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.started.elapsed()
    }

    /// Every kind of request, the most urgent first.
    #[must_use]
    pub fn lanes(&self) -> Vec<Lane> {
        let classes = [RequestClass::Invoke, RequestClass::Automatic, RequestClass::Background];
        let lane = |task, class| Lane { task, class, waiting: 0, in_flight: 0 };
        let mut lanes: Vec<Lane> =
            Task::ALL.iter().flat_map(|task| classes.map(|class| lane(*task, class))).collect();
        for request in self.state.lock().under_way.values() {
            let of_it = |lane: &&mut Lane| (lane.task, lane.class) == (request.task, request.class);
            if let Some(lane) = lanes.iter_mut().find(of_it) {
                *request.counted(&mut lane.waiting, &mut lane.in_flight) += 1;
            }
        }
        lanes
    }

    /// The users, the busiest first, then who was busy last.
    #[must_use]
    pub fn users(&self) -> Vec<UserActivity> {
        let state = self.state.lock();
        let mut users: HashMap<&Caller, UserActivity> = HashMap::new();
        for (caller, seen) in &state.users {
            let (answers, tokens, idle) = (seen.answers, seen.tokens, seen.last.elapsed());
            let caller_too = caller.clone();
            let user = UserActivity {
                caller: caller_too,
                waiting: 0,
                in_flight: 0,
                answers,
                tokens,
                idle,
            };
            users.insert(caller, user);
        }
        for request in state.under_way.values() {
            if let Some(user) = users.get_mut(&request.caller) {
                *request.counted(&mut user.waiting, &mut user.in_flight) += 1;
            }
        }
        let mut users: Vec<_> = users.into_values().collect();
        users.sort_by(|a, b| {
            let busy = |user: &UserActivity| user.waiting + user.in_flight;
            let name = |user: &UserActivity| (user.caller.tenant.clone(), user.caller.user.clone());
            let by_idle = || a.idle.cmp(&b.idle).then_with(|| name(a).cmp(&name(b)));
            busy(b).cmp(&busy(a)).then_with(by_idle)
        });
        users
    }

    /// What ended in the last minute.
    #[must_use]
    pub fn window(&self) -> Window {
        let now = self.started.elapsed().as_secs();
        let state = self.state.lock();
        let recent = state.seconds.iter().filter(|(second, _)| now - second < WINDOW_SECONDS);
        recent.fold(Window::default(), |sum, (_, window)| Window {
            done: sum.done + window.done,
            failed: sum.failed + window.failed,
            cancelled: sum.cancelled + window.cancelled,
            tokens: sum.tokens + window.tokens,
            begun: sum.begun + window.begun,
            first_text_ms: sum.first_text_ms + window.first_text_ms,
        })
    }
}

impl Witness for Activity {
    fn asked(&self, number: u64, priority: &Priority) {
        let Priority { caller, task, class, .. } = priority;
        let request = UnderWay {
            caller: caller.clone(),
            task: *task,
            class: *class,
            places: priority.places(),
        };
        let mut state = self.state.lock();
        state.see(caller, self.users_max);
        state.under_way.insert(number, request);
    }

    fn over(&self, life: &AnswerLife) {
        let tokens = tokens(life);
        let second = self.started.elapsed().as_secs();
        let mut state = self.state.lock();
        state.under_way.remove(&life.number);
        let seen = state.see(&life.caller, self.users_max);
        seen.answers += 1;
        seen.tokens += tokens;
        let window = state.second(second);
        match life.outcome {
            Outcome::Done => window.done += 1,
            Outcome::Failed(_) => window.failed += 1,
            Outcome::Cancelled => window.cancelled += 1,
        }
        window.tokens += tokens;
        if let Some(first_text) = life.first_text {
            window.begun += 1;
            window.first_text_ms += u64::try_from(first_text.as_millis()).unwrap_or(u64::MAX);
        }
    }
}

impl UnderWay {
    fn counted<'a>(&self, waiting: &'a mut usize, in_flight: &'a mut usize) -> &'a mut usize {
        if *self.places.borrow() > 0 { waiting } else { in_flight }
    }
}

impl State {
    fn see(&mut self, caller: &Caller, users_max: usize) -> &mut Seen {
        if self.users.len() >= users_max && !self.users.contains_key(caller) {
            let idlest = self.users.iter().min_by_key(|(_, seen)| seen.last);
            if let Some(idlest) = idlest.map(|(caller, _)| caller.clone()) {
                self.users.remove(&idlest);
            }
        }
        let now = Instant::now();
        let seen =
            self.users.entry(caller.clone()).or_insert(Seen { last: now, answers: 0, tokens: 0 });
        seen.last = now;
        seen
    }

    fn second(&mut self, second: u64) -> &mut Window {
        let count = usize::try_from(WINDOW_SECONDS).unwrap_or(60);
        self.seconds.resize(count, (0, Window::default()));
        let index = usize::try_from(second % WINDOW_SECONDS).unwrap_or(0);
        let entry = &mut self.seconds[index];
        if entry.0 != second {
            *entry = (second, Window::default());
        }
        &mut entry.1
    }
}

/// Tokens of an answer's text.
fn tokens(life: &AnswerLife) -> u64 {
    let estimated = u64::try_from(life.text_bytes.div_ceil(BYTES_A_TOKEN)).unwrap_or(u64::MAX);
    life.usage.map_or(estimated, |usage| u64::from(usage.completion_tokens))
}

#[cfg(test)]
mod tests {
    use super::*;
    use saga_domain::{Failure, FailureCode};
    use std::sync::Arc;

    use crate::domain::witness::Watch;

    fn ask(activity: &Arc<Activity>, user: &str, place: usize) -> Watch {
        let caller = Caller { tenant: "team".to_owned(), user: user.to_owned() };
        let (priority, _) = Priority::new(caller, Task::Chat, RequestClass::Invoke, None);
        let watch = Watch::begin(activity.clone(), &priority, "m");
        priority.stand_at(place);
        watch
    }

    /// `name waiting/in flight/answers` for each user.
    fn shown(activity: &Activity) -> String {
        let users = activity.users();
        let words = users.iter().map(|user| {
            let UserActivity { caller, waiting, in_flight, answers, .. } = user;
            format!("{} {waiting}/{in_flight}/{answers}", caller.user)
        });
        words.collect::<Vec<_>>().join(", ")
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_and_who_is_answered_is_told_until_the_answer_is_over() {
        let activity = Arc::new(Activity::new(2));
        let (first, second) = (ask(&activity, "minji", 0), ask(&activity, "jun", 1));
        let third = ask(&activity, "jun", 2);
        assert_eq!(shown(&activity), "jun 2/0/0, minji 0/1/0");
        let lane =
            |lane: &Lane| (lane.task.name(), lane.class.name(), lane.waiting, lane.in_flight);
        let busy: Vec<_> =
            activity.lanes().iter().map(lane).filter(|lane| lane.2 + lane.3 > 0).collect();
        assert_eq!(busy, [("chat", "invoke", 2, 1)]);
        drop(first);
        second.refused(Failure::new(FailureCode::QueueFull, "full"));
        drop(third);
        let Window { done, failed, cancelled, .. } = activity.window();
        assert_eq!((done, failed, cancelled), (0, 1, 2));

        // A third user takes the place of the one who was idle longest.
        tokio::time::advance(Duration::from_secs(WINDOW_SECONDS)).await;
        drop(ask(&activity, "jun", 0));
        drop(ask(&activity, "sora", 0));
        assert_eq!(shown(&activity), "jun 0/0/3, sora 0/0/1");
        assert_eq!(activity.window().cancelled, 2, "what is older than a minute is forgotten");
    }
}
