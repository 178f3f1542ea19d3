//! What leaves the machine in place of a secret, and what stays as it is.

mod left_alone;
mod whole;

use expect_test::{Expect, expect};
use saga_domain::{ByteOffset, Context, Snippet, SnippetKind};

use super::Opened;
use crate::{cursor_in_secret, holds_placeholder, redact, redact_text};

/// Secrets in tests are put together here, so that no scanner takes this file for a leak.
fn fill(text: &str) -> String {
    let long = "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xYz";
    text.replace("<16>", "QX7RTZ2MPL5KWV9D")
        .replace("<24>", &long[..24])
        .replace("<33>", long)
        .replace("<36>", &format!("{long}1a2"))
        .replace("<hex>", "4f9a0c3d5b7e8f1a2c4d6e8f0a1b3c5d")
        .replace("<jwt>", &format!("{}{long}.{}{long}.{long}", "eyJ", "eyJ"))
}

fn check(text: &str, expected: Expect) {
    let text = fill(text);
    let redacted = redact_text(&text);
    expected.assert_eq(&redacted.text);
    assert_eq!(redacted.restore(&redacted.text), text);
}

#[test]
fn keys_and_tokens_are_known_by_their_form() {
    check(
        "
id AKIA<16>
push ghp_<36> github_pat_<33>
lab glpat-<24>
slack xoxb-1234567890-<24> https://hooks.slack.com/services/T0/B0/<24>
ai sk-<33> sk-proj-<33> sk-ant-api03-<33>
google AIza<33>4Z GOCSPX-<24>
stripe sk_live_<24> rk_test_<24> whsec_<33>
jwt <jwt>
npm npm_<36>
hub hf_<33>
mail SG.<24>.<33>
shop shpat_<hex>
curl -H 'Authorization: Bearer <33>'
",
        expect![[r#"

            id REDACTED_1_BY_CODESAGA
            push REDACTED_2_BY_CODESAGA REDACTED_3_BY_CODESAGA
            lab REDACTED_4_BY_CODESAGA
            slack REDACTED_5_BY_CODESAGA https://hooks.slack.com/services/REDACTED_6_BY_CODESAGA
            ai REDACTED_7_BY_CODESAGA REDACTED_8_BY_CODESAGA REDACTED_9_BY_CODESAGA
            google REDACTED_10_BY_CODESAGA REDACTED_11_BY_CODESAGA
            stripe REDACTED_12_BY_CODESAGA REDACTED_13_BY_CODESAGA REDACTED_14_BY_CODESAGA
            jwt REDACTED_15_BY_CODESAGA
            npm REDACTED_16_BY_CODESAGA
            hub REDACTED_17_BY_CODESAGA
            mail REDACTED_18_BY_CODESAGA
            shop REDACTED_19_BY_CODESAGA
            curl -H 'Authorization: Bearer REDACTED_20_BY_CODESAGA'
        "#]],
    );
}

#[test]
fn values_of_secret_names_are_secret() {
    check(
        r#"
password = "hunter2"
DB_PASSWORD: str = 'tr0ub4dor'
const apiKey: string = `k9-<24>`;
{"client_secret": "<33>", "refreshToken": "<24>"}
connect(user="app", passwd="letmein", retries=3)
if (password !== "s3cr3t!") { fail() }
let api_key: &'static str = "<33>";
os.getenv("API_TOKEN", "<24>")
<password>p4ss-w0rd</password>
options["secret"] = "<33>"
API_KEY_PROD := "<24>"
{ password: 'abc=1234' , name: 'x' }
secret: Option<&'static str> = "<24>"
"api_key" => "<33>",
set("password", "hunter2")
비밀번호 = "바다1234"
const 토큰 = '<33>'
"#,
        expect![[r#"

            password = "REDACTED_1_BY_CODESAGA"
            DB_PASSWORD: str = 'REDACTED_2_BY_CODESAGA'
            const apiKey: string = `REDACTED_3_BY_CODESAGA`;
            {"client_secret": "REDACTED_4_BY_CODESAGA", "refreshToken": "REDACTED_5_BY_CODESAGA"}
            connect(user="app", passwd="REDACTED_6_BY_CODESAGA", retries=3)
            if (password !== "REDACTED_7_BY_CODESAGA") { fail() }
            let api_key: &'static str = "REDACTED_4_BY_CODESAGA";
            os.getenv("API_TOKEN", "REDACTED_5_BY_CODESAGA")
            <password>REDACTED_8_BY_CODESAGA</password>
            options["secret"] = "REDACTED_4_BY_CODESAGA"
            API_KEY_PROD := "REDACTED_5_BY_CODESAGA"
            { password: 'REDACTED_9_BY_CODESAGA' , name: 'x' }
            secret: Option<&'static str> = "REDACTED_5_BY_CODESAGA"
            "api_key" => "REDACTED_4_BY_CODESAGA",
            set("password", "REDACTED_1_BY_CODESAGA")
            비밀번호 = "REDACTED_10_BY_CODESAGA"
            const 토큰 = 'REDACTED_4_BY_CODESAGA'
        "#]],
    );
}

#[test]
fn values_without_quotes_are_found_in_settings() {
    check(
        "
DB_PASSWORD=hunter2
export API_TOKEN=<24>
aws_secret_access_key = <33>1/+aBcD
spring.datasource.password: p4ss!word
DATABASE_URL=postgres://app:hunter2@db.example.com:5432/app
redis://:s3cret@localhost:6379/0
AccountName=a;AccountKey=<33><24>==;EndpointSuffix=core
",
        expect![[r#"

            DB_PASSWORD=REDACTED_1_BY_CODESAGA
            export API_TOKEN=REDACTED_2_BY_CODESAGA
            aws_secret_access_key = REDACTED_3_BY_CODESAGA
            spring.datasource.password: REDACTED_4_BY_CODESAGA
            DATABASE_URL=postgres://app:REDACTED_1_BY_CODESAGA@db.example.com:5432/app
            redis://:REDACTED_5_BY_CODESAGA@localhost:6379/0
            AccountName=a;AccountKey=REDACTED_6_BY_CODESAGA;EndpointSuffix=core
        "#]],
    );
}

const KEY_LINES: &str = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDNg0aB3dE5fG7h
J9kL1mN2pQ4rS6tU8vW0xYzaB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xYzaB3dE5fG
ZaB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xYzaB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0
kL1mN2pQ4rS6tU8vW0xYz==
";

#[test]
fn private_keys_go_whole_and_where_a_window_cuts_them() {
    let (begin, end) = ("-----BEGIN RSA PRIVATE KEY-----\n", "-----END RSA PRIVATE KEY-----\n");
    let old = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,4F9A0C3D5B7E8F1A\n\n";
    let cases = [
        format!("before\n{begin}{KEY_LINES}{end}after\n"),
        format!("before\n{begin}{old}{KEY_LINES}{end}after\n"),
        format!("before\n{begin}{KEY_LINES}"),
        format!("{KEY_LINES}{end}after\n"),
        format!("before\n\n{KEY_LINES}\nafter\n"),
        format!("key = \"{begin}{KEY_LINES}{end}\"\nafter\n").replace('\n', "\\n"),
        format!("before\n{begin}{KEY_LINES}{end}after\n").replace('\n', "\r\n"),
        format!("before\n  {}  after\n", format!("{begin}{KEY_LINES}{end}").replace('\n', "\n  ")),
    ];
    for case in cases {
        let redacted = redact_text(&case);
        assert!(!redacted.text.contains("dE5fG"), "{}", redacted.text);
        assert!(!redacted.text.contains("kL1mN"), "{}", redacted.text);
        assert_eq!(redacted.text.contains("before"), case.contains("before"));
        assert_eq!(redacted.text.contains("after"), case.contains("after"));
        assert_eq!(redacted.restore(&redacted.text), case);
    }
}

#[test]
fn the_same_secret_is_the_same_placeholder_in_every_part_of_a_context() {
    let line = fill("token = '<33>'\n");
    let snippet = |kind| Snippet { path: "a.py".to_owned(), kind, text: line.clone() };
    let mut context = Context {
        path: "b.py".to_owned(),
        language: "python".to_owned(),
        prefix: format!("x = 1\n{line}"),
        suffix: line.clone(),
        scopes: vec![fill("def f(token='<33>')")],
        imports: vec![fill("import {key} from 'https://a:<24>@b/c'")],
        snippets: vec![snippet(SnippetKind::Similar), snippet(SnippetKind::RecentEdit)],
    };
    let before = context.clone();
    assert_eq!(redact(&mut context).count, 6);
    let hidden = "token = 'REDACTED_BY_CODESAGA'\n";
    assert_eq!(context.prefix, format!("x = 1\n{hidden}"));
    assert_eq!((context.suffix.as_str(), context.snippets[0].text.as_str()), (hidden, hidden));
    assert_eq!(context.scopes, ["def f(token='REDACTED_BY_CODESAGA')"]);
    assert_eq!(context.imports, ["import {key} from 'https://a:REDACTED_BY_CODESAGA@b/c'"]);

    let mut again = before;
    redact(&mut again);
    assert_eq!(again, context);
    assert!(redact(&mut again).is_empty(), "a placeholder is no secret");
}

#[test]
fn a_placeholder_is_known_however_it_is_spelt() {
    for said in [
        "x = REDACTED_BY_CODESAGA",
        "redacted_by_codesaga",
        "\"Redacted_12_By_CodeSaga\"",
        "redactedByCodesaga",
        "REDACTED-3-BY-CODESAGA-KEY",
        "redacted by CodeSaga",
    ] {
        assert!(holds_placeholder(said), "{said}");
    }
    for said in ["REDACTED", "x = codesaga.redacted", "[redacted by the court]", ""] {
        assert!(!holds_placeholder(said), "{said}");
    }
}

#[test]
fn an_answer_gets_back_what_it_was_asked_about_and_nothing_else() {
    let redacted = redact_text("password = 'hunter2'\nsecret = 'REDACTED_1_BY_CODESAGA'\n");
    assert_eq!(
        redacted.text,
        "password = 'REDACTED_2_BY_CODESAGA'\nsecret = 'REDACTED_1_BY_CODESAGA'\n"
    );
    let answer = "f('redacted_2_by_codesaga1', 'REDACTED_1_BY_CODESAGA', 'REDACTED_7_BY_CODESAGA')";
    let expected = "f('hunter21', 'REDACTED_1_BY_CODESAGA', 'REDACTED_7_BY_CODESAGA')";
    assert_eq!(redacted.restore(answer), expected);
    assert!(redact_text("nothing = here").is_empty());
}

#[test]
fn a_cursor_in_a_secret_is_known() {
    let cases = [
        ("password = \"hunt$0er2\"", true),
        ("password = \"hunter2$0", true),
        ("password = \"hunter2\"$0", false),
        ("$0password = \"hunter2\"", false),
        ("url = 'https://a:hun$0ter2@b'", true),
        ("name = \"hunt$0er2\"", false),
        ("", false),
    ];
    for (text, expected) in cases {
        let text = if text.contains("$0") { text.to_owned() } else { format!("{text}$0") };
        let (doc, at) = Opened::new(&format!("//- /a.py\n{text}")).cursor();
        assert_eq!(cursor_in_secret(&doc, at), expected, "{text}");
    }
    let key = format!("-----BEGIN PRIVATE KEY-----\n{KEY_LINES}");
    let (doc, _) = Opened::new(&format!("//- /a.py\n{key}$0")).cursor();
    assert!(cursor_in_secret(&doc, ByteOffset(60)) && !cursor_in_secret(&doc, ByteOffset(0)));
}
