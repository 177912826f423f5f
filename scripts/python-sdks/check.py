"""Runs a batch with each official Python SDK, unmodified, against the emulators and prints what it did.

The SDKs read where the emulators are from the variables that they always read: OPENAI_BASE_URL, ANTHROPIC_BASE_URL,
GOOGLE_GEMINI_BASE_URL and the keys. Exits with 1 at the first thing that is not as the vendor's API has it.
"""

import importlib.metadata
import io
import json
import sys
import time

import anthropic
import openai
from google import genai

PROMPT = """Investment method: David Dreman contrarian
As of: 2019-06-03
Universe: AAPL, AMD, BAC, BBY, CVX, GE, HD, JNJ, JPM, KO, LLY, MRK, MSFT, PEP, PFE, PG, RRC, UNH, WMT, XOM

Answer with one JSON object."""

LONGEST_WAIT_SECONDS = 60
KEYS = ["check-1", "check-2"]


def say(provider, text):
    print(f"{provider:<10} {text}", flush=True)


def require(condition, what):
    if not condition:
        raise SystemExit(f"FAILED: {what}")


def wait(provider, look, ended):
    """Polls until the batch has ended, printing each state once."""
    seen = []
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while time.monotonic() < deadline:
        state = look()
        if not seen or seen[-1] != state:
            seen.append(state)
        if ended(state):
            say(provider, f"states    {' -> '.join(seen)}")
            return
        time.sleep(0.05)
    raise SystemExit(f"FAILED: {provider} did not end: {seen}")


def describe(answer):
    buys = [one for one in json.loads(answer)["recommendations"] if one["action"] == "BUY"]
    require(4 <= len(buys) <= 8, f"4 to 8 buys, not {len(buys)}")
    return ", ".join(f"{one['ticker']} {one['allocation_percent']}%" for one in buys)


def refused(call, error, status):
    """The call has to fail with the SDK's own error class and this status."""
    try:
        call()
    except error as failure:
        got = getattr(failure, "status_code", None) or getattr(failure, "code", None)
        require(got == status, f"status {status}, not {got}")
        return f"{type(failure).__name__} {got}"
    raise SystemExit(f"FAILED: {error.__name__} was expected")


def check_openai():
    client = openai.OpenAI(max_retries=0)
    lines = [
        {
            "custom_id": key,
            "method": "POST",
            "url": "/v1/responses",
            "body": {"model": "gpt-4.1-mini", "input": PROMPT},
        }
        for key in KEYS
    ]
    content = "\n".join(json.dumps(line) for line in lines).encode()
    file = client.files.create(file=("python.jsonl", io.BytesIO(content)), purpose="batch")
    say("openai", f"uploaded  {file.id} {file.bytes} bytes")
    batch = client.batches.create(
        input_file_id=file.id, endpoint="/v1/responses", completion_window="24h", metadata={"key": "python"}
    )
    say("openai", f"created   {batch.id} {batch.status}")
    listed = [one.id for one in client.batches.list(limit=1) if (one.metadata or {}).get("key") == "python"]
    require(batch.id in listed, "the batch is in the list")
    say("openai", f"listed    {len(listed)} of ours")
    wait("openai", lambda: client.batches.retrieve(batch.id).status, lambda state: state == "completed")
    ended = client.batches.retrieve(batch.id)
    results = [json.loads(line) for line in client.files.content(ended.output_file_id).text.splitlines()]
    require([one["custom_id"] for one in results] == KEYS, "a result for each custom id")
    text = results[0]["response"]["body"]["output"][0]["content"][0]["text"]
    say("openai", f"results   {len(results)}, {ended.usage.total_tokens} tokens: {describe(text)}")
    direct = client.responses.create(model="gpt-4.1-mini", input=PROMPT)
    require(direct.output_text == text, "a direct call answers the same")
    say("openai", f"direct    {direct.status}, {direct.usage.total_tokens} tokens")
    say("openai", f"refusals  {refused(lambda: client.batches.retrieve('batch_none'), openai.NotFoundError, 404)}")


def check_anthropic():
    client = anthropic.Anthropic(max_retries=0)
    params = {"model": "claude-haiku-4-5", "max_tokens": 8000, "messages": [{"role": "user", "content": PROMPT}]}
    batch = client.messages.batches.create(requests=[{"custom_id": key, "params": params} for key in KEYS])
    say("anthropic", f"created   {batch.id} {batch.processing_status}")
    listed = [one.id for one in client.messages.batches.list(limit=1)]
    require(batch.id in listed, "the batch is in the list")
    say("anthropic", f"listed    {len(listed)} in all")
    wait(
        "anthropic",
        lambda: client.messages.batches.retrieve(batch.id).processing_status,
        lambda state: state == "ended",
    )
    results = {one.custom_id: one.result for one in client.messages.batches.results(batch.id)}
    require(sorted(results) == KEYS, "a result for each custom id")
    message = results[KEYS[0]].message
    tokens = message.usage.input_tokens + message.usage.output_tokens
    say("anthropic", f"results   {len(results)}, {tokens} tokens each: {describe(message.content[0].text)}")
    direct = client.messages.create(**params)
    require(direct.content[0].text == message.content[0].text, "a direct call answers the same")
    say("anthropic", f"direct    {direct.stop_reason}, {direct.usage.output_tokens} output tokens")
    deleted = client.messages.batches.delete(batch.id)
    say("anthropic", f"deleted   {deleted.type}")
    gone = refused(lambda: client.messages.batches.retrieve(batch.id), anthropic.NotFoundError, 404)
    say("anthropic", f"refusals  {gone}")


def check_gemini():
    client = genai.Client()
    model = "gemini-2.5-flash"
    inlined = [
        {"contents": [{"role": "user", "parts": [{"text": PROMPT}]}], "metadata": {"key": key}} for key in KEYS
    ]
    job = client.batches.create(model=model, src=inlined, config={"display_name": "python"})
    say("gemini", f"created   {job.name} {job.state.name}")
    listed = [one.name for one in client.batches.list(config={"page_size": 1}) if one.display_name == "python"]
    require(job.name in listed, "the batch is in the list")
    say("gemini", f"listed    {len(listed)} of ours")
    succeeded = "JOB_STATE_SUCCEEDED"
    wait("gemini", lambda: client.batches.get(name=job.name).state.name, lambda state: state == succeeded)
    responses = client.batches.get(name=job.name).dest.inlined_responses
    require([one.metadata["key"] for one in responses] == KEYS, "the results in their order")
    text = responses[0].response.text
    say("gemini", f"results   {len(responses)}, inline: {describe(text)}")

    request = {"contents": [{"role": "user", "parts": [{"text": PROMPT}]}]}
    content = "\n".join(json.dumps({"key": key, "request": request}) for key in KEYS).encode()
    file = client.files.upload(
        file=io.BytesIO(content), config={"display_name": "python.jsonl", "mime_type": "application/jsonl"}
    )
    from_file = client.batches.create(model=model, src=file.name, config={"display_name": "python-file"})
    say("gemini", f"created   {from_file.name} from {file.name}")
    wait("gemini", lambda: client.batches.get(name=from_file.name).state.name, lambda state: state == succeeded)
    result_file = client.batches.get(name=from_file.name).dest.file_name
    lines = [json.loads(line) for line in client.files.download(file=result_file).decode().splitlines()]
    require([one["key"] for one in lines] == KEYS, "a line for each key")
    say("gemini", f"results   {len(lines)}, in {result_file}")
    direct = client.models.generate_content(model=model, contents=PROMPT)
    require(direct.text == text, "a direct call answers the same")
    say("gemini", f"direct    {direct.candidates[0].finish_reason.name}, {direct.usage_metadata.total_token_count} tokens")
    say("gemini", f"refusals  {refused(lambda: client.batches.get(name='batches/none'), genai.errors.ClientError, 404)}")


def main():
    packages = ["openai", "anthropic", "google-genai"]
    print("SIMULATED:", ", ".join(f"{one} {importlib.metadata.version(one)}" for one in packages))
    check_openai()
    check_anthropic()
    check_gemini()
    print("All three official Python SDKs work against the emulators.")


if __name__ == "__main__":
    sys.exit(main())
