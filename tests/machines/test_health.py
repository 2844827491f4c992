"""What a balancer asks."""


def test_the_process_answers_without_asking_the_database(demo_app, demo_client, queries):
    with queries(demo_app) as seen:
        response = demo_client.get("/healthz")
    assert (response.status_code, response.text) == (200, "ok\n")
    assert seen == []


def test_ready_when_database_and_queue_answer(demo_client):
    response = demo_client.get("/readyz")
    assert response.status_code == 200
    assert response.json["database"] == "ok"
    assert response.json["queue"]["waiting"] >= 0
    assert response.headers["Cache-Control"] == "no-store"


def test_not_ready_when_the_database_is_away(demo_client, monkeypatch):
    monkeypatch.setattr("storefront.machines.health.jobs.health", lambda: 1 / 0)
    response = demo_client.get("/readyz")
    assert response.status_code == 503
    assert response.headers["Retry-After"]
