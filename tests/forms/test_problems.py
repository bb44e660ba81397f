from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jgclient.forms.problems import Problem, blocking

texts = st.text(max_size=10)
problems = st.builds(
    Problem, code=texts, kind=texts, strength=st.sampled_from(["hard", "soft"]),
    fields=st.lists(texts, min_size=1, max_size=3).map(tuple), message=texts, value=texts, help=texts,
    basis=texts, candidates=st.lists(texts, max_size=3).map(tuple), reason_required=st.booleans(),
)  # fmt: skip


@given(problems)
def test_problems_survive_json(problem: Problem) -> None:
    data = problem.to_json()
    assert Problem.from_json(data) == problem
    assert data["pointer"] == f"/{problem.fields[0]}"


def test_a_pointer_stands_for_the_field() -> None:
    assert Problem.from_json({"code": "x", "pointer": "/day", "strength": "odd"}).fields == ("day",)
    assert Problem.from_json({"code": "x", "pointer": "/day", "strength": "odd"}).strength == "hard"


def test_what_blocks() -> None:
    hard = Problem("a", "", "hard", ("x",), "")
    soft = Problem("b", "", "soft", ("x",), "")
    mere = Problem("c", "", "soft", ("x",), "", reason_required=False)
    assert blocking([hard, soft, mere], {}) == [hard, soft]
    assert blocking([hard, soft, mere], {"a": "理由", "b": "理由"}) == [hard]
    assert blocking([soft], {"b": "  "}) == [soft]
