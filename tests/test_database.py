"""What is no sourcebook: refused in one line that says what to do, and not touched."""

from __future__ import annotations

import os
import signal
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import sourcebook
from database import location
from database.connect import migrating, reading, writing
from database.errors import DatabaseError
from database.location import locate, name_of
from migrations.upgrade import upgrade
from tests.databases import ALL, INIT, NEWER, OPEN, OTHER, create, migrate, names, refusal


def snapshot(folder: Path) -> dict[str, tuple[object, ...]]:
    """Give all that can be seen of the files in a folder, but for when they were last read."""
    actual: dict[str, tuple[object, ...]] = {}
    for path in [folder, *sorted(folder.rglob("*"))]:
        seen = path.lstat()
        content = path.read_bytes() if path.is_file() else None
        times = (seen.st_mtime_ns, seen.st_ctime_ns)
        actual[str(path)] = (content, times, seen.st_mode, seen.st_ino)
    return actual


@pytest.fixture
def impatient() -> Iterator[None]:
    """Whoever waits at a pipe waits for ever: fail instead."""

    def fail(*_given: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


# --- files that are no sourcebook -----------------------------------------------------------------


def nothing(path: Path) -> None:
    """Leave it out."""


def in_no_folder(path: Path) -> None:
    path.parent.rmdir()


def in_a_file(path: Path) -> None:
    path.parent.rmdir()
    path.parent.write_bytes(b"")


def directory(path: Path) -> None:
    path.mkdir()


def empty(path: Path) -> None:
    path.touch()


def text(path: Path) -> None:
    path.write_text("Dear diary, today SQLite format 3 arrived.\n")


def short(path: Path) -> None:
    path.write_bytes(b"SQLite")


def header_only(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0")


def truncated(path: Path) -> None:
    create(path)
    os.truncate(path, path.stat().st_size // 2)


def overwritten(path: Path) -> None:
    create(path)
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 4000)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def ring(path: Path) -> None:
    path.symlink_to(path.name)


def run(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement).fetchall()


def foreign(path: Path) -> None:
    run(path, "create table recipes (title text)", "insert into recipes values ('soup')")


def foreign_alembic(path: Path) -> None:
    foreign(path)
    run(path, "create table alembic_version (version_num varchar(32))")
    run(path, "insert into alembic_version values ('3f0c8d3e2a11')")


def foreign_versions(path: Path) -> None:
    run(path, "create table alembic_version (who text, what text)")


def several_heads(path: Path) -> None:
    create(path)
    run(path, "insert into alembic_version values ('sourcebook_0001')")


def wal(path: Path) -> None:
    create(path)
    run(path, "pragma journal_mode = wal")


def utf16(path: Path) -> None:
    create(path.with_name("utf8.db"))
    with closing(sqlite3.connect(path.with_name("utf8.db"))) as made:
        statements = "\n".join(made.iterdump())
    path.with_name("utf8.db").unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma encoding = 'UTF-16be'")
        connection.executescript(statements)


def newer(path: Path) -> None:
    create(path)
    run(path, "update alembic_version set version_num = 'sourcebook_9999'")


def older(path: Path) -> None:
    with migrating(str(path)) as connection:
        upgrade(connection, "sourcebook_0001")


def down_to_nothing(path: Path) -> None:
    older(path)
    run(path, "delete from alembic_version")


DAMAGED = "restore it or load its codings into a new one"
MALFORMED = f"{{}}: is damaged (database disk image is malformed); {DAMAGED}"
NOT_OURS = "{}: holds tables that are not a sourcebook's; " + OTHER
NOT_SQLITE = "{}: is not an SQLite database; " + OTHER
STRANGE = "{}: was made by another application; " + OTHER
WAL = (
    "{}: keeps a write-ahead log, and a sourcebook is one file; set its `pragma journal_mode = "
    "delete`, or give another --db"
)

REFUSED: list[tuple[Callable[[Path], None], tuple[str, ...], str]] = [
    (nothing, OPEN, "{}: there is no such file; " + INIT),
    (in_no_folder, OPEN, "{}: there is no such file; " + INIT),
    (in_no_folder, ("build",), "{}: there is no folder {folder}; create it"),
    (in_a_file, ALL, "{}: not a directory; " + OTHER),
    (directory, ALL, "{}: is a folder; name a file in it"),
    (empty, OPEN, "{}: is empty; " + INIT),
    (text, ALL, NOT_SQLITE),
    (short, ALL, NOT_SQLITE),
    (header_only, ALL, f"{{}}: is damaged (file is not a database); {DAMAGED}"),
    (truncated, ALL, MALFORMED),
    (overwritten, ALL, MALFORMED),
    (pipe, ALL, "{}: is not a regular file; " + OTHER),
    (device, ALL, "{}: is not a regular file; " + OTHER),
    (ring, ALL, "{}: too many levels of symbolic links; " + OTHER),
    (foreign, OPEN, "{}: holds no sourcebook; run `sourcebook init` on a new --db"),
    (foreign, ("build",), NOT_OURS),
    (foreign_alembic, ALL, STRANGE),
    (foreign_versions, ALL, STRANGE),
    (several_heads, ALL, STRANGE),
    (
        wal,
        ALL,
        WAL,
    ),
    (utf16, ALL, "{}: keeps its text as UTF-16, and a sourcebook as UTF-8; " + OTHER),
    (
        newer,
        ALL,
        "{}: " + NEWER,
    ),
    (older, OPEN, "{}: has an older schema; run `sourcebook migrate`"),
    (down_to_nothing, OPEN, "{}: holds no sourcebook; run `sourcebook init` on a new --db"),
    (down_to_nothing, ("build",), NOT_OURS),
]


@pytest.mark.parametrize(
    ("plant", "way", "reason"),
    [
        pytest.param(plant, way, reason, id=f"{way}-{plant.__name__}")
        for plant, ways, reason in REFUSED
        for way in ways
    ],
)
@pytest.mark.usefixtures("impatient")
def test_what_is_no_sourcebook_is_refused_and_left_alone(
    tmp_path: Path, plant: Callable[[Path], None], way: str, reason: str
) -> None:
    path = tmp_path / "folder" / "sourcebook.db"
    path.parent.mkdir()
    plant(path)
    before = snapshot(tmp_path)
    assert refusal(way, str(path)) == reason.format(path, folder=path.parent)
    assert snapshot(tmp_path) == before


def test_damage_that_shows_only_later_is_told_as_well(tmp_path: Path) -> None:
    path = tmp_path / "sourcebook.db"
    create(path)
    with closing(sqlite3.connect(path)) as connection:
        query = "select rootpage from sqlite_schema where name = 'relation_types'"
        [page] = connection.execute(query).fetchone()
        [size] = connection.execute("pragma page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    before = snapshot(tmp_path)
    with pytest.raises(DatabaseError) as raised, reading(str(path)) as connection:
        connection.exec_driver_sql("select * from relation_types").all()
    assert str(raised.value) == MALFORMED.format(path)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("plant", [nothing, empty, older])
def test_what_can_become_a_sourcebook_does(tmp_path: Path, plant: Callable[[Path], None]) -> None:
    path = tmp_path / "sourcebook.db"
    plant(path)
    migrate(str(path))
    with reading(str(path)):
        assert [*tmp_path.iterdir()] == [path]


# --- where nothing can be written -----------------------------------------------------------------


@contextmanager
def unprivileged() -> Iterator[None]:
    """Be nobody in particular for a while, where the tests are run by root: permissions count."""
    if os.geteuid() != 0:
        yield
        return
    group, user = 65534, 65534
    os.setresgid(group, group, 0)
    os.setresuid(user, user, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
        os.setresgid(0, 0, 0)


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that anybody may enter and write to, which pytest's own is not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)
        Path(folder).chmod(0o777)


def test_a_file_that_may_only_be_read(shared: Path) -> None:
    path = shared / "sourcebook.db"
    create(path)
    path.chmod(0o444)
    before = snapshot(shared)
    with unprivileged():
        for way in ("write", "build"):
            message = "cannot be written to; copy it or change its permissions"
            assert refusal(way, str(path)) == f"{path}: {message}"
        with reading(str(path)) as connection:
            assert connection.exec_driver_sql("select count(*) from actors").scalar() == 0
    assert snapshot(shared) == before


def test_a_file_where_no_journal_can_be_written(shared: Path) -> None:
    path = shared / "sourcebook.db"
    create(path)
    path.chmod(0o666)
    shared.chmod(0o555)
    before = snapshot(shared)
    with unprivileged():
        for way in ("write", "build"):
            message = "cannot be written to; copy it or change its permissions"
            assert refusal(way, str(path)) == f"{path}: {message}"
        with reading(str(path)) as connection:
            assert connection.exec_driver_sql("select count(*) from actors").scalar() == 0
    assert snapshot(shared) == before


@pytest.mark.parametrize("way", ALL)
@pytest.mark.parametrize("inside", ["file", "folder"])
def test_a_file_that_may_not_be_read(shared: Path, way: str, inside: str) -> None:
    path = shared / "sourcebook.db"
    create(path)
    before = snapshot(shared)
    (path if inside == "file" else shared).chmod(0)
    with unprivileged():
        assert refusal(way, str(path)) == f"{path}: permission denied; {OTHER}"
    path.chmod(0o644)
    shared.chmod(0o777)
    assert [seen[0] for seen in before.values()] == [seen[0] for seen in snapshot(shared).values()]


def test_a_folder_in_which_nothing_can_be_made(shared: Path) -> None:
    path = shared / "sourcebook.db"
    shared.chmod(0o555)
    before = snapshot(shared)
    with unprivileged():
        assert refusal("build", str(path)) == f"{path}: permission denied; {OTHER}"
    assert snapshot(shared) == before


# --- paths ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("two words.db", "what?.db", "a#b.db", "100%.db", "100%25.db", "a&mode=memory.db"),
        *("file:x.db", "-n.db", "¶ «é» 中.db", "e\u0301.db", 'it\'s "so".db', "back\\slash.db"),
        *("two\nlines.db", "\udcff.db", "a?mode=ro.db", ":memory:", "me@home.db", "semi;colon"),
    ],
)
def test_a_path_may_hold_whatever_signs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for database in (name, str(tmp_path / name)):
        with migrating(database) as connection:
            connection.exec_driver_sql("create table made (n integer)")
        assert names(tmp_path) == [name]
        create(database)
        with writing(database) as connection:
            connection.exec_driver_sql("insert into topics (key, label) values ('a', 'b')")
        with reading(database) as connection:
            assert connection.exec_driver_sql("select key from topics").scalar() == "a"
        assert names(tmp_path) == [name]
        Path(name).unlink()
        here = "" if Path(database).is_absolute() else f" in {tmp_path}"
        assert refusal("read", database).endswith(f": there is no such file{here}; {INIT}")


def test_a_home_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    migrate("~/sourcebook.db")
    assert [path.name for path in tmp_path.iterdir()] == ["sourcebook.db"]


@pytest.mark.parametrize("name", ["./~/x.db", "./~tilde.db", ".//~root"])
def test_a_tilde_after_a_dot_is_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    (here / "~").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(here)
    for arguments in (["migrate"], ["report", "actors"], ["sql", "select 1 as n"], ["tables"]):
        done = CliRunner().invoke(sourcebook, ["--db", name, *arguments])
        assert (done.exit_code, done.stderr.count("no such")) == (0, 0), done.output
    assert Path(name).is_file()
    assert list(home.iterdir()) == []
    done = CliRunner().invoke(sourcebook, ["--db", name, "feed", "./~/copy.db"])
    assert done.exit_code == 0, done.output
    assert (here / "~" / "copy.db").is_file()
    assert list(home.iterdir()) == []


def test_a_link_is_followed(tmp_path: Path) -> None:
    link, file = tmp_path / "link.db", tmp_path / "away" / "sourcebook.db"
    file.parent.mkdir()
    link.symlink_to(file)
    with pytest.raises(ZeroDivisionError), migrating(str(link)):
        1 / 0  # noqa: B018
    assert link.is_symlink()
    assert not file.exists()
    migrate(str(link))
    with reading(str(link)), reading(str(file)):
        assert link.is_symlink()


@pytest.mark.parametrize(
    ("database", "message"),
    [
        ("", "--db: not a path; give the path of a file"),
        ("a\0b", "--db: not a path; give the path of a file"),
        (
            "~no-such-user/x.db",
            "~no-such-user/x.db: there is no such home folder; give the whole path",
        ),
        (f"{'x' * 300}.db", f"{'x' * 300}.db: file name too long; {OTHER}"),
        ("sqlite://", "--db: a sourcebook in SQLite is a file; give its path"),
        ("sqlite:///:memory:", "--db: a sourcebook in SQLite is a file; give its path"),
        ("sqlite://x.db", "--db: a sourcebook in SQLite is a file; give its path"),
        ("sqlite://host/x.db", "--db: a sourcebook in SQLite is a file; give its path"),
        ("sqlite:///x.db?mode=ro", "--db: sqlite:/// takes no options; give only the path"),
        (
            "mysql://me:S3cret@host/x",
            "--db: mysql is not supported; give SQLite, PostgreSQL, DuckDB or Spark (sc://)",
        ),
        (
            "oracle+x://me:S3cret@h",
            "--db: oracle is not supported; give SQLite, PostgreSQL, DuckDB or Spark (sc://)",
        ),
        ("://", location.NOT_A_URL),
        ("postgres ql://me:S3cret@host/x", location.NOT_A_URL),
        ("postgresql://me:S3cret@host:port/x", location.NOT_A_URL),
        ("postgresql://me:S3cret/x", location.NOT_A_URL),
        ("postgresql:/me:S3cret@host/x", location.NOT_A_URL),
        ("postgresql+psycopg:me:S3cret@host/x", location.NOT_A_URL),
        ("host=localhost password=S3cret", location.NOT_A_URL),
        ("host=localhost password = S3cret", location.NOT_A_URL),
        *(
            (url, "--db: in a user's name or password, write @ as %40 and / as %2F")
            for url in ("postgresql://me:S3@cret@host/x", "postgresql://m/e:S3cret@host/x")
        ),
    ],
)
@pytest.mark.parametrize("way", ALL)
def test_what_is_no_database_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, database: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert refusal(way, database) == message
    assert names(tmp_path) == []


def test_every_url_of_a_supported_engine_is_taken() -> None:
    assert locate("sqlite:////x/y.db").database == "/x/y.db"
    assert locate("sqlite+pysqlite:///y.db").database == "y.db"
    for scheme in ("postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"):
        url = locate(f"{scheme}://me:S3cret@host:1/x?sslmode=require")
        assert url.drivername == "postgresql+psycopg"
        assert url.query == {"sslmode": "require"}
        assert name_of(url) == "postgresql://me:***@host:1/x"
