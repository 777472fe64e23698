"""Loads the site once and then forks a process for each command that it is told: a real one, but there at once.

Reads lines of JSON: the arguments of ``manage.py`` and the file to write to. Answers the id of each process, and later how
it ended. What still runs when its input ends is killed.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys


def main() -> None:
    load()
    say(ready=True)
    running: set[int] = set()
    while True:
        if select.select([sys.stdin], [], [], 0.02)[0]:
            line = sys.stdin.readline()
            if not line:
                break
            told = json.loads(line)
            running.add(fork(told["command"], told["log"]))
        for process in list(running):
            if os.waitpid(process, os.WNOHANG)[0]:
                running.discard(process)
                say(ended=process)
    for process in running:
        os.kill(process, signal.SIGKILL)


def load() -> None:
    """Everything that the commands need, before the first fork; no connection is opened."""
    import django

    django.setup()
    from django.core.management import load_command_class
    from django.urls import get_resolver

    for app, name in (("reminders", "send_reminders"), ("lms", "run_clock"), ("lms", "run_worker")):
        load_command_class(app, name)
    assert get_resolver().url_patterns


def fork(command: list[str], log: str) -> int:
    process = os.fork()
    if process:
        say(started=process)
        return process
    status = 1
    try:
        os.setsid()
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for stream, to in ((0, os.open(os.devnull, os.O_RDONLY)), (1, output), (2, output)):
            os.dup2(to, stream)
        from django.core.management import call_command

        call_command(*command)
        status = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def say(**what: object) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
