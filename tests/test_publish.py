"""What is published: versions side by side, and the short book on paper."""

import os
import re
import runpy
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from book_cases import CHROMIUM
from helpers import ROOT, needs

publish = runpy.run_path(str(ROOT / "docs" / "publish.py"))["publish"]


def a_site(folder: Path, text: str = "first") -> Path:
    folder.mkdir()
    (folder / "intro.html").write_text(text, "utf-8")
    return folder


def test_versions_stand_side_by_side(tmp_path: Path) -> None:
    site, pages = a_site(tmp_path / "site"), tmp_path / "pages"
    assert publish(site, pages, "main") == ["main"]
    assert "url=main/intro.html" in (pages / "index.html").read_text("utf-8")
    assert not (pages / "404.html").exists()
    (site / "404.html").write_text("No such page", "utf-8")
    (site / "short_book.pdf").write_bytes(b"%PDF")
    for name in ("v0.9.0", "v0.10.0"):
        listed = publish(site, pages, name)
    assert listed == ["main", "v0.10.0", "v0.9.0"]  # numbers, not letters
    assert "url=v0.10.0/intro.html" in (pages / "index.html").read_text("utf-8")
    assert (pages / "404.html").read_text("utf-8") == "No such page"
    versions = (pages / "versions.html").read_text("utf-8")
    assert 'href="v0.9.0/short_book.pdf"' in versions
    assert 'href="main/short_book.pdf"' not in versions
    (site / "intro.html").write_text("second", "utf-8")
    publish(site, pages, "main")
    assert (pages / "main" / "intro.html").read_text("utf-8") == "second"
    assert (pages / "v0.9.0" / "intro.html").read_text("utf-8") == "first"


@pytest.mark.parametrize("name", ["", "feature/x", "v", "../main", "v1.0-rc1"])
def test_a_name_that_is_no_version_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="expected main or a version"):
        publish(a_site(tmp_path / "site"), tmp_path / "pages", name)
    assert not (tmp_path / "pages").exists()


def test_a_folder_that_is_no_site_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no intro\.html"):
        publish(tmp_path, tmp_path / "pages", "main")


MEANWHILE = """#!/bin/sh
[ ! -e "{mark}" ] || exit 0
touch "{mark}"
unset $(git rev-parse --local-env-vars)
git clone --quiet --branch gh-pages "{origin}" "{mark}-clone"
cd "{mark}-clone"
mkdir v0.3.0
cp main/intro.html v0.3.0
git add v0.3.0
git -c user.name=b -c user.email=b@example.org commit --quiet --message another
git push --quiet origin gh-pages
"""


def test_the_workflow_publishes_beside_what_is_there(tmp_path: Path) -> None:
    """Its last step, run three times against a repository on this machine.

    The first time there is no branch yet. While the second run is about to push, another version is pushed.
    """
    steps = yaml.safe_load((ROOT / ".github" / "workflows" / "publish.yml").read_text("utf-8"))["jobs"]["publish"][
        "steps"
    ]
    step = steps[-1]["run"]
    origin = tmp_path / "origin.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(origin)], check=True)
    for place, name in enumerate(("main", "v0.2.0", "v0.2.0")):  # the last one again: nothing is new
        work = tmp_path / str(place)
        (work / "docs").mkdir(parents=True)
        shutil.copy(ROOT / "docs" / "publish.py", work / "docs")
        for command in (
            ["init", "--quiet"],
            ["remote", "add", "origin", str(origin)],
            ["add", "docs"],
            ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "one"],
        ):
            subprocess.run(["git", "-C", str(work), *command], check=True)
        if name == "v0.2.0":
            hook = work / ".git" / "hooks" / "pre-push"
            hook.parent.mkdir(exist_ok=True)
            hook.write_text(MEANWHILE.format(mark=tmp_path / "pushed", origin=origin), "utf-8")
            hook.chmod(0o755)
        (work / "built" / "_build").mkdir(parents=True)
        a_site(work / "built" / "_build" / "html", name)
        environment = {**os.environ, "GITHUB_REF_NAME": name, "GITHUB_SHA": "0" * 40}
        done = subprocess.run(
            ["bash", "-e", "-c", step], cwd=work, env=environment, capture_output=True, text=True, check=False
        )
        assert not done.returncode, done.stderr
    listed = subprocess.run(
        ["git", "-C", str(origin), "ls-tree", "-r", "--name-only", "gh-pages"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    sites = [f"{name}/intro.html" for name in ("main", "v0.2.0", "v0.3.0")]
    assert listed == [".nojekyll", "index.html", *sites, "versions.html"]


def test_the_short_book_is_one_document(tmp_path: Path) -> None:
    """Links between its pages lead to their places in it, others are left; what is for the screen is gone."""
    needs("jupyter_book")
    module = runpy.run_path(str(ROOT / "docs" / "short_book_pdf.py"))
    page = (
        '<html><head>{head}</head><body><article class="bd-article"><h1 id="top">{title}</h1><a class="headerlink" href="#top">#</a>'
        '<p><a href="{other}.html#top">there</a> <a href="map.html">all</a> <a href="#top">up</a> <a href="https://example.org">out</a></p>'
        '<div class="cell_output"><svg id="picture"></svg><script>draw("picture")</script></div><script>alert(1)</script>'
        "<details><summary>Solution</summary>steps</details><details><summary>Cite</summary>entry</details>"
        '<details class="claim-evidence"><summary>Evidence</summary>table</details></article>'
        "<footer><p>Version 1.2</p></footer></body></html>"
    )
    address = '<meta property="og:url" content="https://example.org/main/one.html">'
    for head in ("", address):
        for title, other in (("one", "two"), ("two", "one")):
            (tmp_path / f"{title}.html").write_text(page.format(title=title, other=other, head=head), "utf-8")
        text = module["document"](tmp_path, ["one", "two"])
        assert ('href="https://example.org/main/map.html"' in text) == bool(head)
        assert len(re.findall(r"[> ]all[< ]", text)) == 2  # the words stay
        assert 'href="map.html"' not in text
    for said in (
        'id="one--top"',
        'href="#two--top"',
        'href="#one--top"',
        'href="https://example.org"',
    ):
        assert said in text
    assert text.count('<details open="">') == 2
    assert text.count('<svg id="picture"></svg><script>draw("picture")</script>') == 2
    assert "Version 1.2" in text
    assert not any(each in text for each in ("entry", "table", "headerlink", "alert"))
    assert text.index('href="#two"') < text.index('id="one"')  # the list of pages is in front


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed: nothing is printed")
def test_the_short_book_is_printed(tmp_path: Path) -> None:
    needs("jupyter_book")
    module = runpy.run_path(str(ROOT / "docs" / "short_book_pdf.py"))
    (tmp_path / "one.html").write_text(
        '<html><body><article class="bd-article"><h1>One</h1></article></body></html>', "utf-8"
    )
    module["print_pdf"](tmp_path, tmp_path / "book.pdf", ["one"])
    assert (tmp_path / "book.pdf").read_bytes().startswith(b"%PDF")
    assert [each.name for each in sorted(tmp_path.iterdir())] == ["book.pdf", "one.html"]
    with pytest.raises(ValueError, match=r"no two\.html, expected the built book"):
        module["print_pdf"](tmp_path, tmp_path / "book.pdf", ["one", "two"])
