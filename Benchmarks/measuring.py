"""What the comparisons share: one command's cost, medians of measures taken in turn, rows of ratios."""
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PRODWORTHY = os.path.join(HERE, "..", ".build", "release", "prodworthy")


def measured(command, expect=(0,)):
    """Wall and CPU seconds (children included), peak MB and output of one command, which must end as expected."""
    with tempfile.TemporaryFile() as out:
        began = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        output = out.read().decode(errors="replace")
    # A child begins with this process's own peak: below that nothing is known about it.
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if expect and process.returncode not in expect:
        sys.exit(f"{command[0]} ended in {process.returncode}: {output[-2000:]}")
    peak = used.ru_maxrss / 1024 if used.ru_maxrss > 1.05 * own else 0
    return {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "mb": peak, "output": output}


def medians(count, *measures):
    """The medians of measures taken in turn, so that drift of the machine meets all alike."""
    taken = [[] for _ in measures]
    for _ in range(count):
        for results, measure in zip(taken, measures):
            results.append(measure())
    return [{key: statistics.median(result[key] for result in results) for key in ("wall", "cpu", "mb")}
            | {"last": results[-1]} for results in taken]


def heading(title, base):
    print(f"\n### {title}\n\n| | wall, × {base} | CPU, × {base} | wall | CPU | peak | |\n"
          "|---|--:|--:|--:|--:|--:|---|")


def row(name, figures, base, note=""):
    ratios = [f"{figures[key] / base[key]:.2f}" if base[key] else "" for key in ("wall", "cpu")]
    print(f"| {name} | {ratios[0]} | {ratios[1]} | {figures['wall'] * 1000:.0f} ms | {figures['cpu'] * 1000:.0f} ms "
          f"| {memory(figures)} | {note} |", flush=True)


def memory(figures):
    return f"{figures['mb']:.0f} MB" if figures["mb"] else ""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def must_be_built():
    if not os.path.exists(PRODWORTHY):
        sys.exit("build it first: make release")
