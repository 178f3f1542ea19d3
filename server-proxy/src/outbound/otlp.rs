//! Spans as OpenTelemetry's collectors take them: `ExportTraceServiceRequest` of OTLP 1.x in
//! protobuf. The few fields that are needed are written by hand; field numbers are those of
//! `opentelemetry/proto/trace/v1/trace.proto`.

/// A finished span.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) trace: [u8; 16],
    pub(super) id: [u8; 8],
    /// The caller's span it is part of.
    pub(super) parent: Option<[u8; 8]>,
    pub(super) name: String,
    /// Nanoseconds of Unix time.
    pub(super) began: u64,
    /// Nanoseconds of Unix time.
    pub(super) ended: u64,
    pub(super) attributes: Vec<(&'static str, Value)>,
    /// What went wrong.
    pub(super) error: Option<&'static str>,
}

/// An attribute's value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Whole(i64),
    Real(f64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

const SPAN_KIND_SERVER: u64 = 2;
const STATUS_CODE_ERROR: u64 = 2;

/// A request that tells of these spans of a service.
pub(super) fn request(service: &str, version: &str, spans: &[Span]) -> Vec<u8> {
    let mut resource = Message::default();
    resource.message(1, attribute("service.name", &service.into()));
    resource.message(1, attribute("service.version", &version.into()));
    let mut scope = Message::default();
    scope.bytes(1, b"codesaga-proxy");
    let mut scope_spans = Message::default();
    scope_spans.message(1, scope);
    for span in spans {
        scope_spans.message(2, encoded(span));
    }
    let mut resource_spans = Message::default();
    resource_spans.message(1, resource);
    resource_spans.message(2, scope_spans);
    let mut request = Message::default();
    request.message(1, resource_spans);
    request.0
}

fn encoded(span: &Span) -> Message {
    let mut message = Message::default();
    message.bytes(1, &span.trace);
    message.bytes(2, &span.id);
    if let Some(parent) = &span.parent {
        message.bytes(4, parent);
    }
    message.bytes(5, span.name.as_bytes());
    message.whole(6, SPAN_KIND_SERVER);
    message.fixed(7, span.began);
    message.fixed(8, span.ended);
    for (name, value) in &span.attributes {
        message.message(9, attribute(name, value));
    }
    if let Some(error) = span.error {
        let mut status = Message::default();
        status.bytes(2, error.as_bytes());
        status.whole(3, STATUS_CODE_ERROR);
        message.message(15, status);
    }
    message
}

fn attribute(name: &str, value: &Value) -> Message {
    let mut any = Message::default();
    match value {
        Value::Text(text) => any.bytes(1, text.as_bytes()),
        // Negative numbers are written in two's complement.
        Value::Whole(number) => any.whole(3, u64::from_ne_bytes(number.to_ne_bytes())),
        Value::Real(number) => any.fixed(4, number.to_bits()),
    }
    let mut message = Message::default();
    message.bytes(1, name.as_bytes());
    message.message(2, any);
    message
}

/// A protobuf message that is being written.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn whole(&mut self, field: u64, value: u64) {
        self.varint(field << 3);
        self.varint(value);
    }

    fn fixed(&mut self, field: u64, value: u64) {
        self.varint(field << 3 | 1);
        self.0.extend(value.to_le_bytes());
    }

    fn bytes(&mut self, field: u64, value: &[u8]) {
        self.varint(field << 3 | 2);
        self.varint(u64::try_from(value.len()).unwrap_or(u64::MAX));
        self.0.extend(value);
    }

    fn message(&mut self, field: u64, value: Self) {
        self.bytes(field, &value.0);
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            // The low seven bits, and the mark that more follow.
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checked against OpenTelemetry's own generated types for Python, which read it as what is
    /// written here.
    #[test]
    fn a_request_is_byte_for_byte_what_the_standard_says() {
        let span = Span {
            trace: [1; 16],
            id: [2; 8],
            parent: Some([3; 8]),
            name: "chat m".to_owned(),
            began: 1,
            ended: 300,
            attributes: vec![
                ("text", "가".into()),
                ("whole", Value::Whole(-1)),
                ("real", Value::Real(0.5)),
            ],
            error: Some("timeout"),
        };
        let hex: String = request("s", "v", &[span]).iter().map(|b| format!("{b:02x}")).collect();
        expect_test::expect_file!["otlp.request.hex"].assert_eq(&format!("{hex}\n"));
    }
}
