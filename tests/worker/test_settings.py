"""Settings: their sources, errors that name value and remedy, and secrets that stay hidden."""

import os
from pathlib import Path

import pytest

from ner.errors import SettingsError
from worker.settings import load_settings


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hides the developer's own variables and file."""
    for name in list(os.environ):
        if name.startswith("NERLOOP_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_everything_has_a_default() -> None:
    settings = load_settings()
    assert settings.projects == {}
    assert settings.resolved_store_url == "sqlite:///.nerloop/nerloop.sqlite3"
    assert settings.server_host == "127.0.0.1"


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("nerloop.toml").write_text(
        'base_model = "from-file"\npoll_seconds = 7\n'
        "[projects.papers]\ndoccano_project = 3\n[projects.papers.training]\nepochs = 2\n"
    )
    monkeypatch.setenv("NERLOOP_BASE_MODEL", "from-environment")
    monkeypatch.setenv("NERLOOP_PROJECTS__PAPERS__TRAINING__SEED", "9")
    settings = load_settings()
    assert settings.base_model == "from-environment"
    assert settings.poll_seconds == 7
    assert settings.project("papers").training.epochs == 2
    assert settings.project("papers").training.seed == 9


def test_several_projects_have_settings_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NERLOOP_PROJECTS__PAPERS__DOCCANO_PROJECT", "1")
    monkeypatch.setenv("NERLOOP_PROJECTS__PAPERS__BASE_MODEL", "bundled")
    monkeypatch.setenv("NERLOOP_PROJECTS__LETTERS__DOCCANO_PROJECT", "2")
    settings = load_settings()
    assert settings.base_model_of("papers") == "bundled"
    assert settings.base_model_of("letters") == "bert-base-uncased"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("NERLOOP_POLL_SECONDS", "-1", "greater than 0"),
        ("NERLOOP_POLL_SECONDS", "inf", "less than or equal to 3155760000"),
        ("NERLOOP_HINT_SECONDS", "nan", "less than or equal to 3155760000"),
        ("NERLOOP_SERVED_DAYS", "1000000", "less than or equal to 36525"),
        ("NERLOOP_SERVER_PORT", "70000", "less than or equal to 65535"),
        ("NERLOOP_DOCCANO_URL", "not a url", "valid URL"),
        ("NERLOOP_PROJECTS__PAPERS__HELD_OUT_SHARE", "1.5", "less than 1"),
        ("NERLOOP_PROJECTS__PAPERS__AUTO_LABEL", "often", "'once' or 'always'"),
        ("NERLOOP_PROJECTS__PAPERS__RETRAIN__MIN_CHANGED", "0", "greater than 0"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv("NERLOOP_PROJECTS__PAPERS__DOCCANO_PROJECT", "1")
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert name in str(caught.value)
    assert value in str(caught.value)
    assert expected in str(caught.value)


def test_a_misspelt_variable_is_not_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NERLOOP_POL_SECONDS", "3")
    with pytest.raises(SettingsError, match="did you mean NERLOOP_POLL_SECONDS"):
        load_settings()


def test_an_unknown_key_in_the_file_is_named() -> None:
    Path("nerloop.toml").write_text("[projects.papers]\ndoccano_project = 1\nthreshold = 2\n")
    with pytest.raises(SettingsError, match=r"projects\.papers\.threshold"):
        load_settings()


def test_a_missing_doccano_project_is_reported_as_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NERLOOP_PROJECTS__PAPERS__BASE_MODEL", "bundled")
    with pytest.raises(SettingsError, match=r"PAPERS__DOCCANO_PROJECT .*\(missing\)"):
        load_settings()


def test_broken_toml_and_a_missing_file_have_different_errors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("nerloop.toml").write_text("poll_seconds = ")
    with pytest.raises(SettingsError, match="not valid TOML"):
        load_settings()
    monkeypatch.setenv("NERLOOP_CONFIG", "elsewhere.toml")
    with pytest.raises(SettingsError, match="no such file"):
        load_settings()


def test_secrets_are_in_no_repr_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NERLOOP_DOCCANO_PASSWORD", "hunter2")
    monkeypatch.setenv("NERLOOP_STORE_URL", "postgresql+psycopg://me:hunter2@host/db")
    monkeypatch.setenv("NERLOOP_REDIS_URL", "redis://:hunter2@host/0")
    assert "hunter2" not in repr(load_settings()) + str(load_settings())
    monkeypatch.setenv("NERLOOP_DOCCANO_URL", "htp:/hunter2@host")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


def test_the_error_for_an_unknown_project_lists_the_configured_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NERLOOP_PROJECTS__PAPERS__DOCCANO_PROJECT", "1")
    with pytest.raises(SettingsError, match="configured: papers"):
        load_settings().project("paper")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ('doccano_ur = "http://x"', "doccano_ur .*did you mean doccano_url\\?"),
        ("[project.people]\ndoccano_project = 1", "did you mean \\[projects.people\\]\\?"),
        ("[project]\ndoccano_project = 1", "did you mean \\[projects.<name>\\]\\?"),
        (
            "[project.a]\ndoccano_project = 1\n[project.b]\ndoccano_project = 2",
            "did you mean \\[projects.a\\] and \\[projects.b\\]\\?",
        ),
        ("[people]\ndoccano_project = 1", "did you mean \\[projects.people\\]\\?"),
        ("[projects.people]\ndocano_project = 1", "did you mean projects.people.doccano_project"),
        (
            "[projects.people]\ndoccano_project = 1\nmin_changed = 5",
            "did you mean projects.people.retrain.min_changed",
        ),
        (
            "[projects.people]\ndoccano_project = 1\n[projects.people.retrain]\nmin_change = 5",
            "did you mean projects.people.retrain.min_changed",
        ),
        ("doccano_project = 1", "did you mean projects.<name>.doccano_project"),
    ],
)
def test_a_misspelt_or_misplaced_key_in_the_file_is_named_with_what_was_meant(
    text: str, meant: str
) -> None:
    Path("nerloop.toml").write_text(text)
    with pytest.raises(SettingsError, match=meant):
        load_settings()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("NERLOOP_PROJECTS__PEOPLE__RETRAIN__MIN_CHANGE", "projects.people.retrain.min_changed"),
        ("NERLOOP_PROJECT__PEOPLE__RETRAIN__SEED", "NERLOOP_PROJECTS__PEOPLE__RETRAIN__SEED"),
        ("NERLOOP_DOCCANO_PROJECT", "NERLOOP_PROJECTS__<NAME>__DOCCANO_PROJECT"),
    ],
)
def test_a_misspelt_nested_variable_is_named_with_what_was_meant(
    monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    monkeypatch.setenv("NERLOOP_PROJECTS__PEOPLE__DOCCANO_PROJECT", "1")
    monkeypatch.setenv(name, "3")
    with pytest.raises(SettingsError, match=f"{name}.*did you mean {meant}"):
        load_settings()


def test_a_name_like_no_setting_gets_no_guess() -> None:
    Path("nerloop.toml").write_text("zebra = 1")
    with pytest.raises(SettingsError, match=r"zebra .* is not a setting of nerloop; fix it"):
        load_settings()


def test_two_names_for_one_doccano_project_are_refused() -> None:
    Path("nerloop.toml").write_text(
        "[projects.people]\ndoccano_project = 1\n[projects.persons]\ndoccano_project = 1\n"
    )
    with pytest.raises(SettingsError, match="'people' and 'persons' both have doccano_project = 1"):
        load_settings()
