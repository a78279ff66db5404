"""Pandas idioms."""

from .base import program

program(
    asks=[
        "creates a DataFrame from a dictionary and adds a column",
        "computes a total column in pandas",
        "multiplies two columns of a DataFrame",
    ],
    source='''
import pandas as pd


def add_total(data: dict[str, list]) -> pd.DataFrame:
    """Return a table with a column for price times quantity."""
    table = pd.DataFrame(data)
    table["total"] = table["price"] * table["quantity"]
    return table
''',
    demo='data = {"item": ["tea", "cake"], "price": [3, 4], "quantity": [2, 1]}\nprint(add_total(data))',
    names={"add_total": ["with_total", "compute_totals"], "table": ["df", "frame"], "data": ["columns"]},
    checks=['add_total({"price": [2], "quantity": [3]})["total"].tolist() == [6]'],
    topic="pandas",
    needs=("pandas",),
)

program(
    asks=[
        "groups a DataFrame and computes the mean",
        "returns the average salary of each department",
        "averages a column by group with pandas",
    ],
    source='''
import pandas as pd


def mean_by_group(table: pd.DataFrame, group: str, value: str) -> dict[str, float]:
    """Return the mean of a column for each group."""
    return table.groupby(group)[value].mean().to_dict()
''',
    demo="""
table = pd.DataFrame({"team": ["a", "b", "a"], "points": [10, 20, 30]})
print(mean_by_group(table, "team", "points"))
""",
    names={"mean_by_group": ["group_means", "average_per_group"], "table": ["df", "frame"], "value": ["column"]},
    checks=['mean_by_group(pd.DataFrame({"g": ["a", "a"], "v": [1, 3]}), "g", "v") == {"a": 2}'],
    topic="pandas",
    needs=("pandas",),
    name="mean_by_group_pandas",
)

program(
    asks=[
        "filters a DataFrame by a condition",
        "selects the rows of adults from a table",
        "keeps the rows whose value is at least a limit",
    ],
    source='''
import pandas as pd


def select_at_least(table: pd.DataFrame, column: str, limit: float) -> pd.DataFrame:
    """Return the rows in which a column reaches a limit."""
    return table[table[column] >= limit].reset_index(drop=True)
''',
    demo="""
people = pd.DataFrame({"name": ["Ada", "Tim", "Eve"], "age": [36, 12, 18]})
print(select_at_least(people, "age", 18))
""",
    names={"select_at_least": ["filter_table", "rows_from"], "table": ["df", "frame"], "limit": ["minimum"]},
    checks=['select_at_least(pd.DataFrame({"a": [1, 5]}), "a", 3)["a"].tolist() == [5]'],
    topic="pandas",
    needs=("pandas",),
)

program(
    asks=[
        "sorts a DataFrame and returns the top rows",
        "finds the best entries of a table with pandas",
        "sorts a table by a column from large to small",
    ],
    source='''
import pandas as pd


def top_rows(table: pd.DataFrame, column: str, n: int = 3) -> pd.DataFrame:
    """Return the n rows with the largest values of a column."""
    return table.sort_values(column, ascending=False).head(n)
''',
    demo="""
cities = pd.DataFrame({"city": ["Oslo", "Rome", "Paris"], "people": [0.7, 2.8, 2.1]})
print(top_rows(cities, "people", 2)["city"].tolist())
""",
    names={"top_rows": ["best_rows", "largest_entries"], "table": ["df", "frame"], "n": ["count"]},
    checks=['top_rows(pd.DataFrame({"a": [1, 3, 2]}), "a", 2)["a"].tolist() == [3, 2]'],
    topic="pandas",
    needs=("pandas",),
)

program(
    asks=[
        "merges two DataFrames on a common column",
        "joins customers and orders with pandas",
        "combines two tables by a key",
    ],
    source='''
import pandas as pd


def join_tables(left: pd.DataFrame, right: pd.DataFrame, key: str) -> pd.DataFrame:
    """Join two tables; rows without a partner keep empty values."""
    return left.merge(right, on=key, how="left")
''',
    demo="""
orders = pd.DataFrame({"id": [1, 2], "item": ["pen", "book"]})
prices = pd.DataFrame({"item": ["pen", "book"], "price": [2, 15]})
print(join_tables(orders, prices, "item"))
""",
    names={"join_tables": ["merge_tables", "combine"], "key": ["column", "on"]},
    checks=['join_tables(pd.DataFrame({"k": [1]}), pd.DataFrame({"k": [1], "v": [7]}), "k")["v"].tolist() == [7]'],
    topic="pandas",
    needs=("pandas",),
)

program(
    asks=[
        "creates a pivot table",
        "sums sales by region and month with pandas",
        "turns long data into a table with pivot_table",
    ],
    source='''
import pandas as pd


def sales_table(sales: pd.DataFrame) -> pd.DataFrame:
    """Return the sums of the sales with one row per region and one column per month."""
    return sales.pivot_table(index="region", columns="month", values="amount", aggfunc="sum", fill_value=0)
''',
    demo="""
sales = pd.DataFrame(
    {"region": ["N", "S", "N"], "month": ["Jan", "Jan", "Feb"], "amount": [10, 20, 30]}
)
print(sales_table(sales))
""",
    names={"sales_table": ["pivot_sales", "monthly_sales"], "sales": ["data", "table"]},
    checks=[
        'sales_table(pd.DataFrame({"region": ["N", "N"], "month": ["Jan", "Jan"], "amount": [1, 2]})).iat[0, 0] == 3'
    ],
    topic="pandas",
    needs=("pandas",),
)

program(
    asks=[
        "counts the values of a column with value_counts",
        "returns how often each value occurs in a Series",
        "counts categories with pandas",
    ],
    source='''
import pandas as pd


def count_values(values: list[str]) -> dict[str, int]:
    """Return how often each value occurs, the most frequent first."""
    return pd.Series(values).value_counts().to_dict()
''',
    demo='print(count_values(["red", "blue", "red", "red", "blue", "green"]))',
    names={"count_values": ["frequencies", "value_table"], "values": ["items", "data"]},
    checks=['count_values(["a", "b", "a"]) == {"a": 2, "b": 1}'],
    topic="pandas",
    needs=("pandas",),
)

program(
    asks=[
        "describes a column with its minimum, mean and maximum",
        "summarizes a column of a DataFrame",
        "returns basic statistics of a pandas column",
    ],
    source='''
import pandas as pd


def describe_column(table: pd.DataFrame, column: str) -> dict[str, float]:
    """Return the minimum, the mean and the maximum of a column."""
    summary = table[column].agg(["min", "mean", "max"])
    return {name: float(value) for name, value in summary.items()}
''',
    demo='table = pd.DataFrame({"height": [150, 160, 185]})\nprint(describe_column(table, "height"))',
    names={"describe_column": ["column_summary", "column_stats"], "table": ["df", "frame"], "summary": ["result"]},
    checks=['describe_column(pd.DataFrame({"a": [1, 2, 6]}), "a") == {"min": 1, "mean": 3, "max": 6}'],
    topic="pandas",
    needs=("pandas",),
)

program(
    asks=[
        "fills missing values with the mean of the column",
        "replaces NaN by the column mean in pandas",
        "repairs missing numbers in a DataFrame",
    ],
    source='''
import pandas as pd


def fill_with_mean(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return a copy in which missing values are the mean of the column."""
    result = table.copy()
    result[column] = result[column].fillna(result[column].mean())
    return result
''',
    demo='table = pd.DataFrame({"score": [10.0, None, 20.0]})\nprint(fill_with_mean(table, "score"))',
    names={"fill_with_mean": ["fill_missing", "impute_mean"], "table": ["df", "frame"], "result": ["filled"]},
    checks=['fill_with_mean(pd.DataFrame({"a": [1.0, None, 3.0]}), "a")["a"].tolist() == [1, 2, 3]'],
    topic="pandas",
    needs=("pandas",),
)

program(
    asks=[
        "reads CSV text with pandas and sums a column",
        "loads a CSV into a DataFrame and adds up values per category",
        "computes totals per category from CSV text",
    ],
    source='''
import io

import pandas as pd


def totals_from_csv(text: str) -> pd.Series:
    """Return the sum of the amounts of each category."""
    table = pd.read_csv(io.StringIO(text))
    return table.groupby("category")["amount"].sum()
''',
    demo='text = "category,amount\\nfood,12\\nrent,500\\nfood,8\\n"\nprint(totals_from_csv(text).to_dict())',
    names={"totals_from_csv": ["category_totals", "sum_csv"], "table": ["df", "data"]},
    checks=['totals_from_csv("category,amount\\na,1\\na,2\\n")["a"] == 3'],
    topic="pandas",
    needs=("pandas",),
)

program(
    asks=[
        "classifies scores with a new column",
        "adds a grade column to a DataFrame",
        "sorts numbers into classes with pd.cut",
    ],
    source='''
import pandas as pd


def add_grades(table: pd.DataFrame) -> pd.DataFrame:
    """Return a copy with a grade for each score from 0 to 100."""
    grades = pd.cut(table["score"], bins=[0, 50, 75, 100], labels=["low", "medium", "high"], include_lowest=True)
    return table.assign(grade=grades.astype(str))
''',
    demo='table = pd.DataFrame({"name": ["Ada", "Bob", "Eve"], "score": [92, 48, 70]})\nprint(add_grades(table))',
    names={"add_grades": ["classify", "with_grades"], "table": ["df", "frame"], "grades": ["classes"]},
    checks=['add_grades(pd.DataFrame({"score": [10, 60, 100]}))["grade"].tolist() == ["low", "medium", "high"]'],
    topic="pandas",
    needs=("pandas",),
)

program(
    asks=[
        "sums daily values per month with pandas dates",
        "groups a DataFrame by month",
        "computes monthly totals from a date column",
    ],
    source='''
import pandas as pd


def monthly_totals(table: pd.DataFrame) -> dict[int, int]:
    """Return the sum of the values of each month number."""
    months = pd.to_datetime(table["date"]).dt.month
    return table.groupby(months)["value"].sum().to_dict()
''',
    demo="""
table = pd.DataFrame({"date": ["2024-01-03", "2024-01-20", "2024-02-01"], "value": [5, 7, 4]})
print(monthly_totals(table))
""",
    names={"monthly_totals": ["sum_by_month", "totals_per_month"], "table": ["df", "frame"], "months": ["month"]},
    checks=['monthly_totals(pd.DataFrame({"date": ["2024-01-03", "2024-01-20"], "value": [5, 7]})) == {1: 12}'],
    topic="pandas",
    needs=("pandas",),
)

program(
    asks=[
        "applies a function to every row of a DataFrame",
        "builds full names from two columns",
        "joins first and last names in pandas",
    ],
    source='''
import pandas as pd


def full_names(table: pd.DataFrame) -> list[str]:
    """Return first and last name of each row as one text."""
    return (table["first"] + " " + table["last"]).str.title().tolist()
''',
    demo='table = pd.DataFrame({"first": ["ada", "alan"], "last": ["lovelace", "turing"]})\nprint(full_names(table))',
    names={"full_names": ["join_names", "make_names"], "table": ["df", "people"]},
    checks=['full_names(pd.DataFrame({"first": ["ada"], "last": ["byron"]})) == ["Ada Byron"]'],
    topic="pandas",
    needs=("pandas",),
)

program(
    asks=[
        "removes duplicate rows from a DataFrame",
        "keeps the last entry for every name in a table",
        "drops repeated rows with pandas",
    ],
    source='''
import pandas as pd


def latest_entries(table: pd.DataFrame, key: str) -> pd.DataFrame:
    """Return the last row of each key."""
    return table.drop_duplicates(subset=key, keep="last").reset_index(drop=True)
''',
    demo="""
table = pd.DataFrame({"name": ["Ada", "Bob", "Ada"], "city": ["Rome", "Oslo", "Paris"]})
print(latest_entries(table, "name"))
""",
    names={"latest_entries": ["remove_duplicates", "unique_rows"], "table": ["df", "frame"], "key": ["column"]},
    checks=['latest_entries(pd.DataFrame({"a": [1, 1], "b": [2, 3]}), "a")["b"].tolist() == [3]'],
    topic="pandas",
    needs=("pandas",),
)
