"""What is told at once, and what waits for its turn."""

from itertools import count

from mm_tui.views.paced import EVERY, Paced

START = 1_700_000_000_000_000_000 // EVERY * EVERY


def test_it_is_made_once_a_turn_and_at_once_where_the_note_is_another() -> None:
    part: Paced[tuple[int]] = Paced()
    numbers = count()

    def at(after: int, note: object = "a") -> int:
        return part.at(START + after, note, lambda: (next(numbers),))[0]

    assert [at(0), at(1), at(EVERY - 1)] == [0, 0, 0]
    assert [at(EVERY), at(EVERY + 1)] == [1, 1]
    assert [at(EVERY + 2, "b"), at(EVERY + 3, "b")] == [2, 2]
    assert at(-EVERY, "b") == 3  # a replay that went back


def test_what_came_out_equal_is_the_same_object() -> None:
    part: Paced[list[int]] = Paced()
    first = part.at(START, 0, lambda: [1, 2])
    assert part.at(START + EVERY, 0, lambda: [1, 2]) is first
    assert part.at(START + EVERY, 1, lambda: [1, 2]) is first
    assert part.at(START + EVERY, 2, lambda: [1, 3]) is not first


def test_phases_fall_into_different_frames() -> None:
    parts = [Paced[tuple[int]](phase) for phase in (0, EVERY // 3, 2 * EVERY // 3)]
    numbers = count()
    fresh = []
    for after in range(0, EVERY, EVERY // 12):
        before = [part._last for part in parts]
        fresh.append(
            sum(
                part.at(START + after, 0, lambda: (next(numbers),)) is not old
                for part, old in zip(parts, before, strict=True)
            )
        )
    assert fresh[0] == 3
    assert max(fresh[1:]) == 1
