"""Returns read from a database: the same values and findings as from a table, and nothing secret told."""

from __future__ import annotations

import os
import pwd
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cescore.definitions.model.database import Database
from cescore.errors import ParamsError
from cescore.intake.address import Address
from cescore.intake.findings import Finding
from cescore.intake.sources.database_query import as_text
from cescore.intake.sources.databases import KEEPING, KEPT, as_kept
from cescore.intake.workspace import Workspace

SECRET = "s3cr:t@/x"
REGISTER = "entity_id,entity_type\nD1,district\nD2,district\n"
VARIABLES = "gdp: {en: GDP, unit: 10k CNY}\nwaste: {en: Waste, unit: t}\nfirms: {en: Firms, unit: count, kind: count}\n"
FRAMEWORK = """version: "1"
source: test
index: {code: X, en: Index}
groups: {g: {en: Group, weight: 1}}
indicators:
  i1: {en: Waste per GDP, group: g, formula: waste / gdp, unit: t/10k CNY, direction: -1, weight: 1,
       goalposts: {2024: {worst: 10, best: 0, source: test, tag: P}}, source: test, tag: P}
"""
ROWS = [
    ("D1", 2024, "gdp", 50), ("D1", 2024, "waste", 5.5), ("D1", 2024, "firms", 2),
    ("D2", 2024, "gdp", -4), ("D2", 2024, "waste", 7), ("D2", 2024, "wast", 1),
]  # fmt: skip
QUERY = "SELECT id, entity_id, year, variable, value FROM returns WHERE year = :year"


def query(address: str, /, **keys: str) -> str:
    """A run file that names one database."""
    entry = {
        "url": f'"{address}"',
        "observations": f'"{QUERY}"',
        "table": "returns",
        "key": "[id]",
    } | keys
    inner = ", ".join(f"{key}: {text}" for key, text in entry.items() if text)
    return f"year: 2024\ndatabases:\n  bureau: {{{inner}}}\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace whose observations stand nowhere yet."""
    for name, text in {
        "params/variables.yml": VARIABLES, "params/frameworks/district.yml": FRAMEWORK,
        "data/entities.csv": REGISTER,
    }.items():  # fmt: skip
        path = tmp_path / "w" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "w/params/runs").mkdir()
    (tmp_path / "w/data/2024").mkdir()
    return tmp_path / "w"


def load(root: Path, run: str) -> Workspace:
    (root / "params/runs/2024.yml").write_text(run, encoding="utf-8")
    return Workspace.load(root, 2024)


def with_rows(root: Path) -> Path:
    """The rows in a file of SQLite within the workspace's parent."""
    path = root.parent / "stat.db"
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE returns (id INTEGER, entity_id, year, variable, value)")
        rows = [(n, *row) for n, row in enumerate(ROWS, 1)]
        base.executemany("INSERT INTO returns VALUES (?,?,?,?,?)", rows)
    base.close()
    return path


def faults(workspace: Workspace) -> list[tuple[str, str, str]]:
    return sorted((f.code, f.entity_id, f.found) for f in workspace.findings if f.is_open_error)


def only(workspace: Workspace, code: str) -> Finding:
    [finding] = [f for f in workspace.findings if f.code == code]
    return finding


def values(workspace: Workspace) -> dict[str, list[float]]:
    columns = workspace.panels["district"].columns
    return {code: column.values[:, -1].tolist() for code, column in columns.items()}


def with_table(root: Path) -> Workspace:
    """The same rows as a CSV table."""
    text = "entity_id,year,variable,value\n" + "".join(f"{e},{y},{v},{x}\n" for e, y, v, x in ROWS)
    path = root / "data/2024/observations.csv"
    path.write_text(text, encoding="utf-8")
    loaded = load(root, "year: 2024\n")
    path.unlink()
    return loaded


def test_a_database_gives_the_values_and_findings_of_a_table(root: Path) -> None:
    table = with_table(root)
    database = load(root, query(f"sqlite:///{with_rows(root)}"))
    assert repr(values(database)) == repr(values(table))
    assert faults(database) == faults(table) and len(faults(table)) == 2
    [rows] = [count for count in database.rows if count.file == "bureau"]
    assert (rows.read, rows.accepted, rows.rejected) == (6, 4, 2)


def test_findings_and_figures_carry_table_and_key(root: Path) -> None:
    database = load(root, query(f"sqlite:///{with_rows(root)}"))
    assert only(database, "negative").at == Address("bureau", table="returns", key="id=4")
    assert "returns, id=4" in str(only(database, "negative"))
    assert database.sources.addresses([("D1", "gdp", 2024)]) == [
        Address("bureau", table="returns", key="id=1")
    ]


def test_a_column_that_only_finds_a_row_again_is_no_unknown_one(root: Path) -> None:
    assert not [
        f for f in load(root, query(f"sqlite:///{with_rows(root)}")).findings if "column" in f.code
    ]
    every = query(f"sqlite:///{with_rows(root)}", observations='"SELECT *, 1 AS odd FROM returns"')
    assert only(load(root, every), "column_unknown").found == "column 'odd' is not used"


def test_without_a_key_a_row_is_found_by_what_it_is_of(root: Path) -> None:
    database = load(root, query(f"sqlite:///{with_rows(root)}", key="", table=""))
    at = only(database, "negative").at
    assert (at.table, at.key) == ("query", "entity_id=D2, year=2024, variable=gdp")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), (True, "true"), (False, "false"), (0, "0"), (2.0, "2"), (0.1, "0.1"),
        (1e300, "1e+300"), (float("nan"), "nan"), (Decimal("1.10"), "1.10"), (Decimal("1E+3"), "1000"),
        (Decimal("NaN"), "NaN"), (date(2026, 3, 5), "2026-03-05"), (b"\x00a", "\\x0061"), ("约5", "约5"),
    ],
)  # fmt: skip
def test_every_type_becomes_the_text_that_a_table_would_hold(value: object, text: str) -> None:
    assert as_text(value) == text


def test_what_was_read_is_kept_and_the_same_rows_give_the_same_bytes(root: Path) -> None:
    path = with_rows(root)
    kept = root / "data/2024/database/bureau.parquet"
    load(root, query(f"sqlite:///{path}"))
    before = kept.read_bytes()
    with sqlite3.connect(path) as base:  # in another order
        base.execute("UPDATE returns SET id = id")
        base.execute("DELETE FROM returns WHERE id = 1")
        base.execute("INSERT INTO returns VALUES (1, 'D1', 2024, 'gdp', 50)")
    base.close()
    load(root, query(f"sqlite:///{path}"))
    assert kept.read_bytes() == before
    with sqlite3.connect(path) as base:
        base.execute("UPDATE returns SET value = 51 WHERE id = 1")
    base.close()
    assert values(load(root, query(f"sqlite:///{path}")))["gdp"][0] == 51
    assert kept.read_bytes() != before


def test_what_is_kept_is_read_without_asking_only_where_that_is_wanted(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = with_rows(root)
    first = load(root, query(f"sqlite:///{path}"))
    path.unlink()
    monkeypatch.setenv(KEEPING, KEPT)
    again = load(root, query(f"sqlite:///{path}"))
    assert repr(values(again)) == repr(values(first)) and only(again, "database_kept")
    monkeypatch.delenv(KEEPING)
    with pytest.raises(Exception, match="there is no SQLite file"):
        load(root, query(f"sqlite:///{path}"))


def test_what_is_made_again_asks_no_database_and_finds_what_was_found_then(root: Path) -> None:
    path = with_rows(root)
    first = load(root, query(f"sqlite:///{path}"))
    path.unlink()
    with as_kept():
        again = load(root, query(f"sqlite:///{path}"))
    assert repr(values(again)) == repr(values(first)) and again.findings == first.findings


def test_kept_rows_that_no_run_names_are_an_error(root: Path) -> None:
    load(root, query(f"sqlite:///{with_rows(root)}"))
    (root / "data/2024/observations.csv").write_text(
        "entity_id,year,variable,value\nD1,2024,gdp,1\n", encoding="utf-8"
    )
    assert only(load(root, "year: 2024\n"), "database_not_named").is_open_error


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"observations": '"SELECT entity_id, year FROM returns"'}, "column_missing"),
        ({"key": "[nr]"}, "column_missing"),
        ({"observations": '"SELECT * FROM nowhere"'}, "no such table: nowhere"),
        ({"observations": '"SELECT FROM"'}, "syntax error"),
        ({"observations": '"SELECT * FROM returns WHERE id > 99"'}, "header_only"),
        ({"url": '"sqlite:///none.db"'}, "there is no SQLite file none.db"),
        ({"url": '"sqlite://"'}, "there is no SQLite file :memory:"),
        ({"url": '"nosuch+driver://host/db"'}, "no driver for nosuch+driver"),
        ({"url": '"postgresql+psycopg://u@127.0.0.1:1/db"'}, "database_refused"),
        ({"url": '"sqlite:///${NO_SUCH_VARIABLE}"'}, "does not hold NO_SUCH_VARIABLE"),
        ({"url": "", "url_from": "NO_SUCH_VARIABLE"}, "does not hold NO_SUCH_VARIABLE"),
    ],
)
def test_what_keeps_a_database_from_being_read_is_one_clear_error(
    root: Path, keys: dict[str, str], told: str
) -> None:
    path = with_rows(root)
    (root / "data/2024/observations.csv").write_text(
        "entity_id,year,variable,value\nD1,2024,gdp,1\n", encoding="utf-8"
    )
    loaded = load(root, query(f"sqlite:///{path}", **keys))
    assert told in " ".join(
        str(f) for f in loaded.findings if f.file == "bureau" and f.is_open_error
    )
    assert not (root / "none.db").exists()


def test_a_query_that_takes_too_long_is_ended(root: Path) -> None:
    endless = (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
        " SELECT 'D1' AS entity_id, 2024 AS year, 'gdp' AS variable, max(x) AS value FROM n"
    )
    (root / "data/2024/observations.csv").write_text(
        "entity_id,year,variable,value\nD1,2024,gdp,1\n", encoding="utf-8"
    )
    run = query(f"sqlite:///{with_rows(root)}", observations=f'"{endless}"', key="", timeout="1")
    began = time.monotonic()
    assert "longer than allowed" in str(only(load(root, run), "database_refused"))
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"url": f'"postgresql://u:{SECRET}@h/db"'}, "a password in the file"),
        ({"url": '"postgresql://u:hunter2@h/db"'}, "a password in the file"),
        ({"url": '"postgresql://h/db?user=u&password=hunter2"'}, "a password in the file"),
        ({"url": '"postgresql://h/db?sslpassword=hunter2"'}, "a password in the file"),
        ({"url": '"postgresql://u:x${NAME}hunter2@h/db"'}, "a password in the file"),
        ({"url": ""}, "either url or url_from"),
        ({"url_from": "X"}, "either url or url_from"),
        ({"url": '"stat.db"'}, "no URL"),
        ({"observations": '"DELETE FROM returns"'}, "only reads"),
        ({"observations": '"SELECT 1; DROP TABLE returns"'}, "only reads"),
        ({"password": "hunter2"}, "password"),
        ({"timeout": "0"}, "timeout"),
    ],
)
def test_a_run_file_that_names_a_database_wrongly_is_refused_and_repeats_no_secret(
    root: Path, keys: dict[str, str], told: str
) -> None:
    with pytest.raises(ParamsError) as caught:
        load(root, query("sqlite:///x.db", **keys))
    assert told in str(caught.value) and "params/runs/2024.yml:" in str(caught.value)
    assert "hunter2" not in str(caught.value) and "s3cr" not in str(caught.value)


@pytest.mark.parametrize("url", [
    "postgresql+psycopg://u:${DB_PASSWORD}@127.0.0.1:1/db", "postgresql+psycopg://u:${DB_PASSWORD}@no host/db",
    "postgresql+psycopg://127.0.0.1:1/db?user=u&password=${DB_PASSWORD}", "nosuch://u:${DB_PASSWORD}@h/db",
])  # fmt: skip
@pytest.mark.parametrize("whole", [False, True])
def test_what_the_environment_holds_is_told_nowhere(
    root: Path, monkeypatch: pytest.MonkeyPatch, url: str, whole: bool
) -> None:
    monkeypatch.setenv("DB_PASSWORD", SECRET)
    monkeypatch.setenv("BUREAU", url.replace("${DB_PASSWORD}", SECRET))
    (root / "data/2024/observations.csv").write_text(
        "entity_id,year,variable,value\nD1,2024,gdp,1\n", encoding="utf-8"
    )
    keys = {"url": "", "url_from": "BUREAU"} if whole else {}
    loaded = load(root, query(url, **keys))
    told = " ".join(str(f) for f in loaded.findings) + repr(loaded.findings)
    assert only(loaded, "database_refused") and "s3cr" not in told and "t@/x" not in told
    for path in root.rglob("*"):
        assert path.is_dir() or b"s3cr" not in path.read_bytes()


def test_sqlite_is_opened_so_that_nothing_can_be_written(root: Path) -> None:
    path = with_rows(root)
    before = path.read_bytes()
    path.chmod(0o600)
    load(root, query(f"sqlite:///{path}"))
    assert path.read_bytes() == before and not list(path.parent.glob("stat.db-*"))


# --- PostgreSQL for real, on a socket of its own


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def _run_as() -> dict[str, object]:
    """initdb refuses root: then it runs as whoever owns nothing here."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return {}


@pytest.fixture(scope="module")
def socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A server of PostgreSQL in a temporary folder, which it alone can reach."""
    binaries = _binaries()
    if binaries is None:
        pytest.fail("PostgreSQL is not installed: apt-get install postgresql (see .ci/set-up test)")
    who = _run_as()
    place = Path(subprocess.run(
        ["mktemp", "-d", "/tmp/pgXXXXXX"], check=True, capture_output=True, text=True
    ).stdout.strip())  # fmt: skip
    if who:
        os.chown(place, int(str(who["user"])), int(str(who["group"])))

    def do(*command: str) -> None:
        subprocess.run(command, check=True, capture_output=True, cwd=place, **who)  # type: ignore[call-overload]

    base, control = str(place / "base"), str(binaries / "pg_ctl")
    do(
        str(binaries / "initdb"),
        "-D",
        base,
        "-U",
        "bureau",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
    )
    options = f"-k {place} -c listen_addresses= -c fsync=off"
    do(control, "-D", base, "-w", "-l", str(place / "log"), "-o", options, "start")
    try:
        yield place
    finally:
        do(control, "-D", base, "-m", "immediate", "stop")
        shutil.rmtree(place)


@pytest.fixture
def ask(socket: Path) -> Callable[..., object]:
    """Say something to the server."""
    import psycopg

    def do(*statements: str) -> object:
        with psycopg.connect(f"host={socket} user=bureau dbname=postgres", autocommit=True) as base:
            for statement in statements:
                found = base.execute(statement)
            return found.fetchall() if found.description else None

    return do


@pytest.fixture
def postgres(socket: Path, ask: Callable[..., object]) -> str:
    """A table with the rows, and the address of its server."""
    kinds = "id int, entity_id text, year numeric(4), variable text, value numeric"
    ask("DROP TABLE IF EXISTS returns", f"CREATE TABLE returns ({kinds})")
    for n, (entity, year, variable, value) in enumerate(ROWS, 1):
        ask(f"INSERT INTO returns VALUES ({n}, '{entity}', {year}, '{variable}', {value})")
    return f"postgresql+psycopg://bureau@/postgres?host={socket}"


def test_postgresql_gives_the_values_and_findings_of_a_table(root: Path, postgres: str) -> None:
    table = with_table(root)
    database = load(root, query(postgres))
    assert repr(values(database)) == repr(values(table)) and faults(database) == faults(table)
    assert only(database, "negative").at == Address("bureau", table="returns", key="id=4")


def test_postgresql_lets_a_query_write_nothing_and_wait_no_longer_than_allowed(
    root: Path, postgres: str, ask: Callable[..., object]
) -> None:
    (root / "data/2024/observations.csv").write_text(
        "entity_id,year,variable,value\nD1,2024,gdp,1\n", encoding="utf-8"
    )
    ask(
        "CREATE OR REPLACE FUNCTION wipe() RETURNS text LANGUAGE sql AS"
        " $$ DELETE FROM returns; SELECT 'D1' $$"
    )
    writes = "SELECT wipe() AS entity_id, year, variable, value FROM returns"
    run = query(postgres, observations=f'"{writes}"', key="")
    refused = only(load(root, run), "database_refused")
    assert "read-only transaction" in refused.found
    assert ask("SELECT count(*) FROM returns") == [(len(ROWS),)]
    slow = "SELECT pg_sleep(30), entity_id, year, variable, value FROM returns"
    run = query(postgres, observations=f'"{slow}"', timeout="1", key="")
    assert "longer than allowed" in str(only(load(root, run), "database_refused"))


def test_postgresql_refuses_a_wrong_password_without_its_being_told(
    root: Path, socket: Path, ask: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DB_PASSWORD", SECRET)
    (root / "data/2024/observations.csv").write_text(
        "entity_id,year,variable,value\nD1,2024,gdp,1\n", encoding="utf-8"
    )
    run = query(f"postgresql+psycopg://nobody:${{DB_PASSWORD}}@/postgres?host={socket}")
    refused = only(load(root, run), "database_refused")
    assert "nobody" in refused.found and "s3cr" not in refused.found


def test_many_rows_come_in_batches(root: Path, postgres: str, ask: Callable[..., object]) -> None:
    ask(
        "DELETE FROM returns",
        "INSERT INTO returns SELECT n, 'D1', 2024, 'gdp', 5 FROM generate_series(1, 25000) n",
    )
    loaded = load(root, query(postgres))
    [rows] = [count for count in loaded.rows if count.file == "bureau"]
    assert rows.read == 25_000 and only(loaded, "duplicate_row")


def test_a_database_is_described_without_anything_secret() -> None:
    assert "url" in Database.model_fields and "password" not in Database.model_fields
