"""The gRPC calls as another client sees them: generated from proto/ by grpcio-tools, spoken by grpcio. Run by grpc.test.mjs."""

import json
import os
import threading
import unittest
import urllib.request

import grpc
from codesaga.v1 import codesaga_pb2 as messages
from codesaga.v1 import codesaga_pb2_grpc as services
from google.rpc import error_details_pb2
from grpc_status import rpc_status

ADDRESS = os.environ["CLIENT_ADDRESS"]
KEY = [("authorization", f"Bearer {os.environ['CLIENT_KEY']}")]
SCRIPT = os.environ["CLIENT_SCRIPT"]


def script(*rules):
    """Replaces the scripted model's rules."""
    for method, body in (("DELETE", None), ("PUT", json.dumps(rules).encode())):
        request = urllib.request.Request(SCRIPT, data=body, method=method)
        urllib.request.urlopen(request, timeout=30).close()


def asked(text):
    """The calls of the model server that hold a text, once one of them has ended."""
    for _ in range(100):
        url = f"{SCRIPT}/requests?wait_ended=1&timeout_ms=200"
        with urllib.request.urlopen(url, timeout=30) as response:
            held = [one for one in json.load(response)["requests"] if text in json.dumps(one)]
        if any(one.get("ending") for one in held):
            return held
    raise AssertionError(f"nothing with {text!r} has ended")


def details(error):
    """Our code and the time to come back, from the status's details."""
    code, retry = None, None
    for any_ in rpc_status.from_call(error).details:
        info, again = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
        if any_.Unpack(info):
            assert info.domain == "codesaga", info
            code = info.reason
        elif any_.Unpack(again):
            retry = again.retry_delay.ToMilliseconds()
    return code, retry


class Calls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.channel = grpc.insecure_channel(ADDRESS)
        cls.stub = services.CodeSagaStub(cls.channel)

    @classmethod
    def tearDownClass(cls):
        cls.channel.close()

    def generate(self, text, **options):
        request = messages.GenerateRequest(request_type="refactor", input=text, code_context="a")
        return self.stub.Generate(request, metadata=KEY, timeout=options.pop("timeout", 30), **options)

    def test_an_answer_streams_and_is_recorded(self):
        script({"pieces": ["안녕", "하세요 👋"]})
        parts = list(self.generate("hello"))
        self.assertEqual([one.WhichOneof("part") for one in parts], ["accepted", "text", "text", "done"])
        self.assertEqual("".join(one.text for one in parts), "안녕하세요 👋")
        one = messages.RequestsRequest(id=parts[0].accepted)
        record = self.stub.Requests(one, metadata=KEY).requests[0]
        self.assertEqual((record.status, record.request_type), ("completed", "refactor"))

    def test_a_failure_has_our_code_in_its_details(self):
        with self.assertRaises(grpc.RpcError) as raised:
            request = messages.GenerateRequest(request_type="refactor", input="x", model="nobodys")
            list(self.stub.Generate(request, metadata=KEY))
        self.assertEqual(raised.exception.code(), grpc.StatusCode.NOT_FOUND)
        self.assertEqual(details(raised.exception)[0], "unknown_model")
        with self.assertRaises(grpc.RpcError) as raised:
            self.stub.Instances(messages.InstancesRequest())
        self.assertEqual(raised.exception.code(), grpc.StatusCode.UNAUTHENTICATED)
        self.assertEqual(details(raised.exception)[0], "unauthorized")

    def test_cancelling_closes_the_model_servers_connection(self):
        script({"pieces": ["a"], "end": "hang"})
        answer = self.generate("to be cancelled")
        self.assertEqual(next(answer).WhichOneof("part"), "accepted")
        self.assertEqual(next(answer).text, "a")
        answer.cancel()
        self.assertEqual(asked("to be cancelled")[0]["ending"], "client_gone")

    def test_a_deadline_does_too(self):
        script({"pieces": ["a"], "end": "hang"})
        with self.assertRaises(grpc.RpcError) as raised:
            list(self.generate("with a deadline", timeout=0.5))
        self.assertEqual(raised.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED)
        self.assertEqual(asked("with a deadline")[0]["ending"], "client_gone")

    def test_a_chat_goes_both_ways(self):
        script({"pieces": ["답"]})
        session = "from-python"
        answered = threading.Semaphore(0)

        def asks():
            for text in ("one", "two"):
                yield messages.ChatRequest(message=messages.ChatMessage(session=session, text=text))
                answered.acquire()

        kinds = []
        for told in self.stub.Chat(asks(), metadata=KEY):
            kinds.append(told.WhichOneof("part"))
            if kinds[-1] == "done":
                self.assertEqual(told.done.memory, "ok")
                answered.release()
        self.assertEqual(kinds, ["session", "text", "done"] * 2)

    def test_what_models_there_are_and_what_became_of_an_answer(self):
        names = [one.model_name for one in self.stub.Instances(messages.InstancesRequest(), metadata=KEY).instances]
        self.assertTrue(any("fim-shape" in name for name in names), names)
        counts = messages.FeedbackCounts(model=names[0], language="python", shown=3, accepted=1)
        self.stub.Feedback(messages.FeedbackRequest(counts=[counts]), metadata=KEY)


if __name__ == "__main__":
    unittest.main()
