from dataclasses import replace
from typing import Any

from worker.connecting.auto_label_config import (
    plan_configs,
    split_ours,
    usable_token,
    wanted_config,
)
from worker.doccano.models import AutoLabelConfig

WANTED = wanted_config("http://127.0.0.1:8200", "papers", "nlp_secret")


def with_attributes(config: AutoLabelConfig, **attributes: Any) -> AutoLabelConfig:
    return replace(config, model_attrs=config.model_attrs | attributes)


def test_no_attribute_of_the_configuration_is_null() -> None:
    assert all(value is not None for value in WANTED.model_attrs.values())
    assert WANTED.model_attrs["params"] == {}
    assert WANTED.model_attrs["body"] == {"text": "{{ text }}"}
    assert WANTED.template == "{{ input | tojson }}"


def test_ours_are_those_that_ask_for_the_project_at_any_address() -> None:
    moved = with_attributes(WANTED, url="https://old.example.org/nerloop/doccano/papers/")
    other = with_attributes(WANTED, url="http://127.0.0.1:8200/doccano/papers2")
    foreign = with_attributes(WANTED, url="https://ner.example.org/predict")
    assert split_ours([WANTED, moved, other, foreign], "papers") == (
        (WANTED, moved),
        (other, foreign),
    )


def test_without_a_configuration_of_ours_one_is_created_and_foreign_ones_stay() -> None:
    foreign = replace(with_attributes(WANTED, url="https://ner.example.org/predict"), id=4)
    plan = plan_configs([], [foreign], WANTED)
    assert (plan.create, plan.update, plan.delete, plan.foreign) == (WANTED, None, (), (foreign,))


def test_a_correct_configuration_is_not_changed() -> None:
    plan = plan_configs([replace(WANTED, id=7)], [], WANTED)
    assert not plan.changes


def test_a_wrong_configuration_is_updated_under_its_id() -> None:
    plan = plan_configs([replace(WANTED, id=7, template="{{ input }}")], [], WANTED)
    assert plan.update == replace(WANTED, id=7)
    assert plan.create is None


def test_of_several_the_correct_one_is_kept_and_otherwise_the_oldest() -> None:
    wrong = replace(WANTED, id=3, task_type="Category")
    correct = replace(WANTED, id=9)
    plan = plan_configs([wrong, correct], [], WANTED)
    assert (plan.update, plan.delete) == (None, (wrong,))

    also_wrong = replace(wrong, id=5)
    plan = plan_configs([also_wrong, wrong], [], WANTED)
    assert (plan.update, plan.delete) == (replace(WANTED, id=3), (also_wrong,))


def test_the_token_is_taken_from_the_first_configuration_whose_token_is_valid() -> None:
    without = with_attributes(WANTED, headers={})
    null = with_attributes(WANTED, headers=None)
    basic = with_attributes(WANTED, headers={"Authorization": "Basic eDp5"})
    ours = [without, null, basic, WANTED]
    assert usable_token(ours, lambda token: token == "nlp_secret") == "nlp_secret"
    assert usable_token(ours, lambda _: False) is None
