// The page at `/docs`: shows `/openapi.json`.

import { fill, make, speak, wordsOf } from './page.js';

/** Shapes within shapes are shown to this depth. */
const DEPTH_MAX = 4;

const WORDS = {
  en: {
    status: 'Status', docs: 'Calls',
    lead: 'Every call this server takes, generated from its code. Any OpenAI client works: give it this address with /v1, and a key.',
    models: 'Models', conversations: 'Conversations', records: 'Records', operation: 'Operation',
    request: 'Request', answer: 'Answer', parameters: 'Parameters', field: 'Field', type: 'Type', meaning: 'Meaning',
    needed: 'needed', open: 'No key is needed.', lost: 'The description could not be read.',
  },
  ko: {
    status: '상태', docs: 'API',
    lead: '이 서버가 받는 모든 호출이에요. 코드에서 만들어져요. OpenAI 클라이언트라면 무엇이든 쓸 수 있어요. /v1을 붙인 이 주소와 키를 알려 주세요.',
    models: '모델', conversations: '대화', records: '기록', operation: '운영',
    request: '요청', answer: '응답', parameters: '매개변수', field: '필드', type: '형식', meaning: '뜻',
    needed: '필수', open: '키가 없어도 돼요.', lost: '설명을 읽지 못했어요.',
  },
};

let document_ = null;
let isLost = false;

function draw() {
  const words = wordsOf(WORDS);
  document.title = `CodeSaga · ${words.docs}`;
  document.getElementById('lead').textContent = isLost ? words.lost : words.lead;
  if (!document_) return;
  document.getElementById('version').textContent = `codesaga-proxy ${document_.info.version}`;
  const groups = new Map();
  for (const [path, methods] of Object.entries(document_.paths)) {
    for (const [method, call] of Object.entries(methods)) {
      const group = groups.get(call.tags[0]) ?? [];
      group.push(described(method, path, call, words));
      groups.set(call.tags[0], group);
    }
  }
  const opened = new Set([...document.querySelectorAll('details[open]')].map((element) => element.id));
  const contents = [...groups].flatMap(([tag, calls]) => [make('h2', 'group', words[tag] ?? tag), ...calls]);
  document.getElementById('calls').replaceChildren(...contents);
  for (const id of opened) document.getElementById(id).open = true;
}

function described(method, path, call, words) {
  const verb = make('span', 'method', method);
  verb.dataset.method = method;
  const details = make('details', '', make('summary', '', verb, make('code', '', path), make('span', 'quiet', call.summary)));
  details.id = call.operationId;
  const body = make('div', '');
  const needsNoKey = (call.security ?? []).length === 0;
  const note = needsNoKey ? words.open : call.description;
  if (note) body.append(make('p', 'quiet', note.replaceAll('`', '')));
  const parameters = call.parameters ?? [];
  if (parameters.length > 0) {
    body.append(make('h3', '', words.parameters), table(words, parameters.map((p) => [
      name(p.name, p.required, words), `${typeOf(p.schema)} · ${p.in}`, p.description ?? '',
    ])));
  }
  const request = call.requestBody?.content['application/json']?.schema;
  if (request) body.append(make('h3', '', words.request), shape(request, words));
  for (const [status, response] of Object.entries(call.responses)) {
    for (const [kind, { schema }] of Object.entries(response.content ?? {})) {
      if (status !== 'default') body.append(make('h3', '', `${words.answer} · ${status} · ${kind}`), shape(schema, words));
    }
  }
  details.append(body);
  return details;
}

function table(words, rows) {
  const element = make('table', 'fields');
  fill(element, [words.field, words.type, words.meaning], rows);
  return make('div', 'scroll', element);
}

function shape(schema, words) {
  const rows = [];
  collect(schema, '', 0, rows, words);
  return rows.length > 0 ? table(words, rows) : make('p', 'code', typeOf(schema));
}

function collect(schema, prefix, depth, rows, words) {
  const whole = resolved(schema);
  if (depth > DEPTH_MAX) return;
  for (const part of [...(whole.allOf ?? []), ...(whole.oneOf ?? []), ...(whole.anyOf ?? [])]) {
    collect(part, prefix, depth, rows, words);
  }
  for (const [field, inner] of Object.entries(whole.properties ?? {})) {
    const isNeeded = (whole.required ?? []).includes(field);
    const meaning = inner.description ?? resolved(inner).description ?? '';
    rows.push([name(prefix + field, isNeeded, words), typeOf(inner), firstLine(meaning)]);
    const item = resolved(inner).items;
    collect(item ?? inner, `${prefix}${field}${item ? '[]' : ''}.`, depth + 1, rows, words);
  }
}

function name(text, isNeeded, words) {
  return make('span', '', make('code', '', text), isNeeded ? make('span', 'quiet', ` ${words.needed}`) : null);
}

function typeOf(schema) {
  const whole = resolved(schema);
  const options = (whole.oneOf ?? whole.anyOf ?? whole.allOf ?? []).map(typeOf).filter((type) => type !== 'null');
  if (whole.enum) return whole.enum.join(' | ');
  if (options.length > 0) return [...new Set(options)].join(' | ');
  if (whole.type === 'array' || whole.items) return `${typeOf(whole.items ?? {})}[]`;
  const types = [whole.type].flat().filter((type) => type && type !== 'null');
  return types.join(' | ') || (whole.type ? 'null' : 'any');
}

function resolved(schema) {
  const target = schema?.$ref?.split('/').pop();
  return (target ? document_.components.schemas[target] : schema) ?? {};
}

function firstLine(text) {
  return text.split('\n\n')[0].replaceAll('\n', ' ').replaceAll('`', '');
}

speak(WORDS, draw);
try {
  const response = await fetch('/openapi.json', { signal: AbortSignal.timeout(10000) });
  document_ = await response.json();
} catch {
  isLost = true;
}
draw();
