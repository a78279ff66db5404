"""Makes resources/recordings/stocks.recording.jsonl: invented prices for the prompt ``stocks``.

They have the form in which the address that the prompt names answers. No figure is of any market, and its first line
says so.

    python packaging/stocks_recording.py [--print]
"""

from __future__ import annotations

import datetime
import json
import random
import sys
from pathlib import Path

OUT = Path(__file__).resolve().parents[1] / "resources" / "recordings" / "stocks.recording.jsonl"
HOST, SECOND, COOKIES = "query1.finance.yahoo.com", "query2.finance.yahoo.com", "fc.yahoo.com"
NOTE = "The prices are invented: they come with MTP Race, so that this prompt runs without a network."
MONTHS = 120
FIRST = (2016, 12)
TOKYO = datetime.timezone(datetime.timedelta(hours=9))
# The same request as it is written by programs and by the libraries that they use.
PATHS = ("/v8/finance/chart/%5EN225", "/v8/finance/chart/^N225")
QUERIES = ("range=10y&interval=1mo", "interval=1mo&range=10y")
# What yfinance 1.7 asks for besides: a cookie, a token for its addresses, the index's time zone, then the prices.
TOKEN = "recorded"
MORE = f"&includePrePost=false&events=div%2Csplits%2CcapitalGains&crumb={TOKEN}"
LIBRARY = (f"range=1d&interval=1d&crumb={TOKEN}", f"range=10y&interval=1mo{MORE}")
COOKIE = "A3=recorded; Domain=.yahoo.com; Path=/; Max-Age=31557600; Secure"


def months() -> list[int]:
    """Returns the beginnings of the months, seconds since 1970."""
    found = []
    for number in range(MONTHS):
        year, month = divmod(FIRST[1] - 1 + number, 12)
        found.append(int(datetime.datetime(FIRST[0] + year, month + 1, 1, tzinfo=TOKYO).timestamp()))
    return found


def prices() -> list[dict[str, float]]:
    """Returns a walk of prices by chance, the same each time: the months' open, high, low, close and volume."""
    chance = random.Random(225)
    close = 18_000.0
    found = []
    for _ in range(MONTHS):
        before, close = close, round(close * (1 + chance.gauss(0.008, 0.045)), 2)
        high = round(max(before, close) * (1 + abs(chance.gauss(0, 0.012))), 2)
        low = round(min(before, close) * (1 - abs(chance.gauss(0, 0.012))), 2)
        found.append({"open": before, "high": high, "low": low, "close": close, "volume": 0})
    return found


def chart() -> str:
    """Returns the answer's body."""
    rows, times = prices(), months()
    meta = {
        "currency": "JPY",
        "symbol": "^N225",
        "exchangeName": "OSA",
        "instrumentType": "INDEX",
        "longName": "Nikkei 225 (invented prices)",
        "timezone": "JST",
        "exchangeTimezoneName": "Asia/Tokyo",
        "gmtoffset": 32400,
        "regularMarketPrice": rows[-1]["close"],
        "dataGranularity": "1mo",
        "range": "10y",
        "priceHint": 2,
        "validRanges": ["1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "ytd", "max"],
    }
    quote = {name: [row[name] for row in rows] for name in ("open", "high", "low", "close", "volume")}
    adjusted = [{"adjclose": quote["close"]}]
    result = {"meta": meta, "timestamp": times, "indicators": {"quote": [quote], "adjclose": adjusted}}
    return json.dumps({"chart": {"result": [result], "error": None}}, separators=(",", ":"))


def main() -> None:
    """Writes the recording, or prints it."""
    hosts = [HOST, SECOND, COOKIES]
    header = {"mtp_race_recording": 1, "created": "2026-12-01T00:00:00+00:00", "hosts": hosts, "note": NOTE}
    json_, text_ = ["content-type", "application/json;charset=utf-8"], ["content-type", "text/plain"]
    urls = [f"https://{HOST}{path}?{query}" for path in PATHS for query in QUERIES]
    urls += [f"https://{SECOND}{PATHS[0]}?{query}" for query in LIBRARY]
    answers = [(url, 200, [json_], chart()) for url in urls]
    answers.append((f"https://{COOKIES}/", 404, [text_, ["set-cookie", COOKIE]], "Not found (invented)."))
    answers.append((f"https://{HOST}/v1/test/getcrumb", 200, [text_], TOKEN))
    lines: list[dict[str, object]] = [header]
    for url, status, headers, body in answers:
        lines.append({"method": "GET", "url": url, "status": status, "headers": headers, "text": body})
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    if sys.argv[1:] == ["--print"]:
        sys.stdout.write(text)
        return
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
