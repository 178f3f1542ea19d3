//! What is said of each finding, and what to do about it: a sentence each, in two languages.

use super::Finding;
use crate::config::Language;

impl Finding {
    /// What was found.
    pub(super) fn words(&self, language: Language) -> String {
        let (english, korean) = match self {
            Self::AddressFree { address } => (
                format!("Address {address} is free to listen on."),
                format!("주소 {address}에서 요청을 받을 수 있어요."),
            ),
            Self::AddressOurs { address } => (
                format!("A codesaga-proxy already serves at {address}."),
                format!("codesaga-proxy가 {address}에서 이미 실행 중이에요."),
            ),
            Self::AddressTaken { address, why } => (
                format!("Address {address} cannot be listened on: {why}."),
                format!("주소 {address}에서 요청을 받을 수 없어요: {why}."),
            ),
            Self::AddressInUse { address } => (
                format!("Something already listens at {address}."),
                format!("{address}에서 이미 무언가가 요청을 받고 있어요."),
            ),
            Self::NoKeys => (
                "No keys are set up: only this machine may ask.".to_owned(),
                "키가 없어서 이 컴퓨터에서만 쓸 수 있어요.".to_owned(),
            ),
            Self::Keys { file, count } => (
                format!("Keys file {file}: {count} keys, readable by its owner alone."),
                format!("키 파일 {file}: 키 {count}개, 소유자만 읽을 수 있어요."),
            ),
            Self::KeysReadable { file, mode } => (
                format!("Keys file {file} can be read by others (mode {mode:o})."),
                format!("키 파일 {file}을(를) 다른 사용자도 읽을 수 있어요(모드 {mode:o})."),
            ),
            Self::KeysBroken { file, why } => (
                format!("Keys file {file} cannot be used: {why}."),
                format!("키 파일 {file}을(를) 쓸 수 없어요: {why}."),
            ),
            Self::NoTls => (
                "Plain HTTP is spoken beyond this machine.".to_owned(),
                "이 컴퓨터 밖과 암호화되지 않은 HTTP로 통신해요.".to_owned(),
            ),
            Self::Certificate { file, days } => (
                format!("Certificate {file} is valid for {days} days."),
                format!("인증서 {file}은(는) {days}일 동안 유효해요."),
            ),
            Self::CertificateEnds { file, days } => (
                format!("Certificate {file} ends in {days} days."),
                format!("인증서 {file}이(가) {days}일 뒤에 만료돼요."),
            ),
            Self::CertificateEnded { file, day } => (
                format!("Certificate {file} ended on {day}."),
                format!("인증서 {file}이(가) {day}에 만료됐어요."),
            ),
            Self::CertificateBroken { why, .. } => (
                format!("The certificate cannot be used: {why}."),
                format!("인증서를 쓸 수 없어요: {why}."),
            ),
            Self::NoRedis => (
                "No Redis is set up: conversations are kept in the process.".to_owned(),
                "Redis가 없어서 대화를 프로세스 안에 보관해요.".to_owned(),
            ),
            Self::Redis { place, version, millis } => (
                format!("Redis {version} at {place} answers in {millis} ms."),
                format!("{place}의 Redis {version}이(가) {millis} ms 만에 응답해요."),
            ),
            Self::RedisForgets { place } => (
                format!("Redis at {place} writes nothing down (appendonly no)."),
                format!("{place}의 Redis가 아무것도 디스크에 남기지 않아요(appendonly no)."),
            ),
            Self::RedisDrops { place, policy } => (
                format!("Redis at {place} drops what it holds when it is full ({policy})."),
                format!("{place}의 Redis가 가득 차면 보관하던 것을 버려요({policy})."),
            ),
            Self::RedisSilent { place, why } => (
                format!("Redis at {place} does not answer: {why}."),
                format!("{place}의 Redis가 응답하지 않아요: {why}."),
            ),
            Self::Bus(found) => return found.words(language),
            Self::Service { address, models, until: None } => (
                format!("Model service {address} answers: {models} models."),
                format!("모델 서비스 {address}이(가) 응답해요: 모델 {models}개."),
            ),
            Self::Service { address, models, until: Some(day) } => (
                format!(
                    "Model service {address} answers: {models} models, certificate valid until {day}."
                ),
                format!(
                    "모델 서비스 {address}이(가) 응답해요: 모델 {models}개, 인증서는 {day}까지 유효해요."
                ),
            ),
            Self::ServiceEnds { address, days } => (
                format!("The certificate of model service {address} ends in {days} days."),
                format!("모델 서비스 {address}의 인증서가 {days}일 뒤에 만료돼요."),
            ),
            Self::ServiceSilent { address, why } => (
                format!("Model service {address} cannot be asked: {why}."),
                format!("모델 서비스 {address}에 물을 수 없어요: {why}."),
            ),
            Self::Upstream { address, kind, models } => (
                format!("Model server {address} answers: {kind}, {models} models."),
                format!("모델 서버 {address}이(가) 응답해요: {kind}, 모델 {models}개."),
            ),
            Self::UpstreamSilent { address, why } => (
                format!("Model server {address} cannot be asked: {why}."),
                format!("모델 서버 {address}에 물을 수 없어요: {why}."),
            ),
            Self::UpstreamEmpty { address } => (
                format!("Model server {address} has no model."),
                format!("모델 서버 {address}에 모델이 없어요."),
            ),
            Self::ModelMissing { address, model } => (
                format!("Model server {address} does not have the model {model}."),
                format!("모델 서버 {address}에 모델 {model}이(가) 없어요."),
            ),
            Self::Token { address, model, millis } => (
                format!("Model {model} at {address} answered one token in {millis} ms."),
                format!("{address}의 모델 {model}이(가) {millis} ms 만에 토큰 하나를 답했어요."),
            ),
            Self::NoToken { address, model, why } => (
                format!("Model {model} at {address} answered no token: {why}."),
                format!("{address}의 모델 {model}이(가) 토큰을 답하지 않았어요: {why}."),
            ),
        };
        language.choose(english, korean)
    }

    /// What to do about it, where there is something to do.
    pub(super) fn mending(&self, language: Language) -> Option<String> {
        let (english, korean) = match self {
            Self::AddressTaken { .. } => (
                "End what listens there, or choose another CODESAGA_LISTEN.".to_owned(),
                "그 주소를 쓰는 프로그램을 끝내거나 CODESAGA_LISTEN을 바꿔 주세요.".to_owned(),
            ),
            Self::AddressInUse { .. } => (
                "If it is not codesaga-proxy, end it, or choose another CODESAGA_LISTEN."
                    .to_owned(),
                "codesaga-proxy가 아니라면 그 프로그램을 끝내거나 CODESAGA_LISTEN을 바꿔 주세요."
                    .to_owned(),
            ),
            Self::NoTls => (
                "Set CODESAGA_TLS_CERT and CODESAGA_TLS_KEY, unless something in front ends TLS or \
                 a VPN leads here."
                    .to_owned(),
                "앞에서 TLS를 처리하는 서버나 VPN이 없다면 CODESAGA_TLS_CERT와 \
                 CODESAGA_TLS_KEY를 설정해 주세요."
                    .to_owned(),
            ),
            Self::Bus(found) => return found.mending(language),
            Self::ServiceEnds { .. } => (
                "Put a new one in its place there; a running service notices it.".to_owned(),
                "그 서버에서 새 인증서로 바꿔 주세요. 실행 중인 서비스가 알아차려요.".to_owned(),
            ),
            Self::CertificateEnds { .. } | Self::CertificateEnded { .. } => (
                "Put a new one in its place; a running server notices it.".to_owned(),
                "새 인증서로 바꿔 주세요. 실행 중인 서버가 알아차려요.".to_owned(),
            ),
            Self::CertificateBroken { settings: [certificate, key], .. } => (
                format!("Correct {certificate} and {key}."),
                format!("{certificate}와 {key}를 고쳐 주세요."),
            ),
            Self::NoKeys => (
                "For a team: `codesaga-proxy keys add NAME --file FILE`, then set \
                 CODESAGA_KEYS_FILE."
                    .to_owned(),
                "팀에서 쓰려면 `codesaga-proxy keys add NAME --file FILE`을 실행하고 \
                 CODESAGA_KEYS_FILE을 설정해 주세요."
                    .to_owned(),
            ),
            Self::KeysReadable { file, .. } => {
                (format!("Run `chmod 600 {file}`."), format!("`chmod 600 {file}`을 실행해 주세요."))
            }
            Self::KeysBroken { .. } => (
                "Correct CODESAGA_KEYS_FILE, or make the file anew with `codesaga-proxy keys add`."
                    .to_owned(),
                "CODESAGA_KEYS_FILE을 고치거나 `codesaga-proxy keys add`로 파일을 다시 만들어 \
                 주세요."
                    .to_owned(),
            ),
            Self::NoRedis => (
                "To keep them over a restart and to share them between replicas, set \
                 CODESAGA_REDIS_URL."
                    .to_owned(),
                "다시 시작해도 남기고 여러 서버가 함께 쓰려면 CODESAGA_REDIS_URL을 설정해 주세요."
                    .to_owned(),
            ),
            Self::RedisForgets { .. } => (
                "To keep conversations and accepted jobs when it ends, start it with \
                 `--appendonly yes`."
                    .to_owned(),
                "Redis가 꺼져도 대화와 접수된 작업을 남기려면 `--appendonly yes`로 시작해 주세요."
                    .to_owned(),
            ),
            Self::RedisDrops { .. } => (
                "Set `maxmemory-policy noeviction`, so that no accepted job is dropped.".to_owned(),
                "접수된 작업이 사라지지 않게 `maxmemory-policy noeviction`으로 설정해 주세요."
                    .to_owned(),
            ),
            Self::RedisSilent { .. } => (
                "Start it, or correct CODESAGA_REDIS_URL; until then answers come without memory."
                    .to_owned(),
                "Redis를 시작하거나 CODESAGA_REDIS_URL을 고쳐 주세요. 그때까지는 기억 없이 답해요."
                    .to_owned(),
            ),
            Self::ServiceSilent { .. } => (
                "Start it, or correct CODESAGA_MODEL_SERVICE; with https see whether both have \
                 certificates of one authority."
                    .to_owned(),
                "모델 서비스를 시작하거나 CODESAGA_MODEL_SERVICE를 고쳐 주세요. https라면 양쪽 \
                 인증서가 같은 인증 기관의 것인지 확인해 주세요."
                    .to_owned(),
            ),
            Self::UpstreamSilent { .. } => (
                "Start the model server, or correct CODESAGA_UPSTREAM.".to_owned(),
                "모델 서버를 시작하거나 CODESAGA_UPSTREAM을 고쳐 주세요.".to_owned(),
            ),
            Self::UpstreamEmpty { .. } => (
                "Install one, for example with `ollama pull`.".to_owned(),
                "`ollama pull` 같은 명령으로 모델을 설치해 주세요.".to_owned(),
            ),
            Self::ModelMissing { model, .. } => (
                format!("Install it with `ollama pull {model}`, or correct CODESAGA_MODEL."),
                format!("`ollama pull {model}`로 설치하거나 CODESAGA_MODEL을 고쳐 주세요."),
            ),
            Self::NoToken { .. } => (
                "Look into the model server's own log: it may lack memory, or hang.".to_owned(),
                "모델 서버의 로그를 살펴봐 주세요. 메모리가 모자라거나 멈췄을 수 있어요."
                    .to_owned(),
            ),
            Self::AddressFree { .. }
            | Self::AddressOurs { .. }
            | Self::Keys { .. }
            | Self::Certificate { .. }
            | Self::Redis { .. }
            | Self::Upstream { .. }
            | Self::Service { .. }
            | Self::Token { .. } => return None,
        };
        Some(language.choose(english, korean))
    }
}
