"""Values that are kept while they are in use, and let go when they are not."""

from __future__ import annotations

from functools import partial

from reportlib.load.data_view import LruCache


def test_a_value_is_made_when_it_is_first_asked_for_and_not_again():
    recent: LruCache[list[int]] = LruCache(2)

    first = recent.get("a", lambda: [1])

    assert recent.get("a", lambda: [2]) is first


def test_the_value_that_was_asked_for_longest_ago_is_let_go():
    recent: LruCache[int] = LruCache(2)
    for name, value in (("a", 1), ("b", 2), ("a", 0), ("c", 3)):
        recent.get(name, partial(int, value))

    assert [recent.get(name, lambda: 9) for name in ("a", "c", "b")] == [1, 3, 9]


def test_where_nothing_is_kept_a_value_is_made_each_time():
    recent: LruCache[int] = LruCache(0)

    assert [recent.get("a", partial(int, value)) for value in (1, 2)] == [1, 2]
