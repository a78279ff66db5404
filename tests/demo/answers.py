"""Two answers to the prompt ``stocks``, written by hand for the demo: no model wrote them."""

from __future__ import annotations

from typing import Final

BASELINE: Final = '''(No model wrote this: it was written by hand for a demo of MTP Race, and is played back.)

Here is a program that fetches the prices, prints a table and draws the returns.

```python
"""Monthly returns of the Nikkei 225 over ten years."""

from __future__ import annotations

import json
import urllib.request
from datetime import datetime, timezone

import matplotlib.pyplot as plt
import pandas as pd

URL = "https://query1.finance.yahoo.com/v8/finance/chart/%5EN225?range=10y&interval=1mo"


def fetch_closes(url: str) -> pd.DataFrame:
    """Fetch the monthly closes."""
    request = urllib.request.Request(url, headers={"User-Agent": "Mozilla/5.0"})
    with urllib.request.urlopen(request, timeout=30) as response:
        result = json.load(response)["chart"]["result"][0]
    months = [datetime.fromtimestamp(second, timezone.utc).strftime("%Y-%m") for second in result["timestamp"]]
    return pd.DataFrame({"month": months, "close": result["indicators"]["quote"][0]["close"]})


def add_returns(table: pd.DataFrame) -> pd.DataFrame:
    """Add the monthly return in percent, and drop the first month, which has none."""
    table["return"] = table["close"].pct_change() * 100
    return table.dropna().reset_index(drop=True)


def draw(table: pd.DataFrame, path: str) -> None:
    """Draw the returns as bars."""
    figure, axes = plt.subplots(figsize=(10, 5.6))
    colours = ["tab:green" if value >= 0 else "tab:red" for value in table["return"]]
    axes.bar(table["month"], table["return"], color=colours)
    axes.set_xticks(range(0, len(table), 12))
    axes.tick_params(axis="x", rotation=45)
    axes.set_title("Nikkei 225: monthly returns")
    axes.set_xlabel("Month")
    axes.set_ylabel("Return in %")
    figure.tight_layout()
    figure.savefig(path)


def main() -> None:
    """Fetch, print and draw."""
    table = add_returns(fetch_closes(URL))
    print(table.to_string(index=False, float_format=lambda value: f"{value:.2f}"))
    draw(table, "returns.png")


if __name__ == "__main__":
    main()
```
'''
DRAFTED: Final = BASELINE.replace(
    '    colours = ["tab:green" if value >= 0 else "tab:red" for value in table["return"]]\n', ""
).replace("color=colours", 'color="tab:blue"')
