"""Settings: their sources, errors that name value and remedy, and secrets that stay hidden."""

import os
from pathlib import Path

import pytest

from ner.errors import SettingsError
from worker.settings import Settings, load_settings


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
        ("NERLOOP_DOCCANO_URL", "not a url", "must be an address such as"),
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
    with pytest.raises(SettingsError, match=r"PAPERS__DOCCANO_PROJECT\) is missing: set it to"):
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
    with pytest.raises(SettingsError, match="no project 'letters'; configured: papers; to add it"):
        load_settings().project("letters")


@pytest.mark.parametrize("name", ["peopel", "People", "people ", "peple"])
def test_the_error_for_a_misspelt_project_says_what_was_meant(name: str) -> None:
    Path("nerloop.toml").write_text(
        "[projects.people]\ndoccano_project = 1\n[projects.papers]\ndoccano_project = 2\n"
    )
    meant = r"did you mean people\? \(configured: papers, people\)"
    with pytest.raises(SettingsError, match=meant):
        load_settings().project(name)


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
        (
            '[projects.people]\ndoccano_project = 1\ndoccano_username = "ann"',
            "write doccano_username above the first \\[table\\], or set NERLOOP_DOCCANO_USERNAME$",
        ),
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


def test_without_a_project_the_error_says_where_the_settings_were_looked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "nerloop.toml"
    for call in (load_settings().require_projects, lambda: load_settings().project("letters")):
        with pytest.raises(SettingsError, match=f"there is no settings file {file}: go to"):
            call()
    with pytest.raises(SettingsError, match=r"with \[projects\.letters\] and doccano_project = N"):
        load_settings().project("letters")
    file.write_text("")
    with pytest.raises(SettingsError, match=f"no project is configured in {file}: add"):
        load_settings().require_projects()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("People", "people"),
        ("Alte Texte", "alte-texte"),
        ("Éditions.2", "editions-2"),
        ("_people", "people"),
        ("x" * 70, "x" * 63),
    ],
)
def test_a_name_that_a_project_cannot_have_is_described_in_words(name: str, meant: str) -> None:
    Path("nerloop.toml").write_text(f'[projects."{name}"]\ndoccano_project = 1\n')
    with pytest.raises(SettingsError, match="the letters a to z in lower case") as caught:
        load_settings()
    assert str(caught.value).endswith(f"did you mean projects.{meant}?")
    assert "^" not in str(caught.value)


def test_a_name_of_which_nothing_can_be_kept_gets_no_guess() -> None:
    Path("nerloop.toml").write_text('[projects."日本"]\ndoccano_project = 1\n', encoding="utf-8")
    with pytest.raises(SettingsError, match=r"the letters a to z in lower case.*; fix it"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("NERLOOP_PROJECTS_PEOPLE__DOCCANO_PROJECT", "PEOPLE__DOCCANO_PROJECT"),
        ("NERLOOP_PROJECT_PEOPLE__DOCCANO_PROJECT", "PEOPLE__DOCCANO_PROJECT"),
        ("NERLOOP_PROJECTS__PEOPLE_DOCCANO_PROJECT", "PEOPLE__DOCCANO_PROJECT"),
        ("NERLOOP_PROJECTS_OLD_PEOPLE_DOCCANO_PROJECT", "OLD_PEOPLE__DOCCANO_PROJECT"),
        ("NERLOOP_PROJECTS__PEOPLE___DOCCANO_PROJECT", "PEOPLE__DOCCANO_PROJECT"),
        ("NERLOOP_PROJECTS__PEOPLE__RETRAIN_MIN_CHANGED", "PEOPLE__RETRAIN__MIN_CHANGED"),
    ],
)
def test_one_underscore_in_place_of_two_is_named_as_the_cause(
    monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    monkeypatch.setenv(name, "1")
    cause = f"{name} .* two underscores .* did you mean NERLOOP_PROJECTS__{meant}\\?"
    with pytest.raises(SettingsError, match=cause):
        load_settings()


def test_names_with_underscores_and_projects_in_json_are_no_mistake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NERLOOP_PROJECTS__OLD_RETRAIN__DOCCANO_PROJECT", "1")
    monkeypatch.setenv("NERLOOP_PROJECTS__NEW_TRAINING", '{"doccano_project": 2}')
    assert sorted(load_settings().projects) == ["new_training", "old_retrain"]


@pytest.mark.parametrize("in_file", [True, False])
@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        ("localhost:8000", "put http:// before it"),
        ("127.0.0.1:8000", "put http:// before it"),
        ("doccano.example.org/doccano", "put http:// before it"),
        ("http//localhost:8000", "write http:// in front"),
        ("https/localhost:8000", "write https:// in front"),
        ("", "write an address such as http://127.0.0.1:8000"),
        (" ", "write an address such as http://127.0.0.1:8000"),
        ("ftp://localhost", "must be an address such as http://127.0.0.1:8000"),
        ("http://localhost:80000", "must be an address such as http://127.0.0.1:8000"),
    ],
)
def test_an_address_that_is_none_is_told_how_to_write_it(
    monkeypatch: pytest.MonkeyPatch, value: str, remedy: str, in_file: bool
) -> None:
    if in_file:
        Path("nerloop.toml").write_text(f'doccano_url = "{value}"')
    else:
        monkeypatch.setenv("NERLOOP_DOCCANO_URL", value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert f"NERLOOP_DOCCANO_URL (doccano_url) = {value!r}: {remedy}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_blanks_around_an_address_are_no_mistake() -> None:
    Path("nerloop.toml").write_text('doccano_url = " http://localhost:8000 "')
    assert str(load_settings().doccano_url) == "http://localhost:8000/"


def test_a_password_in_an_address_without_scheme_is_hidden() -> None:
    Path("nerloop.toml").write_text('doccano_url = "ann:hunter2@localhost:8000"')
    with pytest.raises(SettingsError, match=r"\(hidden\): put http:// before it") as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


def test_a_misspelt_setting_is_not_also_missing() -> None:
    Path("nerloop.toml").write_text("[projects.people]\ndocano_project = 1")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value).endswith("did you mean projects.people.doccano_project?")
    assert "missing" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("projects = 1", r"write a table \[projects\.<name>\]"),
        ("[projects]\npeople = 1", r"write a table \[projects\.people\]"),
        (
            "[projects]\ndoccano_project = 1",
            r"projects\.doccano_project belongs to no project: write it in a table "
            r"\[projects\.papers\], with a name of your choice$",
        ),
        (
            "[projects.people]\ndoccano_project = 1\nretrain = 3",
            r"write a table \[projects\.people\.retrain\]",
        ),
        ('poll_seconds = "10s"', "'10s': must be a number"),
        ("base_model = 3", "3: must be a text in quotes"),
    ],
)
def test_values_of_another_kind_are_told_in_plain_words(text: str, remedy: str) -> None:
    Path("nerloop.toml").write_text(text)
    with pytest.raises(SettingsError, match=remedy):
        load_settings()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"# a\n# \xdcbung", "line 2 has bytes that are not UTF-8; save it as UTF-8"),
        ("poll_seconds = 3".encode("utf-16"), "line 1 has bytes that are not UTF-8"),
        (
            b"\xef\xbb\xbfpoll_seconds = 3",
            "begins with a byte order mark; save it as UTF-8 without",
        ),
        (b"doccano_url = http://x", "fix it at that line, where a text needs quotes"),
        (b"[projects", "at end of document"),
    ],
)
def test_a_file_that_is_no_toml_is_told_why(content: bytes, problem: str) -> None:
    Path("nerloop.toml").write_bytes(content)
    with pytest.raises(SettingsError, match=f"not valid TOML: .*{problem}"):
        load_settings()


def test_a_variable_that_is_no_json_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NERLOOP_PROJECTS", "people")
    with pytest.raises(SettingsError, match="NERLOOP_PROJECTS is not valid JSON; set"):
        load_settings()


@pytest.mark.parametrize(
    ("host", "url"), [("0.0.0.0", "http://127.0.0.1:8200"), ("::1", "http://[::1]:8200")]
)
def test_doccano_is_told_an_address_that_can_be_opened(host: str, url: str) -> None:
    assert Settings(server_host=host).resolved_server_url == url
