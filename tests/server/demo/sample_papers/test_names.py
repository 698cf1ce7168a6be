import pytest

from server.demo.sample_papers.names import HELD_OUT_NAMES, TRAIN_NAMES


@pytest.mark.parametrize("name", ["given", "surnames", "fields", "streets", "funders", "journals"])
def test_the_sides_share_no_names(name: str) -> None:
    assert not set(getattr(TRAIN_NAMES, name)) & set(getattr(HELD_OUT_NAMES, name))


def test_the_sides_share_no_cities_and_no_countries() -> None:
    assert not {p.name for p in TRAIN_NAMES.cities} & {p.name for p in HELD_OUT_NAMES.cities}
    assert not {p.country for p in TRAIN_NAMES.cities} & {p.country for p in HELD_OUT_NAMES.cities}
