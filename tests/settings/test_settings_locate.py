import tomli
from hypothesis import given
from hypothesis import strategies as st

from mm_tui.settings.locate import Place, line_and_column, locate


def test_a_key_and_its_value_are_found() -> None:
    assert locate("# words\n[risk]\nmax_daily_loss=-5\n") == {
        ("risk",): Place((2, 2), (2, 2)),
        ("risk", "max_daily_loss"): Place((3, 1), (3, 16)),
    }


def test_every_kind_of_value_is_passed_over() -> None:
    text = (
        'a = "x # = [" # c\n'
        "b = 'c:\\'\n"
        'c = """one\n"quoted" \\""" still\n"""\n'
        "d = '''it's\nhere'''\n"
        "e = [1, [2, 3], # c ]\n  'x]', { y = ']' },\n]\n"
        "f = 1979-05-27 07:32:00\n"
        'g = """"""\n'
        "last = 1"
    )
    tomli.loads(text)
    places = locate(text)
    assert [path for path in places if len(path) == 1] == [
        (name,) for name in ("a", "b", "c", "d", "e", "f", "g", "last")
    ]
    assert places["last",] == Place((13, 1), (13, 8))
    assert places["e", "y"].key == (9, 11)


def test_dotted_and_quoted_keys_and_inline_tables() -> None:
    places = locate('strategy . passive."min\\tspread" = 1\nx = { y = 1, z.w = [ ] }\n[[many]]\nk = 1\n[[many]]\n')
    assert places["strategy", "passive", "min\tspread"] == Place((1, 20), (1, 36))
    assert places["strategy", "passive"].key == (1, 12)
    assert places["x", "z", "w"] == Place((2, 16), (2, 20))
    assert places["many",].key == (3, 3)
    assert places["many", "k"].value == (4, 5)


def test_an_empty_text_has_no_places() -> None:
    assert locate(" # nothing\n\n") == {}


def test_line_and_column_count_from_one() -> None:
    assert line_and_column("ab\ncd", 0) == (1, 1)
    assert line_and_column("ab\ncd", 4) == (2, 2)


_bare = st.from_regex(r"[a-z_][a-z0-9_-]{0,6}", fullmatch=True)
_scalars = st.one_of(
    st.integers(-(10**9), 10**9).map(str),
    st.booleans().map(lambda value: str(value).lower()),
    st.text(alphabet="ab #[]{}=,.'", max_size=8).map(lambda text: f'"{text}"'),
    st.text(alphabet='ab #[]{}=,."', max_size=8).map(lambda text: f"'{text}'"),
)
_values = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]"), max_leaves=5
)


@given(
    st.dictionaries(_bare, st.dictionaries(_bare, _values, max_size=4), max_size=4),
    st.sampled_from(["", " # c ]", "\n"]),
)
def test_each_value_stands_where_it_is_said_to_stand(tables: dict[str, dict[str, str]], tail: str) -> None:
    text = "".join(
        f"[{table}]\n" + "".join(f"{key}  = {value}{tail}\n" for key, value in pairs.items())
        for table, pairs in tables.items()
    )
    places = locate(text)
    rows = text.split("\n")
    for table, pairs in tables.items():
        for key, value in pairs.items():
            (line, column), (value_line, value_column) = places[table, key]
            assert rows[line - 1][column - 1 :].startswith(key + " ")
            assert rows[value_line - 1][value_column - 1 :].startswith(value)
