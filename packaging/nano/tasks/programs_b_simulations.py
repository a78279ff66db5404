"""Small simulations, without randomness or with a fixed seed."""

from .base import program

program(
    asks=[
        "simulates a random walk with a fixed seed",
        "walks left and right at random and records the positions",
        "returns the positions of a seeded random walk",
    ],
    source='''
import random


def random_walk(steps: int, seed: int = 0) -> list[int]:
    """Return the positions of a walk that starts at 0."""
    generator = random.Random(seed)
    position = 0
    positions = [position]
    for _ in range(steps):
        position += generator.choice([-1, 1])
        positions.append(position)
    return positions
''',
    demo="walk = random_walk(20)\nprint(len(walk))\nprint(walk == random_walk(20))",
    names={"random_walk": ["walk", "simulate_walk"], "generator": ["rng"], "positions": ["path", "track"]},
    checks=["random_walk(0) == [0]", "all(abs(a - b) == 1 for a, b in zip(random_walk(9), random_walk(9)[1:]))"],
    topic="simulations",
)

program(
    asks=[
        "rolls two dice many times and counts the sums",
        "simulates throwing two dice with a seed",
        "counts how often each sum of two dice occurs",
    ],
    source='''
import random
from collections import Counter


def roll_two_dice(rolls: int, seed: int = 1) -> Counter:
    """Roll two dice repeatedly and count the sums."""
    generator = random.Random(seed)
    return Counter(generator.randint(1, 6) + generator.randint(1, 6) for _ in range(rolls))
''',
    demo="counts = roll_two_dice(1000)\nprint(sum(counts.values()))\nprint(min(counts), max(counts))",
    names={"roll_two_dice": ["dice_sums", "simulate_dice"], "rolls": ["n", "times"], "generator": ["rng"]},
    checks=["sum(roll_two_dice(50).values()) == 50", "roll_two_dice(9) == roll_two_dice(9)"],
    topic="simulations",
)

program(
    asks=[
        "simulates a queue at a bank counter",
        "computes how long customers wait at one counter",
        "returns the waiting times of customers in a line",
    ],
    source='''
def waiting_times(arrivals: list[int], service: int) -> list[int]:
    """Return how long each customer waits at a single counter.

    Args:
        arrivals: The minutes at which the customers come, in order.
        service: How many minutes each customer needs.

    Returns:
        The waiting time of each customer in minutes.
    """
    free_at = 0
    waits = []
    for arrival in arrivals:
        start = max(arrival, free_at)
        waits.append(start - arrival)
        free_at = start + service
    return waits
''',
    demo="waits = waiting_times([0, 1, 2, 10], service=3)\nprint(waits)\nprint(sum(waits) / len(waits))",
    names={"waiting_times": ["simulate_queue", "queue_waits"], "waits": ["times", "result"], "service": ["duration"]},
    checks=["waiting_times([0, 1, 2, 10], 3) == [0, 2, 4, 0]", "waiting_times([], 3) == []"],
    topic="simulations",
)

program(
    asks=[
        "simulates the growth of a population",
        "computes a population that grows by a percentage each year",
        "returns the population for every year",
    ],
    source='''
def population_growth(start: float, rate: float, years: int) -> list[int]:
    """Return the population at the beginning and after each year."""
    population = start
    history = [round(population)]
    for _ in range(years):
        population *= 1 + rate
        history.append(round(population))
    return history
''',
    demo="for year, people in enumerate(population_growth(1000, 0.1, 4)):\n    print(year, people)",
    names={"population_growth": ["grow", "simulate_growth"], "history": ["populations", "values"], "rate": ["growth"]},
    checks=["population_growth(1000, 0.1, 2) == [1000, 1100, 1210]", "population_growth(5, 0, 1) == [5, 5]"],
    topic="simulations",
)

program(
    asks=[
        "simulates a population with limited food",
        "computes logistic growth step by step",
        "lets a population grow up to a capacity",
    ],
    source='''
def logistic_growth(start: float, rate: float, capacity: float, steps: int) -> list[float]:
    """Return the population after each step of logistic growth."""
    population = start
    result = []
    for _ in range(steps):
        population += rate * population * (1 - population / capacity)
        result.append(round(population, 1))
    return result
''',
    demo="print(logistic_growth(10, 0.5, 100, 5))",
    names={"logistic_growth": ["limited_growth", "simulate_logistic"], "capacity": ["limit", "maximum"]},
    checks=["logistic_growth(50, 0.5, 100, 1) == [62.5]", "logistic_growth(100, 0.5, 100, 2) == [100, 100]"],
    topic="simulations",
)

program(
    asks=[
        "simulates a bouncing ball",
        "returns the heights of a ball after each bounce",
        "computes how high a ball bounces until it lies still",
    ],
    source='''
def bounce_heights(height: float, factor: float, minimum: float = 0.1) -> list[float]:
    """Return the height of each bounce until it is below the minimum."""
    heights = []
    height *= factor
    while height >= minimum:
        heights.append(round(height, 2))
        height *= factor
    return heights
''',
    demo='heights = bounce_heights(10, 0.5)\nprint(heights)\nprint(len(heights), "bounces")',
    names={"bounce_heights": ["bouncing_ball", "simulate_bounces"], "factor": ["bounciness", "ratio"]},
    checks=["bounce_heights(10, 0.5, 2) == [5.0, 2.5]", "bounce_heights(1, 0.05) == []"],
    topic="simulations",
)

program(
    asks=[
        "simulates a traffic light second by second",
        "runs a traffic light with different times for each color",
        "returns the color of a traffic light at each second",
    ],
    source='''
from itertools import cycle, islice


def traffic_light(seconds: int) -> list[str]:
    """Return the color of the light for each second."""
    durations = {"green": 3, "yellow": 1, "red": 2}
    sequence = [color for color, length in durations.items() for _ in range(length)]
    return list(islice(cycle(sequence), seconds))
''',
    demo="print(traffic_light(8))",
    names={"traffic_light": ["light_colors", "run_light"], "sequence": ["pattern"], "durations": ["times"]},
    checks=['traffic_light(7) == ["green"] * 3 + ["yellow"] + ["red"] * 2 + ["green"]'],
    topic="simulations",
)

program(
    asks=[
        "models a vending machine that takes coins",
        "sells drinks and gives change",
        "implements a vending machine with a balance",
    ],
    source='''
class VendingMachine:
    """A machine that sells drinks for coins."""

    PRICES = {"water": 100, "juice": 150, "tea": 120}

    def __init__(self) -> None:
        self.balance = 0

    def insert(self, cents: int) -> None:
        """Put money into the machine."""
        self.balance += cents

    def buy(self, drink: str) -> int:
        """Sell a drink and return the change in cents."""
        price = self.PRICES[drink]
        if self.balance < price:
            raise ValueError(f"{price - self.balance} cents are missing")
        change = self.balance - price
        self.balance = 0
        return change
''',
    demo="""
machine = VendingMachine()
machine.insert(100)
try:
    machine.buy("juice")
except ValueError as error:
    print(error)
machine.insert(100)
print("change:", machine.buy("juice"))
""",
    names={
        "VendingMachine": ["DrinkMachine", "Machine"],
        "drink": ["product", "item"],
        ".insert": ["pay", "add_money"],
    },
    checks=['(m := VendingMachine(), m.insert(200), m.buy("juice"), m.balance)[-2:] == (50, 0)'],
    topic="simulations",
)

program(
    asks=[
        "simulates an elevator that visits floors",
        "moves an elevator floor by floor",
        "returns the floors an elevator passes on its way",
    ],
    source='''
class Elevator:
    """An elevator that remembers each floor it passes."""

    def __init__(self, floor: int = 0) -> None:
        self.floor = floor
        self.passed = [floor]

    def go_to(self, target: int) -> None:
        """Move one floor at a time to the target."""
        step = 1 if target > self.floor else -1
        while self.floor != target:
            self.floor += step
            self.passed.append(self.floor)
''',
    demo="""
elevator = Elevator()
elevator.go_to(3)
elevator.go_to(1)
print(elevator.passed)
print(len(elevator.passed) - 1, "floors moved")
""",
    names={"Elevator": ["Lift"], ".go_to": ["move_to", "ride_to"], ".passed": ["visited", "history"]},
    checks=["(e := Elevator(), e.go_to(2), e.go_to(1), e.passed)[-1] == [0, 1, 2, 1]"],
    topic="simulations",
)

program(
    asks=[
        "simulates predators and prey step by step",
        "computes numbers of rabbits and foxes over time",
        "runs a simple predator-prey model",
    ],
    source='''
def predator_prey(rabbits: float, foxes: float, steps: int) -> list[tuple[int, int]]:
    """Return the numbers of rabbits and foxes after each step."""
    history = []
    for _ in range(steps):
        born = 0.1 * rabbits
        eaten = 0.002 * rabbits * foxes
        rabbits = max(0.0, rabbits + born - eaten)
        foxes = max(0.0, foxes + 0.2 * eaten - 0.1 * foxes)
        history.append((round(rabbits), round(foxes)))
    return history
''',
    demo="for rabbits, foxes in predator_prey(200, 20, 4):\n    print(rabbits, foxes)",
    names={"predator_prey": ["simulate_foxes", "rabbits_and_foxes"], "history": ["result", "numbers"]},
    checks=["predator_prey(200, 20, 1) == [(212, 20)]", "predator_prey(0, 10, 1) == [(0, 9)]"],
    topic="simulations",
)

program(
    asks=[
        "runs an elementary cellular automaton",
        "prints the rows of a cellular automaton like rule 90",
        "computes the next row of a one-dimensional automaton",
    ],
    source='''
def next_row(row: list[int], rule: int) -> list[int]:
    """Return the next row of an elementary cellular automaton."""
    size = len(row)
    result = []
    for i in range(size):
        left, middle, right = row[i - 1], row[i], row[(i + 1) % size]
        result.append(rule >> (4 * left + 2 * middle + right) & 1)
    return result
''',
    demo="""
row = [0] * 5 + [1] + [0] * 5
for _ in range(5):
    print("".join("#" if cell else "." for cell in row))
    row = next_row(row, 90)
""",
    names={"next_row": ["step", "automaton_step"], "row": ["cells", "line"], "result": ["new_row"]},
    checks=["next_row([0, 1, 0], 90) == [1, 0, 1]", "next_row([0, 0, 0], 90) == [0, 0, 0]"],
    topic="simulations",
)

program(
    asks=[
        "simulates savings with interest and monthly deposits",
        "computes how savings grow with a deposit each month",
        "returns how many months it takes to save an amount",
    ],
    source='''
def months_to_save(goal: float, deposit: float, yearly_rate: float = 0.0) -> int:
    """Return after how many months the savings reach a goal."""
    balance = 0.0
    months = 0
    while balance < goal:
        balance += balance * yearly_rate / 12 + deposit
        months += 1
    return months
''',
    demo="print(months_to_save(1000, 100))\nprint(months_to_save(10_000, 200, 0.05))",
    names={"months_to_save": ["saving_time", "count_months"], "balance": ["savings", "saved"], "goal": ["target"]},
    checks=["months_to_save(1000, 100) == 10", "months_to_save(0, 1) == 0"],
    topic="simulations",
)

program(
    asks=[
        "simulates a robot that follows commands on a grid",
        "moves a robot with the letters L, R and F",
        "computes the final position of a robot",
    ],
    source='''
def run_robot(commands: str) -> tuple[int, int]:
    """Follow F (forward), L (left) and R (right); the robot starts at (0, 0) and looks north."""
    x, y = 0, 0
    dx, dy = 0, 1
    for command in commands:
        if command == "F":
            x, y = x + dx, y + dy
        elif command == "L":
            dx, dy = -dy, dx
        elif command == "R":
            dx, dy = dy, -dx
    return x, y
''',
    demo='print(run_robot("FFRFF"))\nprint(run_robot("FLFLFLF"))',
    names={"run_robot": ["follow_commands", "final_position"], "commands": ["moves", "program"]},
    checks=['run_robot("FFRFF") == (2, 2)', 'run_robot("FLFLFLF") == (0, 0)'],
    topic="simulations",
)

program(
    asks=[
        "plays rock, paper, scissors between two lists of moves",
        "counts who wins a match of rock paper scissors",
        "decides a game of rock, paper, scissors",
    ],
    source='''
BEATS = {"rock": "scissors", "scissors": "paper", "paper": "rock"}


def play_match(first: list[str], second: list[str]) -> tuple[int, int]:
    """Return how many rounds each of two players wins."""
    wins = [0, 0]
    for a, b in zip(first, second):
        if BEATS[a] == b:
            wins[0] += 1
        elif BEATS[b] == a:
            wins[1] += 1
    return wins[0], wins[1]
''',
    demo='print(play_match(["rock", "paper", "rock"], ["scissors", "paper", "paper"]))',
    names={"play_match": ["count_wins", "play_rounds"], "wins": ["points", "score"], "BEATS": ["WINS_AGAINST"]},
    checks=['play_match(["rock", "paper"], ["scissors", "scissors"]) == (1, 1)'],
    topic="simulations",
)
