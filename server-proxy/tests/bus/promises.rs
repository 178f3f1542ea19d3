//! What every bus promises, on each of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use codesaga_proxy::domain::bus::{BusError, LET_FALL, Message, Topic};
use codesaga_proxy::outbound::bus_in_process::InProcessBus;
use tokio::time::timeout;

use crate::bench::{Bench, InProcess, LIMITS, OverCluster, OverRedis, Receiver, message, publish};
use crate::redis::{Redis, RedisCluster};

#[tokio::test]
async fn the_bus_in_process_keeps_its_promises() {
    keeps_its_promises(&mut InProcess(Arc::new(InProcessBus::new(LIMITS)))).await;
}

#[tokio::test]
async fn the_bus_over_redis_keeps_its_promises() {
    keeps_its_promises(&mut OverRedis(Redis::start().await)).await;
}

#[tokio::test]
async fn the_bus_over_a_redis_cluster_keeps_its_promises() {
    keeps_its_promises(&mut OverCluster(RedisCluster::start().await)).await;
}

/// A test that waits for ever says nothing; this says where.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) async fn keeps_its_promises(bench: &mut dyn Bench) {
    macro_rules! all {
        ($($promise:ident),* $(,)?) => {$(
            timeout(PATIENCE, $promise(bench)).await.expect(stringify!($promise));
        )*};
    }
    all!(
        messages_of_a_key_come_in_order_each_once_the_one_before_is_settled,
        every_group_gets_every_message,
        what_is_put_back_keeps_its_place_and_its_count_until_it_is_a_dead_letter,
        what_nobody_can_do_is_a_dead_letter_at_once,
        what_is_postponed_is_not_counted,
        what_is_let_fall_comes_again_and_is_counted,
        what_a_dead_receiver_held_comes_to_another,
        what_nobody_has_looked_at_is_free_when_its_receiver_leaves,
        a_large_message_is_refused,
        how_it_stands_is_told,
        the_bus_goes_and_comes_back,
        // The last one: it fills the topic.
        a_full_bus_refuses,
    );
}

async fn messages_of_a_key_come_in_order_each_once_the_one_before_is_settled(bench: &dyn Bench) {
    let (one, other) = (bench.bus().await, bench.bus().await);
    let mut receivers =
        [Receiver::of(&one, "order", "g").await, Receiver::of(&other, "order", "g").await];
    for number in 0..4 {
        for key in ["a", "b", "c"] {
            publish(&one, &message("order", key, number)).await;
        }
    }
    let (mut seen, mut in_hand) = (BTreeMap::<String, Vec<u32>>::new(), BTreeSet::new());
    let mut held = Vec::new();
    while seen.values().map(Vec::len).sum::<usize>() < 12 {
        let [first, second] = &mut receivers;
        let delivery = tokio::select! {
            delivery = first.next() => delivery,
            delivery = second.next() => delivery,
        };
        let Message { key, body, attempt, .. } = delivery.message().clone();
        assert_eq!(attempt, 0);
        assert!(in_hand.insert(key.clone()), "{key} is in somebody's hands");
        seen.entry(key).or_default().push(body.parse().expect("its number"));
        held.push(delivery);
        // All three keys are held at once before anything is settled.
        if held.len() == 3 {
            for delivery in held.drain(..) {
                in_hand.remove(&delivery.message().key);
                delivery.acknowledge().await.expect("noted");
            }
        }
    }
    assert!(seen.values().all(|numbers| numbers == &[0, 1, 2, 3]), "{seen:?}");
}

async fn every_group_gets_every_message(bench: &dyn Bench) {
    let bus = bench.bus().await;
    publish(&bus, &message("groups", "a", 0)).await;
    for group in ["first", "second"] {
        let mut receiver = Receiver::of(&bus, "groups", group).await;
        publish(&bus, &message("groups", "a", 1)).await;
        let got = [receiver.done().await.0, receiver.done().await.0];
        assert_eq!(got, ["groups-a-0", "groups-a-1"], "{group}");
    }
}

async fn what_is_put_back_keeps_its_place_and_its_count_until_it_is_a_dead_letter(
    bench: &dyn Bench,
) {
    let bus = bench.bus().await;
    let mut receiver = Receiver::of(&bus, "back", "g").await;
    for number in 0..2 {
        publish(&bus, &message("back", "a", number)).await;
    }
    for attempt in 0..LIMITS.attempts_max {
        let delivery = receiver.next().await;
        let Message { id, attempt: told, .. } = delivery.message();
        assert_eq!((id.as_str(), *told), ("back-a-0", attempt), "in its place");
        delivery.put_back("no luck").await.expect("noted");
    }
    assert_eq!(receiver.done().await, ("back-a-1".to_owned(), 0), "its key goes on");

    // Another server sees it too.
    let other = bench.bus().await;
    let letters = other.dead_letters(10).await.expect("they are read");
    let letter =
        letters.iter().find(|letter| letter.message.id == "back-a-0").expect("it is there");
    let told = (letter.topic, letter.group.as_str(), letter.why.as_str(), letter.message.attempt);
    assert_eq!(told, (Topic::Command, "back-g", "no luck", LIMITS.attempts_max - 1));
    assert_eq!(letter.message.body, "0");

    assert_eq!(other.replay("back-a-0").await, Ok(true));
    assert_eq!(receiver.done().await, ("back-a-0".to_owned(), 0), "as if it were new");
    let letters = other.dead_letters(10).await.expect("they are read");
    assert!(letters.iter().all(|letter| letter.message.id != "back-a-0"), "{letters:?}");
    assert_eq!(other.replay("back-a-0").await, Ok(false));
}

async fn what_nobody_can_do_is_a_dead_letter_at_once(bench: &dyn Bench) {
    let bus = bench.bus().await;
    let mut receiver = Receiver::of(&bus, "hopeless", "g").await;
    for number in 0..2 {
        publish(&bus, &message("hopeless", "a", number)).await;
    }
    receiver.next().await.give_up("too late").await.expect("noted");
    assert_eq!(receiver.done().await, ("hopeless-a-1".to_owned(), 0), "its key goes on");
    let letters = bus.dead_letters(10).await.expect("they are read");
    let letter = letters.iter().find(|letter| letter.message.id == "hopeless-a-0");
    assert_eq!(letter.expect("it is there").why, "too late");
    assert_eq!(bus.replay("hopeless-a-0").await, Ok(true));
    assert_eq!(receiver.done().await, ("hopeless-a-0".to_owned(), 0), "as if it were new");
}

async fn what_is_postponed_is_not_counted(bench: &dyn Bench) {
    let bus = bench.bus().await;
    let mut receiver = Receiver::of(&bus, "later", "g").await;
    publish(&bus, &message("later", "a", 0)).await;
    for _ in 0..=LIMITS.attempts_max {
        let delivery = receiver.next().await;
        assert_eq!(delivery.message().attempt, 0);
        delivery.postpone().await.expect("noted");
    }
    assert_eq!(receiver.done().await, ("later-a-0".to_owned(), 0));
}

async fn what_is_let_fall_comes_again_and_is_counted(bench: &dyn Bench) {
    let bus = bench.bus().await;
    let mut receiver = Receiver::of(&bus, "fall", "g").await;
    publish(&bus, &message("fall", "a", 0)).await;
    for attempt in 0..LIMITS.attempts_max {
        assert_eq!(receiver.next().await.message().attempt, attempt);
    }
    publish(&bus, &message("fall", "a", 1)).await;
    assert_eq!(receiver.done().await.0, "fall-a-1");
    let letters = bus.dead_letters(100).await.expect("they are read");
    let letter =
        letters.iter().find(|letter| letter.message.id == "fall-a-0").expect("it is there");
    assert_eq!(letter.why, LET_FALL);
}

async fn what_a_dead_receiver_held_comes_to_another(bench: &dyn Bench) {
    let (one, other) = (bench.bus().await, bench.bus().await);
    for number in 0..2 {
        publish(&one, &message("dies", "a", number)).await;
    }
    // A runtime that is shut down ends its tasks wherever they are, as a process does.
    let doomed = tokio::runtime::Runtime::new().expect("a runtime");
    let held = doomed.spawn(async move {
        let mut receiver = Receiver::of(&one, "dies", "g").await;
        let delivery = receiver.next().await;
        (delivery.message().id.clone(), receiver, delivery)
    });
    let (id, receiver, delivery) = held.await.expect("it receives");
    assert_eq!(id, "dies-a-0");
    doomed.shutdown_background();
    drop((receiver, delivery));
    let mut receiver = Receiver::of(&other, "dies", "g").await;
    let (id, attempt) = receiver.done().await;
    assert_eq!((id.as_str(), attempt), ("dies-a-0", 1));
    assert_eq!(receiver.done().await, ("dies-a-1".to_owned(), 0));
}

async fn what_nobody_has_looked_at_is_free_when_its_receiver_leaves(bench: &dyn Bench) {
    let bus = bench.bus().await;
    for key in ["a", "b", "c"] {
        publish(&bus, &message("leaves", key, 0)).await;
    }
    let mut leaving = Receiver::of(&bus, "leaves", "g").await;
    leaving.done().await;
    drop(leaving);
    let mut receiver = Receiver::of(&bus, "leaves", "g").await;
    for _ in 0..2 {
        assert_eq!(receiver.done().await.1, 0);
    }
}

async fn a_large_message_is_refused(bench: &dyn Bench) {
    let bus = bench.bus().await;
    let mut large = message("large", "a", 0);
    large.body = "x".repeat(LIMITS.message_bytes_max);
    assert_eq!(bus.publish(Topic::Command, &large).await, Err(BusError::TooLarge));
}

async fn how_it_stands_is_told(bench: &dyn Bench) {
    let bus = bench.bus().await;
    let before = bus.standing("stands-g").await.expect("it answers");
    let given_up = bus.dead_letters(usize::MAX >> 1).await.expect("they are read").len() as u64;
    assert!(before.dead_letters.is_none_or(|count| count == given_up), "{before:?} {given_up}");
    for number in 0..2 {
        publish(&bus, &message("stands", "a", number)).await;
    }
    let after = bus.standing("stands-g").await.expect("it answers");
    assert_eq!(after.waiting, before.waiting + 2);
    let mut receiver = Receiver::of(&bus, "stands", "g").await;
    for number in 0..2 {
        assert_eq!(receiver.done().await.0, format!("stands-a-{number}"));
    }
    // Where groups are counted together, the others have not settled them.
    if !bench.counts_messages() {
        let settled = bus.standing("stands-g").await.expect("it answers");
        assert!(settled.waiting < after.waiting, "{settled:?} {after:?}");
    }
}

async fn the_bus_goes_and_comes_back(bench: &mut dyn Bench) {
    let bus = bench.bus().await;
    let mut receiver = Receiver::of(&bus, "gone", "g").await;
    publish(&bus, &message("gone", "a", 0)).await;
    let held = receiver.next().await;
    if !bench.stop().await {
        return;
    }
    let lost = bus.publish(Topic::Command, &message("gone", "b", 0)).await;
    assert_eq!(lost, Err(BusError::Unavailable));
    assert_eq!(bus.standing("gone-g").await, Err(BusError::Unavailable));
    // Out of reach, or another's by now as far as is known.
    assert!(held.acknowledge().await.is_err());
    bench.start_again().await;
    publish(&bus, &message("gone", "c", 0)).await;
    let mut seen = BTreeSet::new();
    while !seen.contains("gone-c-0") {
        let delivery = receiver.next().await;
        seen.insert(delivery.message().id.clone());
        // The group may still be finding together; then it comes again.
        let _ = delivery.acknowledge().await;
    }
}

async fn a_full_bus_refuses(bench: &dyn Bench) {
    if !bench.counts_messages() {
        return;
    }
    let bus = bench.bus().await;
    let mut receiver = Receiver::of(&bus, "full", "g").await;
    let mut taken = 0;
    let refused = loop {
        match bus.publish(Topic::Command, &message("full", "a", taken)).await {
            Ok(()) => taken += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(refused, BusError::Full);
    assert!(0 < taken && taken as usize <= LIMITS.messages_max, "{taken}");
    assert_eq!(receiver.done().await.0, "full-a-0");
    // Events that nobody listens to are no burden.
    for number in 0..2 * u32::try_from(LIMITS.messages_max).expect("few") {
        let taken = bus.publish(Topic::Event, &message("full", "b", number)).await;
        assert_eq!(taken, Ok(()));
    }
}
