"""Dates and durations. Nothing asks for the time of day of the machine."""

from .base import program

program(
    asks=[
        "counts the days between two dates",
        "returns how many days lie between two dates",
        "computes the difference of two dates in days",
    ],
    source='''
from datetime import date


def days_between(start: date, end: date) -> int:
    """Return the number of days from one date to another."""
    return abs((end - start).days)
''',
    demo="""
print(days_between(date(2024, 1, 1), date(2024, 12, 25)))
print(days_between(date(2024, 3, 1), date(2024, 2, 1)))
""",
    names={"days_between": ["date_difference", "count_days"], "start": ["first"], "end": ["second"]},
    checks=[
        "days_between(date(2024, 2, 28), date(2024, 3, 1)) == 2",
        "days_between(date(2024, 1, 2), date(2024, 1, 1)) == 1",
    ],
    topic="dates",
)

program(
    asks=[
        "tells the weekday of a date",
        "returns the name of the day of the week for a date",
        "finds out on which weekday a date falls",
    ],
    source='''
from datetime import date

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def weekday_name(day: date) -> str:
    """Return the English name of the weekday of a date."""
    return DAYS[day.weekday()]
''',
    demo="print(weekday_name(date(2024, 2, 29)))\nprint(weekday_name(date(2000, 1, 1)))",
    names={"weekday_name": ["day_of_week", "get_weekday"], "day": ["when"], "DAYS": ["WEEKDAYS", "NAMES"]},
    checks=['weekday_name(date(2024, 2, 29)) == "Thursday"', 'weekday_name(date(2000, 1, 1)) == "Saturday"'],
    topic="dates",
)

program(
    asks=[
        "lists the leap years between two years",
        "finds all leap years in a range",
        "returns every leap year from one year to another",
    ],
    source='''
from calendar import isleap


def leap_years(first: int, last: int) -> list[int]:
    """Return the leap years from first to last, both included."""
    return [year for year in range(first, last + 1) if isleap(year)]
''',
    demo="print(leap_years(2000, 2024))\nprint(len(leap_years(1900, 2000)))",
    names={"leap_years": ["find_leap_years", "leap_years_between"], "first": ["start"], "last": ["end"]},
    checks=["leap_years(1999, 2005) == [2000, 2004]", "leap_years(1900, 1903) == []"],
    topic="dates",
)

program(
    asks=[
        "tells whether a year is a leap year without the calendar module",
        "decides if a year has 366 days",
        "checks a year with the leap year rule",
    ],
    source='''
def has_leap_day(year: int) -> bool:
    """Tell whether a year has a 29th of February."""
    if year % 400 == 0:
        return True
    if year % 100 == 0:
        return False
    return year % 4 == 0
''',
    demo="for year in [1900, 2000, 2023, 2024]:\n    print(year, has_leap_day(year))",
    names={"has_leap_day": ["is_leap", "leap_year"], "year": ["y"]},
    checks=["has_leap_day(2000)", "not has_leap_day(1900)", "has_leap_day(2024)", "not has_leap_day(2023)"],
    topic="dates",
)

program(
    asks=[
        "adds months to a date",
        "returns the date a number of months later",
        "moves a date forward by months and keeps it valid",
    ],
    source='''
from calendar import monthrange
from datetime import date


def add_months(day: date, months: int) -> date:
    """Return the date some months later; the day is cut to the length of the month.

    Args:
        day: The date to start from.
        months: How many months to add; may be negative.

    Returns:
        The new date.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
''',
    demo="print(add_months(date(2024, 1, 31), 1))\nprint(add_months(date(2024, 11, 15), 3))",
    names={"add_months": ["months_later", "shift_months"], "day": ["start"], "months": ["count"]},
    checks=[
        "add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)",
        "add_months(date(2024, 12, 5), 1) == date(2025, 1, 5)",
        "add_months(date(2024, 1, 5), -1) == date(2023, 12, 5)",
    ],
    topic="dates",
)

program(
    asks=[
        "computes the age of a person on a given day",
        "returns how old someone is on a date",
        "calculates an age in years from a birthday",
    ],
    source='''
from datetime import date


def age_on(birthday: date, day: date) -> int:
    """Return the age in full years on a given day."""
    had_birthday = (day.month, day.day) >= (birthday.month, birthday.day)
    return day.year - birthday.year - (0 if had_birthday else 1)
''',
    demo="""
birthday = date(1990, 6, 15)
print(age_on(birthday, date(2024, 6, 14)))
print(age_on(birthday, date(2024, 6, 15)))
""",
    names={"age_on": ["age_at", "compute_age"], "birthday": ["born", "birth_date"], "day": ["on"]},
    checks=["age_on(date(1990, 6, 15), date(2024, 6, 14)) == 33", "age_on(date(1990, 6, 15), date(2024, 6, 15)) == 34"],
    topic="dates",
)

program(
    asks=[
        "returns the calendar week of a date",
        "finds the ISO week number of a date",
        "tells in which week of the year a date lies",
    ],
    source='''
from datetime import date


def week_number(day: date) -> int:
    """Return the ISO calendar week of a date."""
    return day.isocalendar().week
''',
    demo="print(week_number(date(2024, 1, 1)))\nprint(week_number(date(2024, 7, 4)))",
    names={"week_number": ["calendar_week", "iso_week"], "day": ["when"]},
    checks=["week_number(date(2024, 1, 1)) == 1", "week_number(date(2021, 1, 1)) == 53"],
    topic="dates",
)

program(
    asks=[
        "formats a duration in hours, minutes and seconds",
        "turns seconds into a readable duration",
        "writes a number of seconds as h:mm:ss",
    ],
    source='''
def format_duration(seconds: int) -> str:
    """Write a number of seconds as hours, minutes and seconds."""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}"
''',
    demo="print(format_duration(59))\nprint(format_duration(3725))",
    names={"format_duration": ["duration_text", "to_clock"], "seconds": ["total"]},
    checks=['format_duration(59) == "0:00:59"', 'format_duration(3725) == "1:02:05"'],
    topic="dates",
)

program(
    asks=[
        "describes a duration in words",
        "says how many days, hours and minutes a number of minutes is",
        "splits minutes into days, hours and minutes as text",
    ],
    source='''
def describe_minutes(minutes: int) -> str:
    """Describe a number of minutes in days, hours and minutes."""
    days, rest = divmod(minutes, 24 * 60)
    hours, rest = divmod(rest, 60)
    parts = []
    for count, unit in [(days, "day"), (hours, "hour"), (rest, "minute")]:
        if count:
            parts.append(f"{count} {unit}" + ("s" if count != 1 else ""))
    return ", ".join(parts) or "0 minutes"
''',
    demo="print(describe_minutes(61))\nprint(describe_minutes(3000))",
    names={"describe_minutes": ["duration_in_words", "minutes_to_text"], "rest": ["left"], "parts": ["words"]},
    checks=[
        'describe_minutes(61) == "1 hour, 1 minute"',
        'describe_minutes(0) == "0 minutes"',
        'describe_minutes(3000) == "2 days, 2 hours"',
    ],
    topic="dates",
)

program(
    asks=[
        "parses ISO dates and returns the earliest",
        "finds the earliest of several dates given as text",
        "reads dates like 2024-05-01 and returns the first one",
    ],
    source='''
from datetime import date


def earliest_date(texts: list[str]) -> date:
    """Return the earliest of some dates in ISO format."""
    return min(date.fromisoformat(text) for text in texts)
''',
    demo='dates = ["2024-05-01", "2023-12-24", "2024-01-15"]\nprint(earliest_date(dates))',
    names={"earliest_date": ["first_date", "oldest"], "texts": ["dates", "values"]},
    checks=['earliest_date(["2024-05-01", "2023-12-24"]) == date(2023, 12, 24)'],
    topic="dates",
)

program(
    asks=[
        "converts a date from day/month/year to ISO format",
        "rewrites dates like 31/12/2024 as 2024-12-31",
        "changes the format of a date string",
    ],
    source='''
from datetime import datetime


def to_iso(text: str) -> str:
    """Turn a date like 31/12/2024 into 2024-12-31."""
    return datetime.strptime(text, "%d/%m/%Y").strftime("%Y-%m-%d")
''',
    demo='print(to_iso("31/12/2024"))\nprint(to_iso("01/02/2023"))',
    names={"to_iso": ["iso_date", "convert_date"], "text": ["value", "date_text"]},
    checks=['to_iso("31/12/2024") == "2024-12-31"'],
    topic="dates",
)

program(
    asks=[
        "lists the dates of a week",
        "returns all days from Monday to Sunday of the week of a date",
        "gives the seven dates of the week that contains a day",
    ],
    source='''
from datetime import date, timedelta


def week_of(day: date) -> list[date]:
    """Return the dates from Monday to Sunday around a date."""
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=offset) for offset in range(7)]
''',
    demo="for day in week_of(date(2024, 5, 1))[:3]:\n    print(day)",
    names={"week_of": ["days_of_week", "whole_week"], "offset": ["i", "shift"], "monday": ["first"]},
    checks=["week_of(date(2024, 5, 1))[0] == date(2024, 4, 29)", "len(week_of(date(2024, 5, 1))) == 7"],
    topic="dates",
)

program(
    asks=[
        "counts the working days between two dates",
        "counts weekdays from Monday to Friday in a range of dates",
        "returns the number of business days between two dates",
    ],
    source='''
from datetime import date, timedelta


def working_days(start: date, end: date) -> int:
    """Count the days from Monday to Friday, both ends included."""
    count = 0
    day = start
    while day <= end:
        if day.weekday() < 5:
            count += 1
        day += timedelta(days=1)
    return count
''',
    demo="print(working_days(date(2024, 5, 1), date(2024, 5, 31)))",
    names={"working_days": ["business_days", "count_weekdays"], "count": ["total"], "day": ["current"]},
    checks=[
        "working_days(date(2024, 5, 6), date(2024, 5, 12)) == 5",
        "working_days(date(2024, 5, 11), date(2024, 5, 12)) == 0",
    ],
    topic="dates",
)

program(
    asks=["returns the last day of a month", "finds out how many days a month has", "gives the last date of a month"],
    source='''
from datetime import date, timedelta


def last_day(year: int, month: int) -> date:
    """Return the last date of a month."""
    if month == 12:
        return date(year, 12, 31)
    return date(year, month + 1, 1) - timedelta(days=1)
''',
    demo="print(last_day(2024, 2))\nprint(last_day(2023, 12))",
    names={"last_day": ["end_of_month", "month_end"]},
    checks=["last_day(2024, 2) == date(2024, 2, 29)", "last_day(2023, 12) == date(2023, 12, 31)"],
    topic="dates",
)

program(
    asks=[
        "adds up durations given as minutes:seconds",
        "sums track lengths like 3:45",
        "computes the total of several mm:ss times",
    ],
    source='''
from datetime import timedelta


def total_time(times: list[str]) -> timedelta:
    """Add up times that are written as minutes:seconds."""
    total = timedelta()
    for text in times:
        minutes, seconds = text.split(":")
        total += timedelta(minutes=int(minutes), seconds=int(seconds))
    return total
''',
    demo='print(total_time(["3:45", "4:20", "2:05"]))',
    names={"total_time": ["sum_times", "add_times"], "times": ["durations", "lengths"], "total": ["result"]},
    checks=['total_time(["3:45", "4:20"]) == timedelta(seconds=485)', "total_time([]) == timedelta()"],
    topic="dates",
)
