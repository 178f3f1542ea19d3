// The page at `/`: asks `/v1/status` every two seconds while somebody looks, and shows it.

import { fill, locale, make, speak, wordsOf } from './page.js';

const ASK_EVERY_MS = 2000;
const ASK_AFTER_FAILURE_MAX_MS = 30000;
const ANSWER_TIME_MAX_MS = 5000;
const POINTS_MAX = 90; // three minutes

const WORDS = {
  en: {
    docs: 'Calls', queue: 'Queue', throughput: 'Throughput', instances: 'Instances', users: 'Users',
    key: 'Key', useKey: 'Show more',
    ready: 'Ready', loading: 'Loading the model', unavailable: 'No model answers', draining: 'Shutting down',
    lost: 'The server does not answer', unknown: '…',
    noModel: 'No model yet',
    since: (up, memory) => `Up for ${up} · ${memory}`,
    in_process: 'conversations are kept in this process', ok: 'conversations are kept in Redis',
    degraded: 'the session store does not answer: chats go on without memory',
    waiting: 'Waiting', inFlight: 'Being answered', pace: 'Tokens per second', first: 'To the first text',
    done: 'Answers in a minute', accepted: 'Suggestions accepted',
    task: 'Kind', class: 'Urgency',
    completion: 'Completion', chat: 'Chat', edit: 'Refactor and fix', embedding: 'Embeddings',
    invoke: 'asked for', automatic: 'while typing', background: 'in the background',
    failed: (n) => `${n} failed`, cancelled: (n) => `${n} let go`,
    chart: (top) => `Tokens per second while this page is open; the top is ${top}.`,
    model: 'Model', state: 'State', response: 'First piece', share: 'Accepted', used: 'Last used',
    active: 'answers', inactive: 'silent', updating: 'loads',
    user: 'User', team: 'Team', answers: 'Answers', tokens: 'Tokens', idle: 'Idle',
    ago: (t) => `${t} ago`,
    noInstances: 'No model server answered yet.', noUsers: 'Nobody has asked yet.',
    totals: 'Without a key this page shows totals only: no instances, no users. A key shows the instances and what your team accepts; an admin key shows the users too. It stays in this tab and is sent to this server alone.',
    instancesView: 'This key shows the instances and what your team accepts. Users are shown for an admin key.',
    usersView: 'Everything is shown: you look from the server’s own machine, or with an admin key. Prompts and answers are never kept for this page.',
    wrongKey: 'This key is not known here.',
  },
  ko: {
    docs: 'API', queue: '대기열', throughput: '처리량', instances: '인스턴스', users: '사용자',
    key: '키', useKey: '더 보기',
    ready: '준비됨', loading: '모델을 불러오는 중', unavailable: '응답하는 모델 없음', draining: '종료하는 중',
    lost: '서버가 응답하지 않음', unknown: '…',
    noModel: '아직 모델이 없어요',
    since: (up, memory) => `${up}째 실행 중 · ${memory}`,
    in_process: '대화는 이 프로세스에 보관해요', ok: '대화는 Redis에 보관해요',
    degraded: '세션 저장소가 응답하지 않아 대화를 기억하지 못해요',
    waiting: '기다리는 요청', inFlight: '답하는 중', pace: '초당 토큰', first: '첫 글자까지',
    done: '최근 1분 답변', accepted: '제안 수락률',
    task: '종류', class: '긴급도',
    completion: '자동 완성', chat: '채팅', edit: '리팩터링과 수정', embedding: '임베딩',
    invoke: '직접 요청', automatic: '입력하는 동안', background: '백그라운드',
    failed: (n) => `실패 ${n}건`, cancelled: (n) => `중단 ${n}건`,
    chart: (top) => `이 페이지를 여는 동안의 초당 토큰이에요. 맨 위가 ${top}이에요.`,
    model: '모델', state: '상태', response: '첫 조각', share: '수락률', used: '마지막 사용',
    active: '응답함', inactive: '응답 없음', updating: '불러오는 중',
    user: '사용자', team: '팀', answers: '답변', tokens: '토큰', idle: '쉰 시간',
    ago: (t) => `${t} 전`,
    noInstances: '아직 응답한 모델 서버가 없어요.', noUsers: '아직 아무도 요청하지 않았어요.',
    totals: '키가 없으면 합계만 보여요. 인스턴스와 사용자는 보이지 않아요. 키를 쓰면 인스턴스와 우리 팀의 수락률이, 관리자 키를 쓰면 사용자까지 보여요. 키는 이 탭에만 남고 이 서버에만 보내요.',
    instancesView: '이 키로는 인스턴스와 우리 팀의 수락률이 보여요. 사용자는 관리자 키로 볼 수 있어요.',
    usersView: '모두 보여요. 서버와 같은 컴퓨터에서 보고 있거나 관리자 키를 쓰고 있어요. 프롬프트와 답변은 이 페이지를 위해 보관하지 않아요.',
    wrongKey: '이 서버가 모르는 키예요.',
  },
};

const at = (id) => document.getElementById(id);
let key = '';
let state = null;
let isLost = false;
let isKeyWrong = false;
let failures = 0;
let timer = 0;
const points = [];

async function ask() {
  clearTimeout(timer);
  if (document.hidden) return; // Asked again when somebody looks.
  const headers = key ? { authorization: `Bearer ${key}` } : {};
  try {
    const signal = AbortSignal.timeout(ANSWER_TIME_MAX_MS);
    const response = await fetch('/v1/status', { headers, signal, cache: 'no-store' });
    isKeyWrong = response.status === 401;
    if (isKeyWrong) key = '';
    if (!response.ok) throw new Error(String(response.status));
    state = await response.json();
    points.push(state.last_minute.tokens_per_second);
    points.splice(0, points.length - POINTS_MAX);
    isLost = false;
    failures = 0;
  } catch {
    isLost = !isKeyWrong;
    failures += 1;
  }
  draw();
  const pause = Math.min(ASK_EVERY_MS * 2 ** Math.min(failures, 4), ASK_AFTER_FAILURE_MAX_MS);
  timer = setTimeout(ask, failures ? pause : ASK_EVERY_MS);
}

function draw() {
  const words = wordsOf(WORDS);
  drawStanding(words);
  if (!state) return;
  drawTiles(words);
  drawQueue(words);
  drawChart(words);
  drawInstances(words);
  drawUsers(words);
  const explained = { totals: words.totals, instances: words.instancesView, users: words.usersView };
  at('view').textContent = isKeyWrong ? words.wrongKey : (explained[state.view] ?? '');
  at('key-form').hidden = state.view === 'users';
  at('version').textContent = `codesaga-proxy ${state.version}`;
}

function drawStanding(words) {
  const standing = isLost ? 'unavailable' : (state?.status ?? 'unknown');
  at('standing').dataset.state = standing;
  at('standing').lastElementChild.textContent = isLost ? words.lost : (words[standing] ?? standing);
  if (!state) return;
  at('model').textContent = state.model ?? words.noModel;
  at('since').textContent = words.since(duration(state.uptime_seconds), words[state.memory] ?? state.memory);
  document.title = `CodeSaga · ${isLost ? words.lost : (words[standing] ?? standing)}`;
  at('problem').hidden = isLost || !state.error;
  at('problem').textContent = state.error?.message ?? '';
}

function drawTiles(words) {
  const total = (name) => state.queue.reduce((sum, lane) => sum + lane[name], 0);
  const minute = state.last_minute;
  const ended = [
    minute.failed ? words.failed(number(minute.failed)) : null,
    minute.cancelled ? words.cancelled(number(minute.cancelled)) : null,
  ].filter(Boolean).join(' · ');
  const tiles = [
    [number(total('in_flight')), '', words.inFlight],
    [number(total('waiting')), '', words.waiting],
    [number(minute.tokens_per_second, 1), '', words.pace],
    minute.first_text_ms === undefined ? ['–', '', words.first] : [...milliseconds(minute.first_text_ms), words.first],
    [number(minute.done), '', ended ? `${words.done} · ${ended}` : words.done],
  ];
  if (state.acceptance) {
    const share = state.acceptance.share;
    tiles.push([share === undefined ? '–' : percent(share), `/ ${number(state.acceptance.shown)}`, words.accepted]);
  }
  at('tiles').replaceChildren(...tiles.map(([value, unit, name]) =>
    make('div', 'tile', make('b', '', value, unit ? make('small', '', unit) : null), make('span', '', name))));
}

function drawQueue(words) {
  // Kinds of work that hardly ever happen take a line only while they do.
  const isUsual = (lane) => lane.task === 'completion' || lane.class === 'invoke';
  const lanes = state.queue.filter((lane) => isUsual(lane) || lane.waiting + lane.in_flight > 0);
  const rows = lanes.map((lane) => {
    const isIdle = lane.waiting + lane.in_flight === 0;
    const shown = (n) => make('span', n === 0 ? 'idle' : '', number(n));
    return [
      make('span', isIdle ? 'idle' : '', `${words[lane.task] ?? lane.task} · ${words[lane.class] ?? lane.class}`),
      shown(lane.waiting),
      shown(lane.in_flight),
    ];
  });
  fill(at('queue'), [words.task, `#${words.waiting}`, `#${words.inFlight}`], rows);
}

function drawChart(words) {
  const top = Math.max(1, ...points);
  const x = (i) => 300 - (points.length - 1 - i) * (300 / (POINTS_MAX - 1));
  const y = (value) => 94 - (value / top) * 90;
  const curve = points.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`);
  const shape = (tag, className, attributes) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
    element.setAttribute('class', className);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
  const area = `${x(0)},94 ${curve.join(' ')} 300,94`;
  const caption = words.chart(number(top, 1));
  at('chart').replaceChildren(
    shape('polygon', 'area', { points: area }),
    shape('line', 'base', { x1: 0, y1: 94, x2: 300, y2: 94 }),
    shape('polyline', 'curve', { points: curve.join(' ') }),
  );
  at('chart').setAttribute('aria-label', caption);
  at('chart-words').textContent = caption;
}

function drawInstances(words) {
  at('instances-card').hidden = !state.instances;
  if (!state.instances) return;
  const rows = state.instances.map((instance) => {
    const metrics = instance.performance_metrics;
    const standing = make('span', 'state', make('span', 'dot'), words[instance.status] ?? instance.status);
    standing.dataset.state = instance.status;
    const idle = instance.last_used_at === undefined ? '–' : words.ago(duration((Date.now() - instance.last_used_at) / 1000));
    return [
      instance.model_name,
      standing,
      metrics.response_time === undefined ? '–' : milliseconds(metrics.response_time).join(' '),
      metrics.accuracy === undefined ? '–' : percent(metrics.accuracy),
      idle,
    ];
  });
  if (rows.length === 0) rows.push([words.noInstances, '', '', '', '']);
  fill(at('instances'), [words.model, words.state, `#${words.response}`, `#${words.share}`, `#${words.used}`], rows);
}

function drawUsers(words) {
  at('users-card').hidden = !state.users;
  if (!state.users) return;
  const rows = state.users.map((user) => [
    user.user, user.tenant, number(user.waiting), number(user.in_flight),
    number(user.answers), number(user.tokens), duration(user.idle_seconds),
  ]);
  if (rows.length === 0) rows.push([words.noUsers, '', '', '', '', '', '']);
  fill(at('users'), [
    words.user, words.team, `#${words.waiting}`, `#${words.inFlight}`,
    `#${words.answers}`, `#${words.tokens}`, `#${words.idle}`,
  ], rows);
}

function number(value, digits = 0) {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value);
}

function percent(share) {
  return new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: 0 }).format(share);
}

function milliseconds(value) {
  return value < 1000 ? [number(value), 'ms'] : [number(value / 1000, 1), 's'];
}

function duration(seconds) {
  const [value, unit] =
    seconds < 90 ? [seconds, 'second'] : seconds < 5400 ? [seconds / 60, 'minute']
      : seconds < 129600 ? [seconds / 3600, 'hour'] : [seconds / 86400, 'day'];
  const style = { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 0 };
  return new Intl.NumberFormat(locale(), style).format(Math.max(0, Math.floor(value)));
}

at('key-form').addEventListener('submit', (event) => {
  event.preventDefault();
  key = at('key').value.trim();
  at('key').value = '';
  ask();
});
document.addEventListener('visibilitychange', ask);
speak(WORDS, draw);
ask();
