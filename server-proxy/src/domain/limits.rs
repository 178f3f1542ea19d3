//! Everything that is bounded, together.

use std::time::Duration;

/// The server's limits, the unit last in each name.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections of clients.
    pub connections_max: usize,
    /// Bytes of a request's first line and headers.
    pub head_bytes_max: usize,
    /// Time until they must have come; also how long an HTTP/1.1 connection may be idle.
    pub head_time_max: Duration,
    /// Time until a TLS connection must stand.
    pub handshake_time_max: Duration,
    /// Time until a request's body must have come.
    pub body_time_max: Duration,
    /// Requests that one HTTP/2 connection may have open.
    pub streams_max: u32,
    /// Bytes of an answer that wait for their HTTP/2 client.
    pub unsent_bytes_max: usize,
    /// Bytes that are read of an answer at a time, and so the most of it that waits to be taken.
    pub unread_bytes_max: usize,
    /// Connections to one model server that are kept open for later requests.
    pub idle_connections_max: usize,
    /// Time for which they are kept.
    pub idle_connection_time_max: Duration,
    /// Time between two pings of an HTTP/2 client.
    pub ping_every: Duration,
    /// Time until it must have answered one.
    pub ping_time_max: Duration,
    /// Bytes of a request's body.
    pub body_bytes_max: usize,
    /// Texts that may end an answer.
    pub stop_texts_max: usize,
    /// Bytes of one such text.
    pub stop_text_bytes_max: usize,
    /// Messages of one conversation sent by a client.
    pub messages_max: usize,
    /// Tools that one request may offer; also calls of tools in one answer.
    pub tools_max: usize,
    /// Texts whose vectors one request may ask for.
    pub embedding_inputs_max: usize,
    /// Tokens of an answer when the request does not say.
    pub answer_tokens_default: u32,
    /// Tokens of an answer, whatever the request says.
    pub answer_tokens_max: u32,
    /// Tokens of context that Ollama may allocate for a model.
    pub context_tokens_max: u32,
    /// How long Ollama keeps a model in memory.
    pub keep_alive: KeepAlive,
    /// Requests that one model server answers at a time.
    pub parallel_requests_max: usize,
    /// Requests that wait for one model server.
    pub queued_requests_max: usize,
    /// Time for which a completion that nobody asked for by hand may wait before it is given up,
    /// when its client does not say.
    pub automatic_wait_time_max: Duration,
    /// Time for which background work may wait before it is given up.
    pub background_wait_time_max: Duration,
    /// Time until a connection to a model server must stand.
    pub connect_time_max: Duration,
    /// Time until a model server must have answered a question about itself.
    pub probe_time_max: Duration,
    /// Time until the first piece of an answer, loading and prefill included, on all servers that
    /// are tried together.
    pub first_piece_time_max: Duration,
    /// Time until a model server must have generated one token, when asked for no more.
    pub proof_time_max: Duration,
    /// Time for which what a model server generated proves that it can, while nobody asks it.
    pub proven_time_max: Duration,
    /// Least time without a first piece after which a model server is asked for a token; ten times
    /// as long as it usually takes when that is more.
    pub suspect_time_min: Duration,
    /// Most of that time, and the time where nothing is known of the server's pace.
    pub suspect_time_max: Duration,
    /// Time between two pieces of an answer.
    pub between_pieces_time_max: Duration,
    /// Time that one operation of the store may take; longer, and the answer goes on without it.
    pub store_time_max: Duration,
    /// Time for which a client may leave what was sent to it unread.
    pub client_stall_time_max: Duration,
    /// Time that running answers get to end when the server stops.
    pub drain_time_max: Duration,
    /// Time for which an answer that can be resumed goes on with nobody reading it, and is kept
    /// after its end.
    pub resume_time_max: Duration,
    /// Answers that can be resumed.
    pub running_answers_max: usize,
    /// Those of one caller.
    pub caller_running_answers_max: usize,
    /// Bytes kept of one such answer.
    pub running_answer_bytes_max: usize,
    /// Users whose numbers are kept for the person who runs the server.
    pub users_seen_max: usize,
    /// WebSockets of one caller.
    pub caller_sockets_max: usize,
    /// Streams that one WebSocket may have open.
    pub socket_streams_max: usize,
    /// Frames that could not be taken before a WebSocket is closed.
    pub socket_wrong_frames_max: usize,
}

impl Limits {
    /// The limits that are settings, beside those that are not.
    #[must_use]
    pub fn new(
        context_tokens_max: u32,
        keep_alive: KeepAlive,
        parallel_requests_max: usize,
        drain_time_max: Duration,
    ) -> Self {
        Self {
            connections_max: 4096,
            head_bytes_max: 32 << 10,
            head_time_max: Duration::from_secs(60),
            handshake_time_max: Duration::from_secs(10),
            body_time_max: Duration::from_secs(30),
            streams_max: 256,
            unsent_bytes_max: 64 << 10,
            unread_bytes_max: 16 << 10,
            idle_connections_max: 64,
            // llama.cpp and vLLM close a connection five seconds after its last use; a request
            // sent into that moment would fail.
            idle_connection_time_max: Duration::from_secs(4),
            ping_every: Duration::from_secs(20),
            ping_time_max: Duration::from_secs(10),
            body_bytes_max: 2 << 20,
            stop_texts_max: 16,
            stop_text_bytes_max: 1024,
            messages_max: 1024,
            tools_max: 128,
            embedding_inputs_max: 256,
            answer_tokens_default: 1024,
            answer_tokens_max: 4096,
            context_tokens_max,
            keep_alive,
            parallel_requests_max,
            queued_requests_max: 64,
            automatic_wait_time_max: Duration::from_secs(5),
            background_wait_time_max: Duration::from_secs(10),
            connect_time_max: Duration::from_secs(3),
            probe_time_max: Duration::from_secs(5),
            first_piece_time_max: Duration::from_secs(600),
            proof_time_max: Duration::from_secs(20),
            proven_time_max: Duration::from_secs(300),
            suspect_time_min: Duration::from_secs(5),
            suspect_time_max: Duration::from_secs(30),
            between_pieces_time_max: Duration::from_secs(60),
            store_time_max: Duration::from_millis(50),
            client_stall_time_max: Duration::from_secs(30),
            drain_time_max,
            resume_time_max: Duration::from_secs(10),
            running_answers_max: 256,
            caller_running_answers_max: 16,
            running_answer_bytes_max: 256 << 10,
            users_seen_max: 1024,
            caller_sockets_max: 16,
            socket_streams_max: 64,
            socket_wrong_frames_max: 16,
        }
    }
}

impl Limits {
    /// Bytes of one message between processes: a request with what was remembered of its
    /// conversation, or the vectors of many texts.
    #[must_use]
    pub fn message_bytes_max(&self) -> usize {
        4 * self.body_bytes_max
    }
}

/// Times that a rank of requests may be passed over by more urgent ones before it has its turn.
pub const PASSED_OVER_MAX: u32 = 4;

/// Callers whose share of a model server is remembered, for each rank.
pub const SHARES_MAX: usize = 1024;

/// How long after a request of its own a caller counts as present, so that others leave room.
pub const PRESENT_TIME_MAX: Duration = Duration::from_secs(5);

/// How long a model stays in memory after its last use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeepAlive {
    /// Until the model server ends.
    Forever,
    /// That long.
    For(Duration),
}

impl KeepAlive {
    /// As Ollama takes it: a number of seconds, negative for ever. A number is understood by every
    /// version, a text without a unit by none.
    #[must_use]
    pub fn seconds(self) -> i64 {
        match self {
            Self::Forever => -1,
            Self::For(time) => i64::try_from(time.as_secs()).unwrap_or(i64::MAX),
        }
    }
}
