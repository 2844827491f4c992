"""Pictures: immutable, typed, harmless."""

import pytest
from flask.testing import FlaskClient

DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><script>alert(1)</script></svg>'


@pytest.fixture
def client(make_app, tmp_path) -> FlaskClient:
    (tmp_path / ("a" * 64 + ".svg")).write_text(DRAWING)
    (tmp_path / "secret.txt").write_text("secret")
    return make_app("empty", media_dir=tmp_path).test_client()


def test_a_picture_is_kept_for_a_year(client):
    response = client.get(f"/media/{'a' * 64}.svg")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.mimetype == "image/svg+xml"
    response.close()


def test_a_drawing_can_do_nothing(client):
    response = client.get(f"/media/{'a' * 64}.svg")
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    response.close()


@pytest.mark.parametrize("name", ["secret.txt", "..%2fshop.sqlite3", f"{'b' * 64}.svg", "a.svg", "%00.svg"])
def test_nothing_else_is_served(client, name):
    assert client.get(f"/media/{name}").status_code == 404
