"""A process that its host ends says so, has cleaned up, and tells nothing in clear, whatever becomes of its output."""

import gc
import importlib
import inspect
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from connector_base.process import ENDED_BY_HOST, INTERRUPTED, connector_loading, loading

LOADING = """
import sys, time
from connector_base.process import run_as_process

def load():
    print("loading", flush=True)
    time.sleep(60)

run_as_process(load)
"""

RUNNING = """
import threading, time
from connector_base.process import run_as_process

def command():
    threading.Thread(target=time.sleep, args=(60,)).start()
    try:
        print("running", flush=True)
        time.sleep(60)
    finally:
        print("cleaned up", flush=True)
        raise RuntimeError("what cleaning up may end in")

run_as_process(lambda: command)
"""

DONE = """
from connector_base.process import run_as_process
run_as_process(lambda: lambda: print("done"))
"""

LOOKING = """
import gc
from connector_base.process import run_as_process

def load():
    print(gc.isenabled(), end=" ")
    return lambda: print(gc.isenabled())

run_as_process(load)
"""

READ = """
import sys, time
from connector_base.process import ended_with_its_reader, run_as_process

def command():
    with ended_with_its_reader():
        try:
            print("running", flush=True)
            sys.stdin.readline() or time.sleep(60)
        finally:
            print("cleaned up", file=sys.stderr)
    print("all is read", file=sys.stderr)
    sys.stdin.readline()
    print("done", file=sys.stderr)

run_as_process(lambda: command)
"""

WRITING = """
import select, sys, threading
from connector_base.process import ended_by_a_broken_pipe, ended_with_its_reader, run_as_process

cleaning, poll = threading.Event(), select.poll

class Late:
    def __init__(self):
        self.of, self.register = (polled := poll()), polled.register

    def poll(self):
        cleaning.wait()
        return self.of.poll()

select.poll = Late

def messages():
    try:
        while True:
            yield b"running" * 10_000
    finally:
        cleaning.set()
        for thread in threading.enumerate():
            if thread.name == "reader":
                thread.join()
        print("cleaned up", file=sys.stderr)

def command():
    with ended_with_its_reader():
        for message in messages():
            with ended_by_a_broken_pipe():
                sys.stdout.buffer.write(message)

run_as_process(lambda: command)
"""

FAILING_OUTPUT = """
import sys
from connector_base.log_redaction import redact_all_output
from connector_base.process import run_as_process
from connector_base.protocol.messages import print_line

def load():
    redact_all_output(("nothing",))
    return command

def command():
    sys.stdin.read()
    for _ in range(3):
        print_line('{"record": "Kari Nordmann \u00e6"}')

run_as_process(load)
"""

FIRST_OF_A_CONTAINER = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"]


def may_be_first() -> bool:
    """Whether this machine lets a process be the first of its own."""
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*FIRST_OF_A_CONTAINER, "true"], capture_output=True, check=False).returncode == 0  # noqa: S603


def child_of(process: subprocess.Popen[str]) -> int:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii")
    return int(children.split()[0])


def test_a_unit_test_starts_no_process_unless_it_is_marked_slow() -> None:
    with pytest.raises(RuntimeError, match="mark it slow"):
        subprocess.run([sys.executable, "-c", ""], check=True)


def test_while_a_command_is_loaded_nothing_is_thrown_away_and_no_source_is_read_and_afterwards_both_are() -> None:
    looked = []

    def fails() -> None:
        with loading():
            looked.append(gc.isenabled())
            inspect.getsource(Path)

    with pytest.raises(OSError, match="not available"):
        fails()
    assert (looked, gc.isenabled()) == ([False], True)
    assert inspect.getsource(Path).startswith("class Path")
    gc.disable()
    try:
        with loading():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_while_a_connector_is_loaded_there_is_no_library_for_s3_and_afterwards_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "boto3", raising=False)
    with connector_loading(), connector_loading(), pytest.raises(ModuleNotFoundError):
        importlib.import_module("boto3")
    monkeypatch.setitem(sys.modules, "boto3", sys)
    with connector_loading():
        assert importlib.import_module("boto3") is sys


@pytest.mark.slow
def test_a_command_is_loaded_like_that() -> None:
    done = subprocess.run([sys.executable, "-c", LOOKING], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == "False True\n"


@pytest.mark.slow
@pytest.mark.parametrize(("code", "told"), [(LOADING, "loading\n"), (RUNNING, "running\ncleaned up\n")])
def test_whoever_presses_ctrl_c_reads_a_word_and_no_traceback(code: str, told: str) -> None:
    command = [sys.executable, "-c", code.replace("raise RuntimeError", "pass  # ")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout
        assert process.stderr
        said = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert (said + process.stdout.read(), process.stderr.read()) == (told, "Interrupted.\n")
    assert process.returncode == INTERRUPTED == 130


@pytest.mark.slow
@pytest.mark.parametrize("first", [False, True], ids=["as any process", "as process 1"])
@pytest.mark.parametrize(("code", "told"), [(LOADING, "loading\n"), (RUNNING, "running\ncleaned up\n")])
def test_a_process_that_is_told_to_end_is_known_to_have_been(code: str, told: str, *, first: bool) -> None:
    if first and not may_be_first():
        pytest.skip("no process can be the first of its own here")
    command = [*(FIRST_OF_A_CONTAINER if first else ()), sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout
        said = process.stdout.readline()
        os.kill(child_of(process) if first else process.pid, signal.SIGTERM)
        said += process.stdout.read()
    assert said == told
    assert process.returncode == (ENDED_BY_HOST if first else -signal.SIGTERM)  # a shell shows 143 for both


@pytest.mark.slow
def test_a_shell_shows_143_for_a_process_that_was_told_to_end() -> None:
    code = f"{LOADING.replace('time.sleep(60)', 'signal.raise_signal(signal.SIGTERM)')}"
    shell = f'"{sys.executable}" -c "$CODE"; echo $?'
    env = {**os.environ, "CODE": code.replace("import sys, time", "import signal")}
    done = subprocess.run(shell, shell=True, env=env, capture_output=True, text=True, check=True)  # noqa: S602
    assert done.stdout == "loading\n143\n"


@pytest.mark.slow
def test_a_command_that_is_done_succeeds() -> None:
    done = subprocess.run([sys.executable, "-c", DONE], capture_output=True, text=True, check=True)  # noqa: S603
    assert (done.stdout, done.stderr) == ("done\n", "")


@pytest.mark.slow
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_where_nobody_reads_nothing_is_told_in_clear_and_the_process_fails(unbuffered: str) -> None:
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", FAILING_OUTPUT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered, "LC_ALL": "C", "PYTHONIOENCODING": "latin-1"},
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        process.stdin.close()
        said = process.stderr.read()
    assert said == b""
    assert process.returncode == 1


def reading() -> "subprocess.Popen[str]":
    """A process that runs until nobody reads what it says."""
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", READ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "running\n"
    return process


@pytest.mark.slow
def test_a_process_whose_reader_is_gone_cleans_up_and_ends_as_by_a_signal() -> None:
    with reading() as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.close()
        process.stdout.close()
        assert process.stderr.read() == "cleaned up\n"
    assert process.returncode == -signal.SIGTERM


@pytest.mark.slow
def test_a_process_that_notices_itself_that_its_reader_is_gone_cleans_up_undisturbed() -> None:
    command = [sys.executable, "-c", WRITING]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:  # noqa: S603
        assert process.stdout
        assert process.stderr
        assert process.stdout.read(7) == b"running"
        process.stdout.close()
        assert process.stderr.read() == b"cleaned up\n"
    assert process.returncode == -signal.SIGTERM


@pytest.mark.slow
def test_a_process_that_is_done_with_what_is_read_does_not_mind_who_reads() -> None:
    with reading() as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write("go on\n")
        process.stdin.flush()
        assert [process.stderr.readline() for _ in range(2)] == ["cleaned up\n", "all is read\n"]
        process.stdout.close()
        process.stdin.close()
        assert process.stderr.read() == "done\n"
    assert process.returncode == 0


@pytest.mark.slow
def test_without_a_standard_output_a_sentence_says_so() -> None:
    shell = f'"{sys.executable}" -c "$CODE" >&-'
    done = subprocess.run(  # noqa: S602
        shell, shell=True, env={**os.environ, "CODE": DONE}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "There is no standard output to write messages to.\n")


@pytest.mark.slow
@pytest.mark.parametrize("package", ["source_huma", "destination_xledger"])
def test_a_connector_loads_nothing_that_takes_long_before_it_hears_its_host(package: str) -> None:
    code = f"import sys, {package}.run; sys.exit('airbyte_cdk' in sys.modules or 'requests' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603
