"""What docker/compose.yml gives to whom."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from server.web.gunicorn_app import GRACEFUL_SECONDS
from worker.queue.queues import QUEUE_NAMES

DOCKER = Path(__file__).parents[2] / "docker"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((DOCKER / "compose.yml").read_text())[
    "services"
]
DOCCANO = ("doccano", "doccano-task", "doccano-setup")
OWN = ("server", "worker", "training", "cron")


def having(name: str) -> set[str]:
    """The services whose environment has a variable of that name."""
    return {n for n, s in SERVICES.items() if name in s.get("environment", {})}


def test_the_account_in_doccano_is_known_where_it_is_used() -> None:
    assert having("NERLOOP_DOCCANO_PASSWORD") == {"worker", "doccano-setup"}
    assert having("ADMIN_PASSWORD") == {"doccano-setup"}
    assert "doccano_user.py" in " ".join(SERVICES["doccano-setup"]["command"])


def test_doccano_reaches_no_queue_of_nerloop_and_every_redis_has_a_password() -> None:
    for name in DOCCANO:
        assert not set(SERVICES[name]["networks"]) & set(SERVICES["redis"]["networks"])
    for name in ("redis", "broker"):
        assert SERVICES[name]["environment"]["REDISCLI_AUTH"].startswith("${")
        assert '--requirepass "$$REDISCLI_AUTH"' in SERVICES[name]["command"][-1]
    assert "redis://:${" in SERVICES["server"]["environment"]["NERLOOP_REDIS_URL"]


def test_the_server_is_reached_through_the_proxy_alone() -> None:
    networks = {name: set(service["networks"]) for name, service in SERVICES.items()}
    beside = {n for n, joined in networks.items() if "front" in joined}
    assert beside == {"server", "proxy"}
    assert not networks["server"] & networks["doccano"]
    assert "ports" not in SERVICES["server"]
    assert SERVICES["worker"]["environment"]["NERLOOP_SERVER_URL"] == "http://proxy:8200"
    assert networks["proxy"] & networks["doccano"] & networks["worker"]


@pytest.mark.parametrize("name", SERVICES)
def test_images_from_elsewhere_have_a_full_version(name: str) -> None:
    image = SERVICES[name]["image"]
    if "build" not in SERVICES[name]:
        assert re.fullmatch(r"[a-z]+:\d+\.\d+(\.\d+)?-alpine", image)


@pytest.mark.parametrize("path", [DOCKER / "Dockerfile", DOCKER / "doccano.Dockerfile"])
def test_base_images_have_a_full_version(path: Path) -> None:
    images = re.findall(r"^FROM (\S+:\S+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert images
    assert all(re.search(r":\d+\.\d+\.\d+-", image) for image in images)


def test_each_queue_has_a_worker_of_its_own() -> None:
    commands = [SERVICES[name]["command"] for name in ("worker", "training")]
    assert commands == [["worker", "--queues", name] for name in QUEUE_NAMES]


def test_answers_go_before_a_training() -> None:
    shares = {name: service.get("cpu_shares", 1024) for name, service in SERVICES.items()}
    assert shares.pop("training") <= min(shares.values()) / 10


def test_the_server_has_time_for_what_it_has_accepted() -> None:
    seconds = re.fullmatch(r"(\d+)s", SERVICES["server"]["stop_grace_period"])
    assert seconds is not None
    assert int(seconds[1]) > GRACEFUL_SECONDS


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_limited(name: str) -> None:
    service = SERVICES[name]
    assert service["mem_limit"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    # PostgreSQL's image changes the owner of its volume, and its user, at the start.
    assert (service.get("cap_drop") == ["ALL"]) is (name != "postgres")
    assert service.get("read_only", False) is (name in (*OWN, "redis", "broker", "proxy"))
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


def test_the_example_names_every_variable_and_no_other() -> None:
    used = set(re.findall(r"\$\{(\w+)", (DOCKER / "compose.yml").read_text()))
    example = (DOCKER / "env.example").read_text()
    assert set(re.findall(r"^(\w+)=", example, re.MULTILINE)) == used
