//! The calls for clients, by a client generated from the same files.

use std::time::Duration;

use codesaga_proxy::domain::caller_limits::{Bound, LimitOverrides};
use codesaga_proxy::domain::scope::{Scope, Scopes};
use codesaga_proxy::outbound::keys_file::{self, NewKey};
use codesaga_proxy::rpc;
use codesaga_proxy::rpc::v1::chat_reply::Part as Told;
use codesaga_proxy::rpc::v1::chat_request::Ask;
use codesaga_proxy::rpc::v1::code_saga_client::CodeSagaClient;
use codesaga_proxy::rpc::v1::generate_reply::Part;
use codesaga_proxy::rpc::v1::{
    ChatCancel, ChatMessage, ChatReply, ChatRequest, FeedbackRequest, FeedbackVerdict,
    GenerateReply, GenerateRequest, InstancesRequest, RequestsRequest,
};
use futures_util::stream;
use scripted_ollama::{End, Ending, Options, Rule};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status, Streaming};

use crate::bench::Bench;

async fn client(bench: &Bench) -> CodeSagaClient<Channel> {
    let address = format!("http://{}", bench.proxy.address());
    let channel = Endpoint::from_shared(address).expect("an address").connect().await;
    CodeSagaClient::new(channel.expect("it listens"))
}

fn refactor(input: &str) -> GenerateRequest {
    GenerateRequest {
        request_type: "refactor".to_owned(),
        input: input.to_owned(),
        language: "rust".to_owned(),
        code_context: "fn a() {}".to_owned(),
        ..GenerateRequest::default()
    }
}

/// Parts joined by `|`, the end in brackets.
async fn shown(mut replies: Streaming<GenerateReply>) -> String {
    let mut seen = Vec::new();
    loop {
        match replies.message().await {
            Ok(Some(reply)) => seen.push(match reply.part.expect("a part") {
                Part::Accepted(id) => format!("[{}]", id.split('-').next().unwrap_or_default()),
                Part::Queued(place) => format!("[queued {place}]"),
                Part::Text(text) => text,
                Part::Done(record) => format!("[{} {}]", record.status, record.request_type),
            }),
            Ok(None) => return seen.join("|"),
            Err(status) => {
                seen.push(format!("[{}]", refusal(&status)));
                return seen.join("|");
            }
        }
    }
}

/// gRPC's code and ours.
fn refusal(status: &Status) -> String {
    let code = rpc::failure(status).map_or("?", |failure| failure.code.name());
    format!("{:?} {code}", status.code())
}

#[tokio::test]
async fn an_answer_streams_and_its_record_is_there() {
    let bench = Bench::start().await;
    bench.ollama.script([Rule::any().pieces(["안녕", " 👋", "!"])]);
    let mut client = client(&bench).await;
    let replies = client.generate(refactor("Say hello")).await.expect("an answer").into_inner();
    assert_eq!(shown(replies).await, "[req]|안녕| 👋|!|[completed refactor]");

    let page = client.requests(RequestsRequest::default()).await.expect("records").into_inner();
    let [record] = &page.requests[..] else { panic!("one record: {page:?}") };
    assert_eq!((&*record.status, &*record.language), ("completed", "rust"));
    let contexts: Vec<&str> =
        record.code_context.iter().map(|context| &*context.context_type).collect();
    assert_eq!(contexts, ["before", "after"]);
    let one = RequestsRequest { id: Some(record.id.clone()), ..RequestsRequest::default() };
    let same = client.requests(one).await.expect("the record").into_inner();
    assert_eq!(same.requests, page.requests);

    let asked = RequestsRequest { record: Some("llama".to_owned()), ..RequestsRequest::default() };
    let rows = client.requests(asked).await.expect("rows").into_inner();
    let [row] = &rows.llama_requests[..] else { panic!("one row: {rows:?}") };
    assert_eq!((&*row.status, row.output_bytes), ("completed", 12));
    let asked = row.instance_id.as_ref().expect("a model was asked");
    // What a model service says of itself comes a moment after it is so.
    let listed = async {
        loop {
            let all = client.instances(InstancesRequest {}).await.expect("instances").into_inner();
            if all.instances.iter().any(|instance| instance.id == *asked) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(30), listed).await.expect("it is among the instances");

    let verdict = "thumbs_up".to_owned();
    let verdict = FeedbackVerdict { request_id: record.id.clone(), verdict, reason: None };
    let report = FeedbackRequest { verdicts: vec![verdict], ..FeedbackRequest::default() };
    client.feedback(report).await.expect("counted");
    let page = client.requests(RequestsRequest::default()).await.expect("records").into_inner();
    assert_eq!(page.requests[0].verdict.as_deref(), Some("thumbs_up"));
}

#[tokio::test]
async fn failures_are_statuses_with_our_code_in_the_details() {
    let bench = Bench::start().await;
    let mut client = client(&bench).await;
    let unknown = GenerateRequest { model: Some("nobodys".to_owned()), ..refactor("x") };
    let wrong = GenerateRequest { request_type: "dance".to_owned(), ..refactor("x") };
    let empty = GenerateRequest { code_context: String::new(), ..refactor(" ") };
    let large = GenerateRequest { input: "x".repeat(3 << 20), ..refactor("x") };
    for (request, expected) in [
        (unknown, "NotFound unknown_model"),
        (wrong, "InvalidArgument invalid_request"),
        (empty, "InvalidArgument invalid_request"),
        (large, "ResourceExhausted too_large"),
    ] {
        let status = client.generate(request).await.expect_err("it is refused");
        assert_eq!(refusal(&status), expected, "{status}");
    }
    bench.ollama.script([Rule::any().containing("breaks").pieces(["a"]).end(End::Silent)]);
    let replies = client.generate(refactor("breaks")).await.expect("it began").into_inner();
    assert_eq!(shown(replies).await, "[req]|a|[Unavailable upstream_incomplete]");
    let missing = RequestsRequest { id: Some("req_0".to_owned()), ..RequestsRequest::default() };
    let status = client.requests(missing).await.expect_err("it is not there");
    assert_eq!(refusal(&status), "NotFound not_found");
}

#[tokio::test]
async fn p1_who_leaves_or_whose_deadline_passes_closes_upstream() {
    let bench = Bench::start().await;
    bench.ollama.script([Rule::any().pieces(["a"]).end(End::Hang)]);
    let mut client = client(&bench).await;
    let replies = client.generate(refactor("leaves")).await.expect("it began").into_inner();
    bench.asked("leaves").await;
    drop(replies);
    assert_eq!(bench.ended("leaves").await.ending, Some(Ending::ClientGone));

    let mut request = Request::new(refactor("deadline"));
    request.set_timeout(Duration::from_millis(300));
    let replies = client.generate(request).await.expect("it began").into_inner();
    assert_eq!(shown(replies).await, "[req]|a|[DeadlineExceeded timeout]");
    assert_eq!(bench.ended("deadline").await.ending, Some(Ending::ClientGone));
}

#[tokio::test]
async fn the_same_key_gives_the_same_answer() {
    let bench = Bench::start().await;
    bench.ollama.script([Rule::any().times(1).pieces(["once"]), Rule::any().pieces(["twice"])]);
    let mut client = client(&bench).await;
    let asked =
        || GenerateRequest { idempotency_key: Some("k1".to_owned()), ..refactor("only once") };
    for _ in 0..2 {
        let replies = client.generate(asked()).await.expect("an answer").into_inner();
        assert_eq!(shown(replies).await, "[req]|once|[completed refactor]");
    }
    let other = GenerateRequest { input: "another".to_owned(), ..asked() };
    let status = client.generate(other).await.expect_err("the key is another's");
    assert_eq!(refusal(&status), "InvalidArgument invalid_request");
}

/// A chat whose messages a test sends one by one.
struct Talk {
    asks: mpsc::Sender<ChatRequest>,
    told: Streaming<ChatReply>,
}

impl Talk {
    async fn begin(client: &mut CodeSagaClient<Channel>) -> Self {
        let (asks, asked) = mpsc::channel(4);
        let asked = stream::unfold(asked, |mut asked| async { Some((asked.recv().await?, asked)) });
        let told = client.chat(asked).await.expect("a chat").into_inner();
        Self { asks, told }
    }

    async fn ask(&self, ask: Ask) {
        self.asks.send(ChatRequest { ask: Some(ask) }).await.expect("it listens");
    }

    async fn say(&self, text: &str) {
        let session = Some("s1".to_owned());
        let message = ChatMessage { session, text: text.to_owned(), ..ChatMessage::default() };
        self.ask(Ask::Message(message)).await;
    }

    async fn next(&mut self) -> String {
        let reply = match self.told.message().await {
            Ok(Some(reply)) => reply,
            Ok(None) => return "[over]".to_owned(),
            Err(status) => return format!("[{}]", refusal(&status)),
        };
        match reply.part.expect("a part") {
            Told::Session(session) => format!("[{session}]"),
            Told::Queued(place) => format!("[queued {place}]"),
            Told::Text(text) => text,
            Told::Done(done) => format!("[done {}]", done.memory),
            Told::Failed(failed) => format!("[failed {}]", failed.code),
            Told::Cancelled(_) => "[cancelled]".to_owned(),
        }
    }

    /// What is told until an answer's end.
    async fn answer(&mut self) -> String {
        let mut seen = Vec::new();
        loop {
            let part = self.next().await;
            let ends = ["[done", "[failed", "[cancelled", "[over"];
            let is_end = ends.iter().any(|end| part.starts_with(end));
            seen.push(part);
            if is_end {
                return seen.join("|");
            }
        }
    }
}

#[tokio::test]
async fn a_chat_is_answered_message_by_message_and_remembered() {
    let bench = Bench::start().await;
    bench.ollama.script([
        Rule::any().containing("hangs").pieces(["thinking"]).end(End::Hang),
        Rule::any().containing("breaks").refusing(500, serde_json::json!({ "error": "oh" })),
        Rule::any().containing("second").pieces(["둘"]),
        Rule::any().pieces(["하나"]),
    ]);
    let mut client = client(&bench).await;
    let mut talk = Talk::begin(&mut client).await;
    talk.say("first").await;
    assert_eq!(talk.answer().await, "[s1]|하나|[done ok]");
    talk.say("second").await;
    assert_eq!(talk.answer().await, "[s1]|둘|[done ok]");
    assert_eq!(bench.asked("second").await.body["messages"][1]["content"], "first");

    talk.say("hangs").await;
    assert_eq!((&*talk.next().await, &*talk.next().await), ("[s1]", "thinking"));
    talk.ask(Ask::Cancel(ChatCancel {})).await;
    assert_eq!(talk.answer().await, "[cancelled]");
    assert_eq!(bench.ended("hangs").await.ending, Some(Ending::ClientGone));

    talk.say("breaks").await;
    assert!(talk.answer().await.ends_with("[failed upstream_failed]"));
    talk.say(" ").await;
    assert_eq!(talk.answer().await, "[failed invalid_request]");
    talk.say("again").await;
    assert_eq!(talk.answer().await, "[s1]|둘|[done ok]", "the second one is still remembered");

    let Talk { asks, mut told } = talk;
    drop(asks);
    assert!(told.message().await.expect("a clean end").is_none());
}

#[tokio::test]
async fn p8_a_chat_that_says_nothing_does_not_keep_the_server_from_stopping() {
    let mut bench = Bench::start().await;
    bench.ollama.script([Rule::any().pieces(["a"])]);
    let mut client = client(&bench).await;
    let mut talk = Talk::begin(&mut client).await;
    talk.say("x").await;
    assert_eq!(talk.answer().await, "[s1]|a|[done ok]");
    bench.proxy.begin_to_stop();
    assert_eq!(talk.next().await, "[Unavailable shutting_down]");
    bench.proxy.stopped().await;
}

#[tokio::test]
async fn p9_a_key_opens_what_it_opens_over_http_and_is_limited_as_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keys.json");
    let key = |user: &str, scopes: &[Scope], limits: LimitOverrides| {
        let scopes: Scopes = scopes.iter().copied().collect();
        let (tenant, user) = ("team".to_owned(), user.to_owned());
        keys_file::add_new(&file, NewKey { tenant, user, scopes, limits, note: None })
            .expect("a key")
    };
    let limits =
        LimitOverrides { requests_per_minute: Some(Bound::Of(1)), ..LimitOverrides::default() };
    let minji = key("minji", &[Scope::Complete], limits);
    let jun = key("jun", &[Scope::Chat], LimitOverrides::default());
    let bench =
        Bench::with(Options::default(), |config| config.keys_file = Some(file.clone())).await;
    bench.ollama.script([Rule::any().pieces(["a"])]);
    let mut client = client(&bench).await;
    let with = |key: &str, input: &str| {
        let mut request = Request::new(refactor(input));
        let value = format!("Bearer {key}").parse().expect("a header");
        request.metadata_mut().insert("authorization", value);
        request
    };
    let status = client.generate(refactor("x")).await.expect_err("no key");
    assert_eq!(refusal(&status), "Unauthenticated unauthorized");
    let status = client.generate(with("cs_wrong", "x")).await.expect_err("a wrong key");
    assert_eq!(refusal(&status), "Unauthenticated unauthorized");
    let status = client.generate(with(&jun, "x")).await.expect_err("it opens chat alone");
    assert_eq!(refusal(&status), "PermissionDenied forbidden");

    let answer = client.generate(with(&minji, "x")).await.expect("an answer");
    assert_eq!(answer.metadata().get("x-ratelimit-remaining-requests").expect("told"), "0");
    assert_eq!(shown(answer.into_inner()).await, "[req]|a|[completed refactor]");
    let status = client.generate(with(&minji, "x")).await.expect_err("one in a minute");
    assert_eq!(refusal(&status), "ResourceExhausted rate_limited");
    let failure = rpc::failure(&status).expect("ours");
    assert!(failure.retry_after_ms.is_some_and(|ms| ms > 0), "{failure:?}");

    let mut list = Request::new(RequestsRequest::default());
    let value = format!("Bearer {jun}").parse().expect("a header");
    list.metadata_mut().insert("authorization", value);
    let page = client.requests(list).await.expect("any key").into_inner();
    assert!(page.requests.is_empty(), "what is minji's is not jun's");
}
