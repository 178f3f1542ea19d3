//! Code and words about secrets that hold none.

use crate::redact_text;

#[test]
fn nothing_is_replaced() {
    let texts = [
        // Code that handles secrets.
        "token = next_token()",
        "let token = self.tokens[index];",
        "token = tokens.pop()",
        "const password = document.querySelector('#password')",
        "password: string;",
        "interface Login { password: string; token: Uint8Array }",
        "  token: Uint8Array\n",
        "  secret: Sha256Hash\n",
        "API_KEY = os.environ['API_KEY']",
        "API_KEY=os.environ.API_KEY_2",
        "token=${{ secrets.GITHUB_TOKEN }}",
        "TOKEN=$1",
        "export TOKEN=$(cat token.txt)",
        "password = \"${DB_PASSWORD}\"",
        "password: '{{ vault_password }}'",
        "password = getpass.getpass('Password: ')",
        "fn parse(token: &str, secret: Option<&str>) -> Token",
        "def login(self, password: str = None) -> str:",
        "if token.kind == \"identifier\":",
        "token = \"NUMBER\"",
        "TOKEN = 'utf8mb4_general'",
        "secret = \"projects/1/secrets/database\"",
        "secret: kubernetes.io/service-account-token",
        "accessKey: 'step-2'",
        "sum(password_lengths), max(token_counts)",
        "password_field = \"input_2\"",
        "tokens = 128000\nmax_tokens: 4096000",
        // Labels and messages.
        "\"password\": \"Password\"",
        "\"password\": \"Enter your password\"",
        "\"new_password\": \"new_password_2\"",
        "\"token\": \"Unexpected token at 12\"",
        "\"비밀번호\": \"비밀번호를 입력하세요\"",
        "password = '********'",
        "<label>password</label>",
        "<input type=\"password\" name=\"pwd\" id=\"pwd\">",
        "assert_eq(access_token.secret, \"secret=password\")",
        "token => \"NUMBER\"",
        "RFC6749#Token`: https://tools.example.org/html/rfc6749#section-3.2",
        "http://user:password@host:80/path",
        "scheme://[user:passwd@]proxy.server:port",
        // Addresses and things that only look like keys.
        "https://user@example.com/a:b",
        "http://localhost:8080/a@b",
        "postgres://app:${PASSWORD}@db/app",
        "git@github.com:owner/repository.git",
        ".sk-circle-fade-dot-animation-delayed { }",
        "import sk_learn_something from './sk-learn-something-with-a-long-name'",
        "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "commit = '4f9a0c3d5b7e8f1a2c4d6e8f0a1b3c5d6e7f8a9b'",
        "id = '550e8400-e29b-41d4-a716-446655440000'",
        "if text.startswith(\"-----BEGIN RSA PRIVATE KEY-----\"):\n    return load(text)\n",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        "The bearer of good news",
        "",
    ];
    for text in texts {
        let redacted = redact_text(text);
        assert_eq!(redacted.text, text);
        assert!(redacted.is_empty());
    }
}

/// Source as people write it holds next to nothing that is taken for a secret.
#[test]
fn the_samples_stay_as_they_are() {
    for (language, sample) in super::super::edits::SAMPLES {
        let redacted = redact_text(sample);
        assert_eq!(redacted.text, *sample, "{language}");
    }
}
