#!/usr/bin/env python3
"""Counts breaches whose people are known: `truth.py [--seeds N] [--first S] [--most PEOPLE] [--hard] [--staff-apart] HOZEN`.

Each seed makes a breach (breach.py; nobody in it lives), `HOZEN scan --format json` counts its people, and the count is held against the truth. Prints each seed that fails,
and in sum: in how many seeds truth lies within the bounds (must be all), in how many the estimate is within 2 % of it (the goal is 95 in 100), and how wide the bounds are on average.
Last, for each kind of data, how far the people who are said to have it are from those who do. `--hard` makes breaches as breach.py tells; with `--staff-apart` HOZEN is told the house's
domain, and truth is without its people. Exit code 1 where truth is outside the bounds once, or the goal is missed. `--keep DIR` keeps the breaches there, with truth.json beside each.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from breach import Breach


HOUSE = "kaisha-a.example.jp"


def count(asked, seed):
    hozen, keep = asked.hozen, asked.keep
    breach = Breach(seed, asked.least, asked.most, hard=asked.hard)
    truth = breach.truth(staff=not asked.staff_apart)
    root = os.path.join(keep, f"seed{seed:04d}") if keep else tempfile.mkdtemp(prefix=f"hozen-people-{seed}-")
    try:
        breach.write(os.path.join(root, "files"))
        if keep:
            with open(os.path.join(root, "truth.json"), "w", encoding="utf-8") as file:
                json.dump(truth, file, ensure_ascii=False, indent=1)
        run = subprocess.run([hozen, "scan", "--format", "json", *(["--own-domain", HOUSE] if asked.staff_apart else []), os.path.join(root, "files")], capture_output=True, check=False)
        if run.returncode not in (0, 1, 3):
            sys.exit(f"seed {seed}: hozen ended with {run.returncode}: {run.stderr.decode(errors='replace')}")
        answer = json.loads(run.stdout)
        if keep:
            with open(os.path.join(root, "answer.json"), "wb") as file:
                file.write(run.stdout)
    finally:
        if not keep:
            shutil.rmtree(root)
    return seed, truth, answer


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("hozen")
    ask.add_argument("--seeds", type=int, default=200)
    ask.add_argument("--first", type=int, default=1)
    ask.add_argument("--least", type=int, default=100, help="people of the smallest breach")
    ask.add_argument("--most", type=int, default=2000, help="people of the largest breach")
    ask.add_argument("--hard", action="store_true", help="what makes counting hard")
    ask.add_argument("--staff-apart", action="store_true", help="people of the house are told apart")
    ask.add_argument("--keep", metavar="DIR")
    ask.add_argument("--jobs", type=int, default=2)
    asked = ask.parse_args()
    within = close = 0
    widths, offs, everybody, by_kind = [], [], 0, {}
    with ThreadPoolExecutor(asked.jobs) as pool:
        seeds = range(asked.first, asked.first + asked.seeds)
        for seed, truth, answer in pool.map(lambda seed: count(asked, seed), seeds):
            people, told = truth["people"], answer["subjects"]
            least, mid, most = told["at_least"], told["estimate"], told["at_most"]
            holds, near = least <= people <= most, abs(mid - people) <= people * 0.02
            within, close, everybody = within + holds, close + near, everybody + people
            widths.append((most - least) / people)
            offs.append((mid - people) / people)
            for kind, have in truth["by_kind"].items():
                by_kind.setdefault(kind, []).append((answer["who"]["by_kind"].get(kind, 0) - have) / have)
            if not (holds and near):
                print(f"seed {seed}: truth {people}, at least {least}, estimate {mid} ({offs[-1]:+.1%}), at most {most}: {'' if holds else 'OUTSIDE the bounds '}{'' if near else 'estimate off'}")
    seeds, mean = asked.seeds, sum(widths) / asked.seeds
    print(f"{seeds} breaches, {everybody} people")
    print(f"truth within the bounds: {within} of {seeds}")
    print(f"estimate within 2 %: {close} of {seeds} ({close / seeds:.1%})")
    print(f"mean error of the estimate: {sum(offs) / seeds:+.2%}, mean of its size {sum(map(abs, offs)) / seeds:.2%}, worst {max(offs, key=abs):+.1%}")
    print(f"mean width of the bounds: {mean:.1%} of the people")
    for kind, all in sorted(by_kind.items()):
        print(f"people with {kind}: {sum(all) / len(all):+.1%}, within 2 % in {sum(abs(off) <= 0.02 for off in all)} of {len(all)}")
    sys.exit(0 if within == seeds and close >= seeds * 0.95 else 1)


if __name__ == "__main__":
    main()
