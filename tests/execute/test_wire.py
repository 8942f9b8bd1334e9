"""A message goes over the wire whole or not at all, whoever sends at the same time."""

from __future__ import annotations

import os
import socket
import threading

import pytest

from reportlib.execute.forked.wire import PIECE, Wire


def test_a_message_comes_as_it_was_sent():
    here, there = Wire.pair()
    here.send([b"kind", b"", b"x" * 10])
    here.send([])
    assert there.receive() == [[b"kind", b"", b"x" * 10], []]
    assert there.receive() == []


def test_both_ends_can_send_more_than_the_wire_holds_if_one_receives_meanwhile():
    here, there = Wire.pair()
    long = bytes(PIECE * 40)
    came_here: list[list[bytes]] = []
    came_there: list[list[bytes]] = []

    def other_end():
        there.send([b"from there", long])  # waits until it is read, and reads nothing
        while not came_there:
            came_there.extend(there.receive())

    thread = threading.Thread(target=other_end)
    thread.start()
    here.send([b"from here", long], meanwhile=lambda: came_here.extend(here.receive()))
    thread.join()
    assert (came_here, came_there) == ([[b"from there", long]], [[b"from here", long]])


def test_messages_of_several_processes_do_not_mix():
    here, there = Wire.pair()
    children = []
    for letter in (b"a", b"b", b"c"):
        child = os.fork()
        if child == 0:
            for _ in range(5):
                here.send([letter * (PIECE * 2 + 1)])
            os._exit(0)
        children.append(child)
    came: list[bytes] = []
    while len(came) < 15:
        came += [message[0] for message in there.receive()]
    for child in children:
        assert os.waitpid(child, 0)[1] == 0
    assert {len(part) for part in came} == {PIECE * 2 + 1}
    assert sorted(part[:1] for part in came) == sorted([b"a", b"b", b"c"] * 5)
    assert all(part == part[:1] * len(part) for part in came)


def test_a_message_that_its_sender_did_not_finish_does_not_come():
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    there = Wire(other)
    whole = Wire(one)
    child = os.fork()
    if child == 0:
        whole.send([b"x" * PIECE * 100])  # more than the wire holds: it waits, and is ended
        os._exit(0)
    os.kill(child, 9)
    os.waitpid(child, 0)
    whole.send([b"later"])
    assert there.receive() == [[b"later"]]


def test_what_was_sent_before_the_other_end_closed_is_still_to_be_had():
    here, there = Wire.pair()
    there.send([b"asked"])
    here.send([b"last"])
    here.close()  # with a message unread
    assert there.receive() == [[b"last"]]
    with pytest.raises(EOFError):
        there.receive()
    with pytest.raises(BrokenPipeError):
        there.send([b"to no one"])
