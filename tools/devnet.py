#!/usr/bin/env python3
# Runs a small devnet of lockstep-node processes on loopback and checks that it finalizes and agrees.
"""Starts NODES processes of lockstep-node on loopback in a directory of its own, watches their status lines, and
checks that every one of them finalizes within the given number of slots and that no two ever report different
finalized roots for one slot. With --restart one more node is killed and started again, and must catch up. Stops
everything that it started. Exit 0 when all held, 1 when not, 2 when it could not be run."""

import argparse
import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

SECONDS_PER_SLOT = 4


class Node:
    """One process, and what it said."""

    def __init__(self, name, command, directory, lines):
        self.name, self.command, self.directory, self.lines = name, command, directory, lines
        self.process = None
        self.finalized = {}
        self.head_slot = 0
        self.finalized_slot = 0
        self.lives = 0

    def start(self):
        self.lives += 1
        log = open(os.path.join(self.directory, f"{self.name}.{self.lives}.log"), "wb")
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=log, text=True)
        log.close()
        self.head_slot = self.finalized_slot = 0
        threading.Thread(target=self._read, args=(self.process.stdout, self.lives), daemon=True).start()

    def _read(self, stream, life):
        for line in stream:
            self.lines.put((self, life, line))
        self.lines.put((self, life, None))

    def end(self, how=signal.SIGTERM):
        """Ends the process and returns its exit code."""
        if self.process is None or self.process.poll() is not None:
            return self.process.returncode if self.process else None
        self.process.send_signal(how)
        try:
            return self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return "killed, as it would not stop"


class Devnet:
    def __init__(self, options, directory):
        self.options, self.directory = options, directory
        self.lines = queue.Queue()
        self.failures = []
        self.roots = {}
        self.nodes = []

    def make(self):
        """Makes genesis and keys, and the nodes' command lines."""
        count = self.options.nodes + (1 if self.options.restart else 0)
        self.genesis_time = int(time.time()) + 3
        files = os.path.join(self.directory, "network")
        subprocess.run([self.options.program, "genesis", "--out", files, "--nodes", str(count), "--validators",
                        str(max(self.options.validators, count)), "--genesis-time", str(self.genesis_time),
                        "--signatures", self.options.signatures], check=True)
        ports = free_ports(count)
        for i in range(count):
            command = [self.options.program, "--genesis", f"{files}/config.yaml", "--validators",
                       f"{files}/validators.yaml", "--validator-keys", f"{files}/hash-sig-keys", "--node-id",
                       f"node_{i}", "--listen", f"127.0.0.1:{ports[i]}", "--signatures", self.options.signatures,
                       "--attestation-committee-count", str(self.options.subnets)]
            for j in range(count):
                if j != i:
                    command += ["--peer", f"127.0.0.1:{ports[j]}"]
            if i == 0:
                command.append("--is-aggregator")
            self.nodes.append(Node(f"node_{i}", command, self.directory, self.lines))

    def slot(self):
        return (time.time() - self.genesis_time) / SECONDS_PER_SLOT

    def take(self, node, life, line):
        """One line of one node."""
        if line is None:
            if life == node.lives and not getattr(node, "leaving", False):
                self.failures.append(f"{node.name} ended by itself; see {self.directory}")
            return
        said = json.loads(line)
        if said["event"] == "finalized":
            self.agree(node, said["slot"], said["root"])
        elif said["event"] == "slot" and life == node.lives:
            self.agree(node, said["finalized"]["slot"], said["finalized"]["root"])
            node.head_slot, node.finalized_slot = said["head"]["slot"], said["finalized"]["slot"]
            print(f"{node.name} slot {said['slot']:3} head {said['head']['slot']:3} justified "
                  f"{said['justified']['slot']:3} finalized {said['finalized']['slot']:3} peers {said['peers']}",
                  flush=True)

    def agree(self, node, slot, root):
        who, known = self.roots.setdefault(slot, (node.name, root))
        if known != root:
            self.failures.append(f"{node.name} finalized {root} at slot {slot}, but {who} {known}")

    def watch(self, condition, until_slot):
        """Takes lines until the condition holds or the slot is over; whether it held."""
        while self.slot() < until_slot and not self.failures:
            try:
                self.take(*self.lines.get(timeout=0.2))
            except queue.Empty:
                pass
            if condition():
                return True
        return False

    def all_reached(self, nodes, slot):
        return all(node.finalized_slot >= slot for node in nodes)

    def run(self):
        self.make()
        steady = self.nodes[:self.options.nodes]
        for node in self.nodes:
            node.start()
        if not self.watch(lambda: self.all_reached(self.nodes, 1), self.options.slots):
            self.fail(f"not every node finalized a block within {self.options.slots} slots")
            return
        print(f"every node has finalized after {self.slot():.1f} slots", flush=True)
        if self.options.restart:
            self.restart(self.nodes[-1], steady)

    def restart(self, node, steady):
        node.leaving = True
        node.end(signal.SIGKILL)
        print(f"{node.name} killed in slot {self.slot():.1f}", flush=True)
        away_until = self.slot() + 3
        self.watch(lambda: False, away_until)
        node.start()
        node.leaving = False
        print(f"{node.name} started again in slot {self.slot():.1f}", flush=True)

        def caught_up():
            head = max(one.head_slot for one in steady)
            return node.head_slot + 1 >= head > away_until - 3 and node.finalized_slot > away_until - 3

        if self.watch(caught_up, away_until + self.options.slots):
            print(f"{node.name} has caught up and finalized what came after its death, in slot {self.slot():.1f}",
                  flush=True)
        else:
            self.fail(f"{node.name} did not catch up within {self.options.slots} slots of its return")

    def fail(self, sentence):
        if not self.failures:
            self.failures.append(sentence)

    def stop(self):
        for node in self.nodes:
            node.leaving = True
            code = node.end()
            if node.process is not None and code != 0:
                self.failures.append(f"{node.name} exited with {code}")
        while not self.lines.empty():
            self.take(*self.lines.get())


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def arguments():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", default=os.path.join(here, "..", "build", "release", "bin", "lockstep-node"))
    parser.add_argument("--nodes", type=int, default=4)
    parser.add_argument("--validators", type=int, default=4, help="at least one a node")
    parser.add_argument("--subnets", type=int, default=1, help="that votes are spread over")
    parser.add_argument("--slots", type=int, default=20, help="slots within which all nodes must finalize")
    parser.add_argument("--signatures", default="xmss-test")
    parser.add_argument("--restart", action="store_true", help="run one more node, kill it and start it again")
    parser.add_argument("--keep", action="store_true", help="keep the directory with files and logs")
    return parser.parse_args()


def main():
    options = arguments()
    if not os.access(options.program, os.X_OK):
        print(f"devnet: {options.program} is not there; build lockstep-node first", file=sys.stderr)
        return 2
    directory = tempfile.mkdtemp(prefix="lockstep-devnet-")
    devnet = Devnet(options, directory)
    try:
        devnet.run()
    except (OSError, subprocess.CalledProcessError, ValueError) as error:
        print(f"devnet: {error}", file=sys.stderr)
        return 2
    finally:
        devnet.stop()
        if options.keep or devnet.failures:
            print(f"files and logs are in {directory}", flush=True)
        else:
            shutil.rmtree(directory, ignore_errors=True)
    for failure in devnet.failures:
        print(f"FAILED: {failure}", flush=True)
    if not devnet.failures:
        print(f"all held: {len(devnet.nodes)} nodes agree on {len(devnet.roots)} finalized checkpoints", flush=True)
    return 1 if devnet.failures else 0


if __name__ == "__main__":
    sys.exit(main())
