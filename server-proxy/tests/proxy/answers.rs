//! What is sent to Ollama and what comes back, both versions.

use expect_test::{Expect, expect};
use scripted_ollama::{Rule, Version};
use serde_json::{Value, json};

use crate::bench::{Bench, MODEL};

/// The request as Ollama got it, and the answer.
async fn check(path: &str, body: Value, expected: Expect) {
    let mut seen = Vec::new();
    for version in Version::ALL {
        let bench = Bench::of(version).await;
        bench.ollama.script([Rule::any().pieces(["x", "y"])]);
        let events = bench.proxy.post(path, &body).await.events().await;
        let asked = |request: &&scripted_ollama::Recorded| {
            !request.body["prompt"].is_null() || !request.body["messages"].is_null()
        };
        let asked = bench.ollama.requests().iter().find(asked).cloned().expect("it was asked");
        seen.push(format!("{} {}\n{events}\n", asked.path, asked.body));
    }
    assert_eq!(seen[0], seen[1], "both versions are asked the same");
    expected.assert_eq(&seen[0]);
}

#[tokio::test]
async fn a_completion_is_sent_raw_streamed_bounded_and_pinned() {
    let body = json!({
        "prompt": "def f():\n", "stream": true, "max_tokens": 7, "temperature": 0, "seed": 3,
        "top_p": 0.5, "stop": "\n\n", "stream_options": { "include_usage": true },
    });
    check("/v1/completions", body, expect![[r#"
        /api/generate {"model":"bllossom-shape:latest","prompt":"def f():\n","raw":true,"stream":true,"truncate":false,"keep_alive":1800,"options":{"num_ctx":8192,"num_predict":7,"temperature":0.0,"top_p":0.5,"seed":3,"repeat_penalty":1.0,"stop":["<|start_header_id|>","<|end_header_id|>","<|eot_id|>","<|reserved_special_token","\n\n"]}}
        x|y|[stop]|[3+2]|[DONE]
    "#]]).await;
}

#[tokio::test]
async fn a_conversation_is_rendered_by_ollama() {
    let body = json!({
        "messages": [
            { "role": "system", "content": "Be brief." },
            { "role": "user", "content": "스택?" },
            { "role": "assistant", "content": "```py\n" },
        ],
        "stream": true,
    });
    check("/v1/chat/completions", body, expect![[r#"
        /api/chat {"model":"bllossom-shape:latest","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"스택?"},{"role":"assistant","content":"```py\n"}],"stream":true,"truncate":false,"keep_alive":1800,"options":{"num_ctx":8192,"num_predict":1024}}
        x|y|[stop]|[DONE]
    "#]]).await;
}

#[tokio::test]
async fn a_hole_is_filled_by_the_models_own_template() {
    let body = json!({
        "model": "fim-shape", "prompt": "", "suffix": "\nprint(x)", "stream": true,
        "max_tokens": 5,
    });
    check("/v1/completions", body, expect![[r#"
        /api/generate {"model":"fim-shape:latest","prompt":"\n","suffix":"\nprint(x)","stream":true,"truncate":false,"keep_alive":1800,"options":{"num_ctx":8192,"num_predict":5,"repeat_penalty":1.0}}
        x|y|[stop]|[DONE]
    "#]]).await;
}

#[tokio::test]
async fn a_client_cannot_steer_how_the_model_is_loaded() {
    let body = json!({
        "prompt": "x", "stream": true, "max_tokens": 999_999, "num_ctx": 1, "keep_alive": 0,
        "options": { "num_ctx": 1, "num_gpu": 0 }, "raw": false, "truncate": true,
    });
    check("/v1/completions", body, expect![[r#"
        /api/generate {"model":"bllossom-shape:latest","prompt":"x","raw":true,"stream":true,"truncate":false,"keep_alive":1800,"options":{"num_ctx":8192,"num_predict":4096,"repeat_penalty":1.0}}
        x|y|[stop]|[DONE]
    "#]]).await;
}

#[tokio::test]
async fn without_stream_the_answer_is_one_object_and_ollama_streams_all_the_same() {
    let bench = Bench::start().await;
    bench.ollama.script([Rule::any().pieces(["가", "나"])]);
    let body = json!({ "prompt": "x", "max_tokens": 2, "model": MODEL });
    let whole = bench.proxy.post("/v1/completions", &body).await.json().await;
    assert_eq!(whole["object"], "text_completion");
    assert_eq!(whole["choices"][0]["text"], "가나");
    assert_eq!(whole["choices"][0]["finish_reason"], "stop");
    assert_eq!(whole["usage"]["completion_tokens"], 2);
    assert_eq!(bench.asked("x").await.body["stream"], true);

    let body = json!({ "messages": [{ "role": "user", "content": "y" }] });
    let whole = bench.proxy.post("/v1/chat/completions", &body).await.json().await;
    assert_eq!(whole["object"], "chat.completion");
    assert_eq!(whole["choices"][0]["message"], json!({ "role": "assistant", "content": "가나" }));
    assert_eq!(bench.asked("y").await.body["stream"], true);
}

#[tokio::test]
async fn a_reached_length_is_said() {
    let bench = Bench::start().await;
    bench.ollama.script([Rule::any().pieces(["a", "b", "c"])]);
    let body = json!({ "prompt": "x", "max_tokens": 2, "stream": true });
    let seen = bench.proxy.post("/v1/completions", &body).await.events().await;
    assert_eq!(seen, "a|b|[length]|[DONE]");
}

#[tokio::test]
async fn every_answer_has_its_headers() {
    let bench = Bench::start().await;
    let reply = bench.proxy.complete("x").await;
    assert_eq!(reply.header("content-type"), Some("text/event-stream; charset=utf-8"));
    assert_eq!(reply.header("x-accel-buffering"), Some("no"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert!(reply.header("x-request-id").is_some_and(|id| id.len() == 32));

    let mut request = bench.proxy.request(http::Method::GET, "/healthz", String::new());
    request.headers_mut().insert("x-request-id", http::HeaderValue::from_static("mine-1"));
    assert_eq!(bench.proxy.send(request).await.header("x-request-id"), Some("mine-1"));
}
