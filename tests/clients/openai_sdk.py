"""OpenAI's SDK for Python, unchanged, against the proxy. Run by openai-python.test.mjs."""

import json
import os
import unittest
import urllib.request

import openai
from pydantic import BaseModel

MODEL = os.environ["CLIENT_MODEL"]
SCRIPT = os.environ["CLIENT_SCRIPT"]
WEATHER = json.loads(os.environ["CLIENT_TOOL"])
MESSAGES = [{"role": "user", "content": "안녕?"}]


def scripted(method, path="", body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(SCRIPT + path, data=data, method=method)
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def script(*rules):
    scripted("DELETE")
    scripted("PUT", body=list(rules))


def asked():
    requests = scripted("GET", "/requests")["requests"]
    return [r for r in requests if r["path"] in ("/api/chat", "/api/generate")]


class Answer(BaseModel):
    answer: int


class Sdk(unittest.TestCase):
    def setUp(self):
        self.client = openai.OpenAI(max_retries=0)

    def chat(self, **more):
        return self.client.chat.completions.create(**{"model": MODEL, "messages": MESSAGES, **more})

    def refused(self, kind, code, param, **more):
        with self.assertRaises(kind) as raised:
            self.chat(**more)
        self.assertEqual((raised.exception.code, raised.exception.param), (code, param))

    def test_models(self):
        self.assertEqual(self.client.models.list().data[0].id, MODEL)
        self.assertEqual(self.client.models.retrieve(MODEL).id, MODEL)

    def test_chat(self):
        script({"pieces": ["안녕", "하세요"]})
        whole = self.chat(max_tokens=50, seed=1, top_p=0.5)
        self.assertEqual(whole.choices[0].message.content, "안녕하세요")
        self.assertEqual(whole.usage.completion_tokens, 2)

    def test_stream(self):
        script({"pieces": ["안녕", "하세요", "🙂"]})
        chunks = list(self.chat(stream=True, stream_options={"include_usage": True}))
        text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
        self.assertEqual(text, "안녕하세요🙂")
        self.assertEqual(chunks[-1].usage.completion_tokens, 3)

    def test_completion(self):
        script({"pieces": ["a", " + b"]})
        prompt = "def add(a, b):\n    return "
        stream = self.client.completions.create(model=MODEL, prompt=prompt, suffix="\n", stream=True)
        self.assertEqual("".join(chunk.choices[0].text for chunk in stream), "a + b")

    def test_tools(self):
        script({"pieces": [], "tool_calls": [{"name": "weather", "arguments": {"city": "서울"}}]})
        call = self.chat(tools=[WEATHER]).choices[0].message.tool_calls[0]
        self.assertEqual(json.loads(call.function.arguments), {"city": "서울"})
        stream = self.client.chat.completions.stream(model=MODEL, messages=MESSAGES, tools=[WEATHER])
        with stream as events:
            final = events.get_final_completion()
        self.assertEqual(final.choices[0].finish_reason, "tool_calls")
        self.assertEqual(final.choices[0].message.tool_calls[0].function.name, "weather")

    def test_parsed(self):
        script({"pieces": ['{"answer": ', "42}"]})
        whole = self.client.chat.completions.parse(
            model=MODEL, messages=MESSAGES, response_format=Answer
        )
        self.assertEqual(whole.choices[0].message.parsed, Answer(answer=42))
        self.assertIn("answer", asked()[0]["body"]["format"]["properties"])

    def test_embeddings(self):
        body = {"embeddings": [[0.5, -2.5]], "prompt_eval_count": 3}
        script({"endpoint": "/api/embed", "status": 200, "body": body})
        answer = self.client.embeddings.create(model=MODEL, input="x")
        self.assertEqual(answer.data[0].embedding, [0.5, -2.5])

    def test_errors(self):
        with self.assertRaises(openai.AuthenticationError) as raised:
            openai.OpenAI(api_key="cs_wrong", max_retries=0).models.list()
        self.assertEqual(raised.exception.code, "unauthorized")
        self.refused(openai.NotFoundError, "unknown_model", None, model="nope")
        self.refused(openai.BadRequestError, "invalid_request", "temperature", temperature=9)
        self.refused(openai.BadRequestError, "unsupported", "logprobs", logprobs=True)
        script({"status": 503, "body": {"error": "server busy"}})
        self.refused(openai.InternalServerError, "upstream_busy", None)

    def test_failure_in_the_middle(self):
        script({"pieces": ["a"], "end": {"error_line": "gone"}})
        with self.assertRaises(openai.APIError) as raised:
            list(self.chat(stream=True))
        self.assertEqual(raised.exception.code, "upstream_failed")

    def test_abort(self):
        script({"pieces": ["a", "b"], "hold_after": 1})
        stream = self.chat(stream=True)
        next(iter(stream))
        stream.close()
        scripted("GET", "/requests?wait_ended=1&timeout_ms=20000")
        self.assertEqual(asked()[0]["ending"], "client_gone")


if __name__ == "__main__":
    unittest.main(verbosity=2)
