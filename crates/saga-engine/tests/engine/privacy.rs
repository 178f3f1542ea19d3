//! What never leaves the machine, and what is never suggested.

use crate::world::{COMPLETIONS, World};
use expect_test::expect;
use saga_domain::{FailureCode, Trigger};
use saga_engine::{ChatAsk, ChatContext, Skip};
use scripted_ollama::Rule;

const KEY: &str = "sk-proj-Zq8vW3nB7xT2mK9rL4pY6sD1fG5hJ0aC";

async fn check_nothing(fixture: &str, skip: Skip, why: &str) {
    let world = World::new(fixture).await;
    world.answers(&["x"]);
    let reply = world.ask_with(|ask| {
        ask.skip = skip;
        ask.trigger = Trigger::Automatic;
    });
    assert_eq!(world.told(&reply).await, "");
    assert_eq!(world.stats().dropped.get(why), Some(&1), "{:?}", world.stats().dropped);
    assert_eq!(world.requests().len(), 0);
}

#[tokio::test]
async fn some_places_get_no_suggestion() {
    let nowhere = Skip::default();
    let comments = Skip { comments: true, strings: false };
    let strings = Skip { comments: false, strings: true };
    check_nothing("//- /.env\nTOKEN=$0\n", nowhere, "private_file").await;
    let in_secret = format!("//- /a.py\napi_key = \"{KEY}$0\"\n");
    check_nothing(&in_secret, nowhere, "in_secret").await;
    check_nothing("//- /a.py\n# a comment $0\n", comments, "in_comment").await;
    check_nothing("//- /a.py\nx = \"some text $0\"\n", strings, "in_string").await;
}

#[tokio::test]
async fn by_hand_comments_are_completed_too() {
    let world = World::new("//- /a.py\n# a comment $0\nx = 1\n").await;
    world.answers(&[" about x"]);
    let reply = world.ask_with(|ask| ask.skip = Skip { comments: true, strings: true });
    let told = world.told(&reply).await;
    assert!(told.contains("about x"), "{told}");
}

#[tokio::test]
async fn secrets_are_not_sent() {
    let world = World::new(&format!("//- /a.py\napi_key = \"{KEY}\"\nclient = $0\n")).await;
    world.answers(&[" make()"]);
    world.complete().await;
    let prompt = &world.prompts()[0];
    assert!(!prompt.contains(KEY) && prompt.contains("REDACTED_BY_CODESAGA"), "{prompt}");
}

#[tokio::test]
async fn a_suggestion_never_holds_what_stands_for_a_secret() {
    let world = World::new(&format!("//- /a.py\napi_key = \"{KEY}\"\nclient = $0\n")).await;
    world.answers(&[" make(\"REDACTED_BY_", "CODESAGA\")"]);
    assert_eq!(world.complete().await, "done\n");
    assert_eq!(world.stats().dropped.get("placeholder"), Some(&1));
}

#[tokio::test]
async fn an_edit_puts_secrets_back() {
    let world = World::new(&format!("//- /a.py\n$0api_key = \"{KEY}\"\n$0x = 1\n")).await;
    world.answers(&["API_KEY = \"REDACTED_1_BY_CODESAGA\"\n"]);
    let reply = world.refactor("name it like a constant").expect("code");
    let told = world.told(&reply).await;
    assert_eq!(told, format!("edit of version 1\nAPI_KEY = \"{KEY}\"\nx = 1\ndone\n"));
    let prompt = &world.prompts()[0];
    assert!(!prompt.contains(KEY), "{prompt}");
}

#[tokio::test]
async fn an_edit_with_a_secret_that_is_not_of_the_selection_is_refused() {
    let world = World::new(&format!("//- /a.py\nkey = \"{KEY}\"\n$0x = 1\n$0")).await;
    world.answers(&["x = \"REDACTED_BY_CODESAGA\"\n"]);
    let reply = world.refactor("use the key").expect("code");
    let told = world.told(&reply).await;
    assert!(told.contains("failed no_code"), "{told}");
}

#[tokio::test]
async fn private_files_are_refused() {
    let world = World::new("//- /.env\n$0TOKEN=abc$0\n").await;
    let refused = world.refactor("rename").err().expect("refused");
    expect!["private_file: .env is a private file: nothing of it is sent to a model."]
        .assert_eq(&format!("{}: {refused}", refused.code.name()));
    let piece = ChatContext { path: "keys/server.pem".to_owned(), ..ChatContext::default() };
    let ask = ChatAsk { text: "why?".to_owned(), context: vec![piece], ..ChatAsk::default() };
    assert_eq!(world.engine.chat(ask).err().expect("refused").code, FailureCode::PrivateFile);
    assert_eq!(world.requests().len(), 0);
}

#[tokio::test]
async fn chat_sends_no_secrets() {
    let world = World::new("$0").await;
    world.script([Rule::on("/v1/chat").refusing(404, serde_json::json!({}))]);
    let text = format!("api_key = \"{KEY}\"");
    let piece = ChatContext { path: "a.py".to_owned(), text: text.clone(), ..Default::default() };
    let ask = ChatAsk { text, context: vec![piece], ..ChatAsk::default() };
    let told = world.told(&world.engine.chat(ask).expect("a message")).await;
    assert!(told.starts_with("warning secrets_hidden: "), "{told}");
    let sent = world.server.bodies("/v1/chat")[0].to_string();
    assert!(!sent.contains(KEY) && sent.matches("REDACTED_BY_CODESAGA").count() == 2, "{sent}");
}

#[tokio::test]
async fn what_a_private_file_says_helps_nobody() {
    let fixture =
        "//- /main.py\nprint(database_password$0)\n\n//- /secrets.env\ndatabase_password = 1\n";
    let world = World::new(fixture).await;
    world.script([Rule::on(COMPLETIONS).pieces([")"])]);
    world.complete().await;
    assert!(!world.prompts()[0].contains("secrets.env"), "{}", world.prompts()[0]);
}
