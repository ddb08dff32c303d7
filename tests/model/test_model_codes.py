import pytest

from mm_tui.model.codes import uncertain


@pytest.mark.parametrize("code", [-1006, -1007, 500, 502, 503, 504, 599])
def test_a_time_out_or_any_5xx_may_have_happened_all_the_same(code: int) -> None:
    assert uncertain(code)


@pytest.mark.parametrize("code", [-2010, -2011, -1003, -1013, 400, 418, 429, 499, 600])
def test_any_other_answer_is_what_it_says(code: int) -> None:
    assert not uncertain(code)
