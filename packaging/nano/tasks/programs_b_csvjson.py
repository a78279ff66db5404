"""CSV and JSON."""

from .base import program

program(
    asks=[
        "reads CSV text into dictionaries",
        "parses a CSV table with a header row",
        "turns CSV lines into a list of dicts",
    ],
    source='''
import csv
import io


def read_csv(text: str) -> list[dict[str, str]]:
    """Return one dictionary per row of a CSV text with a header."""
    return list(csv.DictReader(io.StringIO(text)))
''',
    demo='text = "name,age\\nAda,36\\nBob,41\\n"\nfor row in read_csv(text):\n    print(row["name"], row["age"])',
    names={"read_csv": ["parse_csv", "load_rows"], "text": ["data", "content"]},
    checks=['read_csv("a,b\\n1,2\\n") == [{"a": "1", "b": "2"}]'],
    topic="csv",
)

program(
    asks=["writes dictionaries as CSV", "creates CSV text from a list of dicts", "exports rows to CSV with a header"],
    source='''
import csv
import io


def to_csv(rows: list[dict[str, object]]) -> str:
    """Write rows as CSV text; the keys of the first row are the header."""
    output = io.StringIO()
    writer = csv.DictWriter(output, fieldnames=list(rows[0]), lineterminator="\\n")
    writer.writeheader()
    writer.writerows(rows)
    return output.getvalue()
''',
    demo='rows = [{"city": "Rome", "people": 2800000}, {"city": "Oslo", "people": 700000}]\nprint(to_csv(rows))',
    names={"to_csv": ["write_csv", "csv_text"], "rows": ["records", "items"], "output": ["buffer"]},
    checks=['to_csv([{"a": 1, "b": 2}]) == "a,b\\n1,2\\n"'],
    topic="csv",
)

program(
    asks=[
        "sums a column of a CSV text",
        "adds up the values of one CSV column",
        "computes the total of a named column in CSV data",
    ],
    source='''
import csv
import io


def column_sum(text: str, column: str) -> float:
    """Return the sum of one column of a CSV text."""
    reader = csv.DictReader(io.StringIO(text))
    return sum(float(row[column]) for row in reader)
''',
    demo='sales = "item,price\\ntea,3.5\\ncake,4.0\\nmilk,1.25\\n"\nprint(column_sum(sales, "price"))',
    names={"column_sum": ["sum_column", "total_of"], "column": ["field", "name"], "reader": ["rows"]},
    checks=['column_sum("a,b\\n1,2\\n3,4\\n", "b") == 6'],
    topic="csv",
)

program(
    asks=[
        "computes the average per group of CSV rows",
        "groups CSV data by a column and averages another",
        "finds the mean score of every team in a CSV text",
    ],
    source='''
import csv
import io
from collections import defaultdict


def average_by(text: str, group: str, value: str) -> dict[str, float]:
    """Return the mean of the value column for each group."""
    values: dict[str, list[float]] = defaultdict(list)
    for row in csv.DictReader(io.StringIO(text)):
        values[row[group]].append(float(row[value]))
    return {key: sum(items) / len(items) for key, items in values.items()}
''',
    demo='text = "team,score\\nred,10\\nblue,7\\nred,14\\n"\nprint(average_by(text, "team", "score"))',
    names={"average_by": ["group_mean", "mean_by_group"], "values": ["groups"], "group": ["key_column"]},
    checks=['average_by("g,v\\na,1\\na,3\\nb,5\\n", "g", "v") == {"a": 2, "b": 5}'],
    topic="csv",
)

program(
    asks=[
        "converts CSV text to JSON",
        "turns a CSV table into a JSON array",
        "changes the format of data from CSV to JSON",
    ],
    source='''
import csv
import io
import json


def csv_to_json(text: str) -> str:
    """Return the rows of a CSV text as a JSON array of objects."""
    rows = list(csv.DictReader(io.StringIO(text)))
    return json.dumps(rows, indent=2)
''',
    demo='print(csv_to_json("name,color\\napple,red\\n"))',
    names={"csv_to_json": ["convert", "to_json"], "rows": ["records"]},
    checks=['json.loads(csv_to_json("a,b\\n1,2\\n")) == [{"a": "1", "b": "2"}]'],
    topic="csv",
)

program(
    asks=["converts a JSON array to CSV", "turns JSON objects into CSV lines", "writes JSON records as a CSV table"],
    source='''
import csv
import io
import json


def json_to_csv(text: str) -> str:
    """Turn a JSON array of flat objects into CSV text."""
    records = json.loads(text)
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\\n")
    writer.writerow(records[0].keys())
    for record in records:
        writer.writerow(record.values())
    return output.getvalue()
''',
    demo='text = \'[{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}]\'\nprint(json_to_csv(text))',
    names={"json_to_csv": ["to_csv_text", "convert_json"], "records": ["objects", "rows"]},
    checks=['json_to_csv(\'[{"a": 1, "b": 2}]\') == "a,b\\n1,2\\n"'],
    topic="csv",
)

program(
    asks=[
        "filters CSV rows by a minimum value",
        "keeps the rows of a CSV whose column is large enough",
        "selects CSV rows above a limit",
    ],
    source='''
import csv
import io


def filter_rows(text: str, column: str, minimum: float) -> list[dict[str, str]]:
    """Return the rows whose column is at least the minimum."""
    reader = csv.DictReader(io.StringIO(text))
    return [row for row in reader if float(row[column]) >= minimum]
''',
    demo="""
text = "city,temp\\nRome,28\\nOslo,15\\nCairo,35\\n"
for row in filter_rows(text, "temp", 20):
    print(row["city"])
""",
    names={"filter_rows": ["select_rows", "rows_above"], "minimum": ["limit", "threshold"]},
    checks=['filter_rows("a\\n1\\n5\\n", "a", 3) == [{"a": "5"}]'],
    topic="csv",
)

program(
    asks=[
        "prints JSON with sorted keys and indentation",
        "pretty prints a JSON text",
        "formats JSON so that it is easy to read",
    ],
    source='''
import json


def pretty_json(text: str) -> str:
    """Return JSON text with sorted keys and an indentation of two."""
    return json.dumps(json.loads(text), indent=2, sort_keys=True)
''',
    demo='print(pretty_json(\'{"name": "Ada", "age": 36}\'))',
    names={"pretty_json": ["format_json", "indent_json"], "text": ["raw", "data"]},
    checks=['json.loads(pretty_json(\'{"b": 1, "a": 2}\')) == {"a": 2, "b": 1}'],
    topic="json",
)

program(
    asks=[
        "flattens nested JSON data to dotted keys",
        "turns a nested dictionary into a flat one",
        "joins nested keys with dots",
    ],
    source='''
def flatten_keys(data: dict, prefix: str = "") -> dict[str, object]:
    """Turn nested dictionaries into one with dotted keys."""
    flat = {}
    for key, value in data.items():
        name = f"{prefix}.{key}" if prefix else key
        if isinstance(value, dict):
            flat.update(flatten_keys(value, name))
        else:
            flat[name] = value
    return flat
''',
    demo='data = {"user": {"name": "Ada", "address": {"city": "London"}}, "id": 7}\nprint(flatten_keys(data))',
    names={"flatten_keys": ["flatten_dict", "dotted"], "flat": ["result"], "data": ["nested", "tree"]},
    checks=['flatten_keys({"a": {"b": 1}, "c": 2}) == {"a.b": 1, "c": 2}'],
    topic="json",
)

program(
    asks=["encodes dates in JSON", "writes objects with dates as JSON", "serializes a date with a default function"],
    source='''
import json
from datetime import date


def encode(value: object) -> str:
    """Turn values that JSON does not know into text."""
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"cannot encode {type(value).__name__}")


def to_json(data: dict) -> str:
    """Return data as JSON; dates become ISO text."""
    return json.dumps(data, default=encode)
''',
    demo='event = {"title": "Launch", "day": date(2024, 5, 17)}\nprint(to_json(event))',
    names={"to_json": ["dump_json", "serialize"], "encode": ["convert", "encode_date"], "data": ["values"]},
    checks=['to_json({"d": date(2024, 1, 2)}) == \'{"d": "2024-01-02"}\''],
    topic="json",
)

program(
    asks=[
        "reads JSON lines and skips the broken ones",
        "parses a text with one JSON object per line",
        "loads JSON lines and counts bad lines",
    ],
    source='''
import json


def read_json_lines(text: str) -> tuple[list[dict], int]:
    """Return the objects of a JSON lines text and the number of bad lines."""
    records, bad = [], 0
    for line in text.splitlines():
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError:
            bad += 1
    return records, bad
''',
    demo="""
text = '{"a": 1}\\nnot json\\n{"a": 2}'
records, bad = read_json_lines(text)
print(records)
print(bad, "bad line")
""",
    names={"read_json_lines": ["parse_json_lines", "load_jsonl"], "records": ["objects"], "bad": ["errors", "skipped"]},
    checks=['read_json_lines(\'{"a": 1}\\nx\') == ([{"a": 1}], 1)'],
    topic="json",
)
