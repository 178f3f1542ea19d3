// The Korean sentences of the scripts, by their English ones.

export const korean = {
  "Install the editor (VS Code in the browser)": "편집기 설치 (브라우저용 VS Code)",
  "Searching in the editor needs ripgrep: {0}": "편집기에서 검색하려면 ripgrep이 필요해요: {0}",
  "Install the browser": "브라우저 설치",
  "No Chromium or Chrome was found: {0}": "Chromium이나 Chrome을 찾지 못했어요: {0}",
  "Install Redis": "Redis 설치",
  "Redis was not found: {0}": "Redis를 찾지 못했어요: {0}",
  "Install Kafka (54 MB)": "Kafka 설치 (54 MB)",
  "Start the fleet": "서버 여러 대 시작",
  "Kafka needs {0}: {1}": "Kafka에는 {0}이(가) 필요해요: {1}",
  "Install the small model (about 130 MB)": "작은 모델 설치 (약 130 MB)",
  "Install the SDKs of other clients": "다른 클라이언트의 SDK 설치",
  "Start the small model": "작은 모델 시작",
  "Install the npm packages": "npm 패키지 설치",
  "Build {0}": "{0} 빌드",
  "Build the engine": "엔진 빌드",
  "Take the pictures ({0})": "그림 찍기 ({0})",
  "Measure {0}": "{0} 측정",
  "Fetch {0}": "{0} 내려받기",
  "{0} is left out: {1} is not on the PATH": "{0}은(는) 뺐어요. {1}이(가) PATH에 없어요",
  "--{0} {1}: use a whole number from 1": "--{0} {1}: 1부터의 정수를 쓰세요",
  "Install {0}": "{0} 설치",
  "Build and pack the extension": "확장 빌드와 포장",
  "Install the extension": "확장 설치",
  "Start the server": "서버 시작",
  "Open the editor": "편집기 열기",
  "Look for the model server": "모델 서버 찾기",
  "The whole output is in {0}": "전체 출력은 {0}에 있어요",

  "Node.js {0} is too old: install 20 or newer from https://nodejs.org":
    "Node.js {0}은(는) 너무 오래됐어요. https://nodejs.org 에서 20 이상을 설치해 주세요",
  "npm is missing: install Node.js 20 or newer from https://nodejs.org":
    "npm이 없어요. https://nodejs.org 에서 Node.js 20 이상을 설치해 주세요",
  "Rust is missing: get it from https://rustup.rs": "Rust가 없어요. https://rustup.rs 에서 설치해 주세요",
  "Rust {0} is too old: run `rustup update stable` for {1} or newer":
    "Rust {0}은(는) 너무 오래됐어요. `rustup update stable`로 {1} 이상을 설치해 주세요",
  "Python {0} or newer is missing: {1}": "Python {0} 이상이 없어요: {1}",
  "Python has no venv module: {0}": "Python에 venv 모듈이 없어요: {0}",
  "A C compiler is missing: {0}": "C 컴파일러가 없어요: {0}",
  "{0} is missing: {1}": "{0}이(가) 없어요: {1}",
  "Go {0} or newer is missing: get it from https://go.dev/dl":
    "Go {0} 이상이 없어요. https://go.dev/dl 에서 설치해 주세요",

  "{0} (see --help)": "{0} (--help를 보세요)",
  "--{0} {1}: use {2}": "--{0} {1}: {2} 가운데 하나를 쓰세요",
  "--{0} {1}: use a number from 1 to 65535": "--{0} {1}: 1부터 65535까지의 수를 쓰세요",
  "--{0} {1}: use a number from {2} to {3}": "--{0} {1}: {2}부터 {3}까지의 수를 쓰세요",
  "--{0} {1}: use an address such as http://127.0.0.1:11434": "--{0} {1}: http://127.0.0.1:11434 같은 주소를 쓰세요",
  "--{0} needs a value": "--{0}에는 값이 필요해요",
  "--{0} {1}: use a version such as 1.2.3": "--{0} {1}: 1.2.3 같은 버전을 쓰세요",
  "There are changes without a commit, so no statement says what this was made from.":
    "커밋하지 않은 변경이 있어서, 무엇으로 만들었는지 적은 문서는 만들지 않았어요.",
  "Look for known weaknesses": "알려진 취약점 찾기",
  "Nothing was published. What a release would run, each with its token in the environment:":
    "아무것도 게시하지 않았어요. 실제 릴리스에서 실행할 명령이에요(토큰은 환경 변수로 줘요):",

  "There is no Ollama at {0} to run {1}; start it, or use --upstream":
    "{1}을(를) 실행할 Ollama가 {0}에 없어요. Ollama를 켜거나 --upstream을 쓰세요",
  "No model server answers at {0}": "{0}에서 응답하는 모델 서버가 없어요",
  "Pull {0}": "{0} 내려받기",
  "Ollama has no model {0}; it has: {1}": "Ollama에 {0} 모델이 없어요. 있는 모델: {1}",
  "Using {0}, which Ollama has.": "Ollama에 있는 {0}을(를) 사용해요.",
  "Ollama has no model that writes text; using the small local model.":
    "Ollama에 글을 쓰는 모델이 없어서 작은 로컬 모델을 사용해요.",
  "Ollama does not have the model {0} (about {1}).": "Ollama에 {0} 모델(약 {1})이 없어요.",
  "Ollama does not have the model {0} (its size is not known).": "Ollama에 {0} 모델(크기는 알 수 없음)이 없어요.",
  "Get it with: ollama pull {0}": "내려받으려면: ollama pull {0}",
  "Download it now?": "지금 내려받을까요?",

  "There is no display for {0}: use --editor browser": "{0}을(를) 띄울 화면이 없어요. --editor browser를 쓰세요",
  "{0} is not on the PATH: install its shell command, or use --editor browser":
    "{0}이(가) PATH에 없어요. 셸 명령을 설치하거나 --editor browser를 쓰세요",
  "Port {0} is in use.": "{0} 포트는 이미 쓰이고 있어요.",
  "The editor is open at {0}": "편집기 주소: {0}",
  "{0} is open on a sample project, with a profile of its own.": "{0}이(가) 별도의 프로필로 예제 프로젝트를 열었어요.",
  "Set codesaga.serverUrl to {0} in your editor.": "편집기에서 codesaga.serverUrl을 {0}(으)로 설정하세요.",
  "{0} ended.": "{0}이(가) 끝났어요.",
  ready: "준비됨",
  "not ready ({0})": "준비 안 됨 ({0})",
  "Ctrl+C ends everything": "Ctrl+C를 누르면 모두 끝나요",

  "try-complete":
    "1. 자동 완성  cart.py 마지막 줄 아래에 `return self.items.`를 입력하세요. 회색 글자가 나오면 Tab으로 적용해요.",
  "try-refactor":
    "2. 리팩터링   cart.py의 total 함수를 선택하고 F1 → `CodeSaga: 리팩터링…`을 고르세요. 바뀔 내용을 먼저 보여 줘요.",
  "try-chat":
    "3. 채팅       prices.ts를 열고 옆의 CodeSaga 아이콘을 누른 다음 `prices.ts 파일이 하는 일을 설명해 줘`를 누르세요.",

  "start-help": `사용법: npm start -- [옵션]

  --editor cursor|code|browser|none   열 편집기 (기본: 화면이 있으면 cursor, 그다음 code, 없으면 browser)
  --upstream URL                      모델 서버 주소 (기본: CODESAGA_UPSTREAM, 이 컴퓨터의 Ollama, 작은 로컬 모델 순)
  --model NAME                        모델 이름
  --port N                            서버 포트 (기본: 7411, 쓰이고 있으면 빈 포트)
  --help                              이 도움말`,
};
