"""Threads for calls that block: as many as are needed, and none for longer."""

from __future__ import annotations

import threading
from collections.abc import Callable

from pyinfra._engine.pool import Pool

AT_MOST = 30


def submitted(pool: Pool, *calls: Callable[[], object]) -> list[threading.Thread]:
    """Run calls in a pool, and give the thread of each."""
    threads: list[threading.Thread] = []
    done = threading.Semaphore(0)

    def job(call: Callable[[], object]) -> None:
        call()
        threads.append(threading.current_thread())
        done.release()

    for call in calls:
        pool.submit(lambda call=call: job(call))  # type: ignore[misc]
    for _ in calls:
        assert done.acquire(timeout=AT_MOST)
    return threads


def test_calls_that_wait_for_each_other_have_a_thread_each():
    meeting = threading.Barrier(3, timeout=AT_MOST)
    assert len(set(submitted(Pool(3), *[meeting.wait] * 3))) == 3


def test_there_are_no_more_threads_than_may_be():
    assert len(set(submitted(Pool(2), *[lambda: None] * 20))) <= 2


def test_a_thread_with_nothing_to_do_ends():
    pool = Pool(2, patience=0.01)
    for thread in submitted(pool, *[lambda: None] * 4):
        thread.join(AT_MOST)
        assert not thread.is_alive()
    assert len(submitted(pool, lambda: None)) == 1


def test_a_call_that_hangs_keeps_no_other_waiting_once_idle_threads_ended():
    pool = Pool(2, patience=0.01)
    hangs = threading.Event()
    [*others] = submitted(pool, *[lambda: None] * 6)
    for thread in others:
        thread.join(AT_MOST)
    pool.submit(hangs.wait)  # type: ignore[arg-type]
    try:
        for _ in range(3):
            [thread] = submitted(pool, lambda: None)
            thread.join(AT_MOST)
            assert not thread.is_alive()
    finally:
        hangs.set()
