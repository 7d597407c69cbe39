#!/usr/bin/env python3
# How late slot ticks come under floods of votes, with the cures and without: a table and a plot by one command.
"""Measures slot-tick latency at several loads, in virtual time (lockstep run, with the cost table of the story) and on
OS threads (lockstep-ticks, with real XMSS signatures), once with all cures, once without each and once without any.
Writes latency.json, latency.md and latency.svg to a directory. --from draws table and plot of figures that are there
already."""

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile

STORY = "ticks_stay_on_time_under_the_flood_of_the_discussion"
# What can be switched off: the name of its setting, what switches it off, and what the figures call it.
CURES = {"chain_worker": ("off", "no chain thread"), "aggregator_thread": ("off", "no aggregator thread"),
         "bounded_drain": ("off", "unbounded drain"), "fetch_cap": ("off", "no cap of fetches"),
         "sync_gating": ("off", "no gating by sync state"), "bounded_buffers": ("off", "unbounded buffers"),
         "verify_threads": ("0", "no verification pool")}
# Exists on OS threads only.
REAL_CURES = {"urgent_main": "main not preferred"}
ALL = "all cures"
NONE = "no cure"
POINTS = ("p50", "p99", "p999", "max")
WORLDS = {"virtual": "virtual time", "threads": "OS threads"}


def virtual(options, load, variants):
    for name, off in variants:
        with tempfile.TemporaryDirectory() as scratch:
            command = [os.path.join(options.bin, "lockstep"), "run", STORY, "--json", "--seed", str(options.seed),
                       "--slots", str(options.slots), "--plan-out", os.path.join(scratch, "plan")]
            for setting in [f"messages={load}"] + [f"{cure}={CURES[cure][0]}" for cure in off]:
                command += ["--set", setting]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode not in (0, 1):
            sys.exit(f"latency.py: {' '.join(command)} ended with {done.returncode}")
        told = json.loads(done.stdout)
        failure = told["failure"]
        yield name, {"late_ms": told["tick_lateness_ms"], "note": failure["sentence"] if failure else "all held"}


def threads(options, load, variants):
    """Runs all cures as long as percentiles need, and what lacks some long enough to show it."""
    whole = [one for one in variants if one[0] == ALL]
    lacking = [one for one in variants if one[0] != ALL]
    for chosen, seconds in ((whole, options.seconds), (lacking, options.seconds_lacking)):
        if chosen:
            yield from ticks(options, load, chosen, seconds)


def ticks(options, load, variants, seconds):
    """One process for all variants: their votes are signed once."""
    command = [os.path.join(options.bin, "lockstep-ticks"), "--messages", str(load), "--seconds", str(seconds),
               "--proof-ms", str(options.proof_ms), "--seed", str(options.seed)]
    for _, off in variants:
        command += ["--off", "+".join(off) or "none"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        for name, _ in variants:
            line = running.stdout.readline()
            if not line:
                sys.exit(f"latency.py: {' '.join(command)} said nothing of {name}")
            told = json.loads(line)
            votes = told["votes"]
            yield name, {"late_ms": told["tick_lateness_ms"], "ticks": told["ticks"], "told": told,
                         "note": f"{told['ticks']} ticks; votes: "
                           + ", ".join(f"{votes[outcome]} {outcome}" for outcome in votes)}


def all_variants(more=None):
    """(name, the cures that are off)"""
    cures = {cure: name for cure, (_, name) in CURES.items()} | (more or {})
    return [(ALL, [])] + [(name, [cure]) for cure, name in cures.items()] + [(NONE, list(cures))]


def measure(options):
    wanted = {"virtual": all_variants(), "threads": all_variants(REAL_CURES)}
    figures = []
    for world, how in (("virtual", virtual), ("threads", threads)):
        for load in options.loads if world in options.worlds else ():
            chosen = [one for one in wanted[world] if not options.variants or one[0] in options.variants]
            for name, figure in how(options, load, chosen):
                figures.append({"world": world, "load": load, "cures": name, **figure})
                late = figure["late_ms"]
                print(f"{WORLDS[world]}, {load} votes per interval, {name}: "
                      + ", ".join(f"{point} {late[point]:.3f} ms" for point in POINTS) + f"; {figure['note']}",
                      flush=True)
    return figures


PAGE = """# Slot-tick latency

How long after an interval's beginning the main thread acts upon it, by percentile, for each cure that a node has
against being late switched off. Made, with the plot, by

```sh
{command}
```

![How late slot ticks come](latency.svg)

In virtual time it is the story `{story}`: four nodes on eight CPUs,
votes of four subnets, three of four about blocks that nobody has, and an aggregator that hears all subnets and whose
proofs take 18 s. A run ends at the first thing that a checker finds, which is what the last column says. On OS threads
it is one aggregator under a flood of one subnet from loopback, all signatures XMSS with leanSpec's test parameters,
{proof_ms} ms of CPU a proof; 63 more validators sit in a second node of the same process. A run takes {seconds} s with
all cures, {seconds_lacking} s without some; the last column says how many ticks that makes, and of less than a thousand
the latest is p99.9.

Machine: {machine}.

"""


def page(told):
    facts = {key: told[key] for key in ("command", "machine", "seconds", "seconds_lacking", "proof_ms")}
    return PAGE.format(story=STORY, **facts) + table(told["figures"])


def table(figures):
    lines = ["| world | votes per interval and node | cures | p50 ms | p99 ms | p99.9 ms | max ms | what else |",
             "| --- | ---: | --- | ---: | ---: | ---: | ---: | --- |"]
    for figure in figures:
        late = figure["late_ms"]
        cells = [WORLDS[figure["world"]], str(figure["load"]), figure["cures"]]
        cells += [f"{late[point]:.3f}" for point in POINTS] + [figure["note"]]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


class Plot:
    """One panel for each world: for each load and variant a line from the median to the latest tick."""

    WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 620, 380, 62, 16, 84, 44
    LOWEST, HIGHEST = 0.01, 100_000.0
    COLOURS = ("#1b7837", "#2166ac", "#e08214", "#762a83", "#01a9b4", "#8c510a", "#c51b7d", "#878787", "#000000", "#b2182b")
    STEP = 17

    def __init__(self, figures):
        self.figures = figures
        self.worlds = [world for world in WORLDS if any(f["world"] == world for f in figures)]
        self.names = list(dict.fromkeys(f["cures"] for f in figures))
        self.out = []

    def y(self, milliseconds):
        from math import log10
        clamped = min(max(milliseconds, self.LOWEST), self.HIGHEST)
        part = (log10(clamped) - log10(self.LOWEST)) / (log10(self.HIGHEST) - log10(self.LOWEST))
        return self.TOP + (self.HEIGHT - self.TOP - self.BOTTOM) * (1 - part)

    def text(self, x, y, words, size=11, anchor="middle", colour="#222"):
        self.out.append(f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" '
                        f'fill="{colour}">{words}</text>')

    def line(self, x1, y1, x2, y2, colour, width=1.0, dash=""):
        self.out.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
                        f'stroke-width="{width}"' + (f' stroke-dasharray="{dash}"' if dash else "") + "/>")

    def axes(self, offset, world):
        left, right = offset + self.LEFT, offset + self.WIDTH - self.RIGHT
        self.text((left + right) / 2, 20, WORLDS[world], 13)
        for power in range(-2, 6):
            value = 10.0 ** power
            self.line(left, self.y(value), right, self.y(value), "#ddd")
            label = f"{value:g} ms" if value < 1000 else f"{value / 1000:g} s"
            self.text(left - 6, self.y(value) + 4, label, 10, "end")
        for value, words in ((50, "50 ms"), (800, "an interval")):
            self.line(left, self.y(value), right, self.y(value), "#b2182b", 1, "4 3")
            self.text(right, self.y(value) - 3, words, 9, "end", "#b2182b")
        self.text((left + right) / 2, self.HEIGHT - 8, "votes per interval and node")

    def panel(self, offset, world):
        self.axes(offset, world)
        loads = sorted({f["load"] for f in self.figures if f["world"] == world})
        width = (self.WIDTH - self.LEFT - self.RIGHT) / max(len(loads), 1)
        for i, load in enumerate(loads):
            middle = offset + self.LEFT + width * (i + 0.5)
            self.text(middle, self.HEIGHT - self.BOTTOM + 16, str(load))
            for j, name in enumerate(self.names):
                for figure in self.figures:
                    if (figure["world"], figure["load"], figure["cures"]) == (world, load, name):
                        self.mark(middle + (j - (len(self.names) - 1) / 2) * self.STEP, figure["late_ms"],
                                  self.COLOURS[j % len(self.COLOURS)])

    def mark(self, x, late, colour):
        self.line(x, self.y(late["p50"]), x, self.y(late["max"]), colour, 2)
        for point, half in (("p50", 6), ("p99", 5), ("p999", 4)):
            self.line(x - half, self.y(late[point]), x + half, self.y(late[point]), colour, 2)
        self.out.append(f'<circle cx="{x:.1f}" cy="{self.y(late["max"]):.1f}" r="3.5" fill="{colour}"/>')

    def svg(self):
        for i, world in enumerate(self.worlds):
            self.panel(i * self.WIDTH, world)
        width = self.WIDTH * max(len(self.worlds), 1)
        for j, name in enumerate(self.names):
            x, y = self.LEFT + j % 5 * 190, 40 + j // 5 * 18
            self.line(x, y, x + 18, y, self.COLOURS[j % len(self.COLOURS)], 3)
            self.text(x + 24, y + 4, name, 11, "start")
        self.text(width - self.RIGHT, 62, "bars: p50, p99, p99.9; dot: the latest", 10, "end", "#666")
        return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{self.HEIGHT}" '
                f'font-family="sans-serif"><title>How late slot ticks come</title>'
                f'<rect width="100%" height="100%" fill="white"/>' + "\n".join(self.out) + "</svg>\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default="build/release/bin", help="where lockstep and lockstep-ticks are")
    parser.add_argument("--out", default="latency", help="directory to write to")
    parser.add_argument("--loads", type=int, nargs="+", default=[10, 100, 1000], help="votes per interval and node")
    parser.add_argument("--worlds", nargs="+", choices=WORLDS, default=list(WORLDS))
    parser.add_argument("--slots", type=int, default=40, help="of the runs in virtual time")
    parser.add_argument("--variants", nargs="+", choices=[name for name, _ in all_variants(REAL_CURES)],
                        metavar="NAME",
                        help="which of them to measure, if not all")
    parser.add_argument("--seconds", type=int, default=80,
                        help="of the runs on OS threads with all cures: 80 make 100 ticks")
    parser.add_argument("--seconds-lacking", type=int, default=24, help="of the runs on OS threads that lack some")
    parser.add_argument("--proof-ms", type=int, default=500, help="CPU time of each proof there")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--machine", default="not told", help="words about the machine, for the page")
    parser.add_argument("--from", dest="source", metavar="FILE", help="latency.json to draw, instead of measuring")
    options = parser.parse_args()
    if options.source:
        with open(options.source, encoding="utf-8") as file:
            told = json.load(file)
    else:
        told = {"command": " ".join(["python3 tools/latency.py"] + [shlex.quote(word) for word in sys.argv[1:]]),
                "machine": options.machine, "seconds": options.seconds,
                "seconds_lacking": options.seconds_lacking, "proof_ms": options.proof_ms,
                "figures": measure(options)}
    os.makedirs(options.out, exist_ok=True)
    for name, text in (("latency.json", json.dumps(told, indent=1) + "\n"), ("latency.md", page(told)),
                       ("latency.svg", Plot(told["figures"]).svg())):
        with open(os.path.join(options.out, name), "w", encoding="utf-8") as file:
            file.write(text)
    print(f"written to {options.out}: latency.json, latency.md, latency.svg")


if __name__ == "__main__":
    main()
