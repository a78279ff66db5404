"""Domains with fields and rows, used by the families on records, classes, CSV and JSON."""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Domain:
    """one/many: "book"/"books"; label: text field; group: category field; fields: numeric field to its values."""

    one: str
    many: str
    label: str
    group: str
    labels: tuple[str, ...]
    groups: tuple[str, ...]
    fields: dict[str, tuple[float, ...]]

    @property
    def class_name(self) -> str:
        return "".join(part.capitalize() for part in self.one.split())

    @property
    def variable(self) -> str:
        return self.one.replace(" ", "_")

    @property
    def list_name(self) -> str:
        return self.many.replace(" ", "_")


def _domain(
    one: str, many: str, label: str, group: str, labels: str, groups: str, **fields: tuple[float, ...]
) -> Domain:
    return Domain(one, many, label, group, tuple(labels.split("|")), tuple(groups.split("|")), fields)


DOMAINS = (
    _domain(
        "book",
        "books",
        "title",
        "author",
        "River Song|Cold Harbor|The Lamp|Night Train|Small Gods|Blue Door",
        "Ada|Ben|Cleo",
        price=(12, 8, 15, 20, 9, 30),
        pages=(120, 340, 95, 410, 260, 180),
        year=(1999, 2005, 2012, 2018, 2021, 1987),
    ),
    _domain(
        "player",
        "players",
        "name",
        "team",
        "Mia|Tom|Lea|Sam|Nia|Max",
        "red|blue|green",
        score=(10, 25, 17, 30, 8, 22),
        goals=(1, 4, 0, 3, 2, 5),
        age=(19, 23, 31, 27, 35, 21),
    ),
    _domain(
        "invoice",
        "invoices",
        "number",
        "customer",
        "A1|A2|A3|A4|A5|A6",
        "Acme|Bolt|Crate",
        amount=(100, 250, 75, 310, 90, 42),
        tax=(19, 47, 14, 58, 17, 8),
        days=(5, 30, 12, 45, 60, 21),
    ),
    _domain(
        "sensor",
        "sensors",
        "name",
        "room",
        "s1|s2|s3|s4|s5|s6",
        "kitchen|hall|attic",
        temperature=(21, 19, 25, 17, 30, 23),
        humidity=(40, 55, 61, 48, 35, 52),
        battery=(90, 15, 60, 42, 75, 8),
    ),
    _domain(
        "employee",
        "employees",
        "name",
        "department",
        "Ana|Bob|Carl|Dora|Emil|Fay",
        "sales|research|support",
        salary=(3000, 4200, 3900, 5100, 2800, 4700),
        age=(25, 41, 38, 52, 23, 46),
        years=(1, 12, 8, 20, 2, 15),
    ),
    _domain(
        "product",
        "products",
        "name",
        "category",
        "pen|lamp|desk|chair|mug|clock",
        "office|home|kitchen",
        price=(2, 35, 180, 95, 7, 24),
        stock=(500, 20, 4, 12, 80, 0),
        rating=(4, 5, 3, 4, 2, 5),
    ),
    _domain(
        "student",
        "students",
        "name",
        "course",
        "Eva|Jon|Kim|Lou|Noa|Pia",
        "math|history|art",
        grade=(88, 72, 95, 64, 79, 91),
        age=(20, 22, 19, 25, 21, 23),
        credits=(30, 45, 60, 20, 50, 40),
    ),
    _domain(
        "city",
        "cities",
        "name",
        "country",
        "Oslo|Rome|Lyon|Bern|Kyoto|Bergen",
        "Norway|Italy|France",
        population=(700, 2800, 520, 134, 1450, 290),
        area=(454, 1285, 48, 52, 828, 465),
        altitude=(23, 21, 173, 540, 50, 12),
    ),
    _domain(
        "movie",
        "movies",
        "title",
        "genre",
        "Dust|Orbit|Harvest|Echo|Tide|Ember",
        "drama|comedy|thriller",
        rating=(7, 8, 6, 9, 5, 8),
        minutes=(95, 120, 88, 143, 101, 110),
        year=(2001, 2015, 1994, 2020, 2010, 1988),
    ),
    _domain(
        "car",
        "cars",
        "model",
        "maker",
        "Swift|Comet|Fox|Wave|Puma|Dart",
        "Arden|Brio|Castor",
        price=(12000, 25000, 9000, 31000, 18000, 15000),
        speed=(160, 210, 150, 230, 190, 175),
        year=(2010, 2019, 2006, 2022, 2016, 2014),
    ),
    _domain(
        "order",
        "orders",
        "code",
        "customer",
        "X1|X2|X3|X4|X5|X6",
        "Ivy|Jack|Kate",
        total=(40, 120, 15, 230, 66, 90),
        items=(2, 6, 1, 9, 3, 4),
        discount=(0, 10, 0, 25, 5, 8),
    ),
    _domain(
        "recipe",
        "recipes",
        "name",
        "meal",
        "soup|omelette|salad|curry|pancakes|stew",
        "lunch|breakfast|dinner",
        minutes=(40, 10, 15, 50, 25, 90),
        calories=(250, 320, 180, 610, 450, 540),
        servings=(4, 1, 2, 4, 3, 6),
    ),
    _domain(
        "song",
        "songs",
        "title",
        "artist",
        "Dawn|Rust|Ferry|Gold|Maple|Snow",
        "Lina|Owls|Marco",
        seconds=(180, 240, 205, 312, 190, 221),
        plays=(100, 2500, 830, 40, 1200, 610),
        year=(2003, 2011, 1998, 2023, 2017, 2009),
    ),
    _domain(
        "task",
        "tasks",
        "title",
        "owner",
        "paint|call|write|test|ship|clean",
        "Ana|Ben|Cy",
        priority=(1, 3, 2, 5, 4, 1),
        hours=(4, 1, 6, 3, 2, 5),
        progress=(10, 100, 50, 0, 75, 30),
    ),
    _domain(
        "animal",
        "animals",
        "name",
        "species",
        "Rex|Tom|Lola|Kiki|Bo|Luna",
        "dog|cat|parrot",
        weight=(30, 5, 22, 1, 8, 4),
        age=(7, 3, 10, 15, 2, 6),
        legs=(4, 4, 4, 2, 4, 4),
    ),
    _domain(
        "flight",
        "flights",
        "code",
        "airline",
        "F1|F2|F3|F4|F5|F6",
        "Nordair|Skyway|Aero",
        price=(90, 240, 130, 410, 75, 320),
        minutes=(60, 145, 95, 410, 55, 260),
        seats=(120, 180, 90, 300, 60, 220),
    ),
    _domain(
        "house",
        "houses",
        "address",
        "district",
        "Elm 1|Oak 5|Ash 9|Fir 2|Bay 7|Yew 4",
        "north|center|harbor",
        rooms=(3, 5, 2, 6, 4, 1),
        rent=(800, 1500, 650, 2100, 1200, 480),
        area=(70, 130, 45, 180, 95, 32),
    ),
    _domain(
        "measurement",
        "measurements",
        "station",
        "region",
        "M1|M2|M3|M4|M5|M6",
        "coast|valley|hill",
        rainfall=(12, 0, 7, 30, 3, 18),
        wind=(20, 45, 8, 60, 33, 15),
        pressure=(1012, 998, 1020, 985, 1005, 1015),
    ),
    _domain(
        "account",
        "accounts",
        "owner",
        "bank",
        "Lea|Ned|Ola|Pam|Quin|Ray",
        "First|City|Harbor",
        balance=(500, 1200, 80, 4300, 0, 950),
        limit=(1000, 2000, 500, 5000, 300, 1500),
        months=(12, 40, 5, 72, 1, 24),
    ),
    _domain(
        "plant",
        "plants",
        "name",
        "place",
        "basil|fern|cactus|ivy|rose|mint",
        "window|balcony|garden",
        height=(20, 45, 12, 150, 80, 25),
        water=(5, 4, 1, 3, 6, 5),
        age=(1, 3, 7, 10, 4, 2),
    ),
)


def plural_field(field: str) -> str:
    """price -> prices, salary -> salaries; fields that are plural or uncountable stay."""
    if field in (
        "pages",
        "goals",
        "days",
        "years",
        "credits",
        "minutes",
        "items",
        "calories",
        "servings",
        "seconds",
        "plays",
        "hours",
        "progress",
        "legs",
        "seats",
        "rooms",
        "months",
        "stock",
        "rainfall",
        "wind",
        "water",
        "humidity",
    ):
        return field
    return field[:-1] + "ies" if field.endswith("y") else field + ("es" if field.endswith("s") else "s")


def rows_of(
    domain: Domain, rng: random.Random, count: int = 4, fields: list[str] | None = None
) -> list[dict[str, object]]:
    """Rows with the label, the group and the named numeric fields (two random ones by default)."""
    chosen = fields or rng.sample(list(domain.fields), 2)
    rows: list[dict[str, object]] = []
    for place in rng.sample(range(len(domain.labels)), count):
        row: dict[str, object] = {domain.label: domain.labels[place], domain.group: rng.choice(domain.groups)}
        rows.append(row | {field: domain.fields[field][place] for field in chosen})
    return rows
