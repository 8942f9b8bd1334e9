"""Make the environment: ``python environment.py TASK PYTHON [chosen]``.

The task ``report`` fills ``.venv`` with what building a report needs, and with the project itself;
``environment`` with all that developing needs; ``browser`` and ``checkers`` provide what the tests
of the page need besides. What is current is left alone; else only what differs is fetched.

PYTHON makes ``.venv``; one that exists is made anew for it only if it was ``chosen``.

The Makefile starts this before it does anything, with a Python that may be too old for the project:
no syntax here is newer than Python 3.6. When all is current it must end in a few milliseconds, so
modules that take long to import are imported where they are needed.
"""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = ".venv"
VENV_PYTHON = ".venv/bin/python"
MADE = ".venv/.made"
"""Record of the project's path and the Python that ``.venv`` was made with."""
PROJECT = ".venv/.project"
"""Copy of pyproject.toml as it was when the project was installed; ``.venv/.report`` and
``.venv/.develop`` are such copies of the locks."""
OLDEST = (3, 11)
NAME_ONE = "name one with PYTHON=/path/to/python3."
INSTALL_ONE = "install Python 3.11 or newer, or " + NAME_ONE
DESCRIBE = """import sys
print("%d.%d.%d" % sys.version_info[:3])
print(getattr(sys, "_base_executable", sys.executable))"""
"""Program that prints a Python's version, and the Python beneath an activated ``.venv``."""
NETWORK_PROBLEM = r"(?im)^ *(warning|error).*(connection|name.?resolution|time(d )?out|proxy|ssl)"
INSTALL_LOG = ".venv/install.log"

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHECKERS = ".venv/checkers"
"""In ``.venv``, so that ``make clean`` leaves them and a new ``.venv`` gets them anew."""
CHECKERS_MADE = ".venv/checkers/.made"
CHECKERS_PINS = tuple(
    "tests/checkers/" + name for name in ("package.json", "package-lock.json", ".npmrc")
)


def main(task: str, python: str, chosen: bool) -> None:
    """Do one task.

    Raises:
        SystemExit: it cannot be done; its message says why, and what to do.
    """
    os.chdir(ROOT)
    if task == "browser":
        provide_browser()
    elif task == "checkers":
        install_checkers()
    else:
        make_venv(python, chosen)
        install_lock("report" if task == "report" else "develop")
        install_project()


def make_venv(python: str, chosen: bool) -> None:
    """Make ``.venv``, unless there is one of this place and, if one was chosen, of this Python."""
    here = os.path.realpath(ROOT)
    place, _, maker = read_record(MADE).decode().rstrip("\n").partition("\n")
    if place == here and os.access(VENV_PYTHON, os.X_OK) and not (chosen and maker != find(python)):
        return
    version, base = check_python(python)
    say("Making .venv with Python " + version)
    remove(VENV)
    if not run(base, "-m", "venv", VENV):
        raise SystemExit(f"'{base}' could not make .venv; its own words are above.")
    write_record(MADE, f"{here}\n{find(python)}\n".encode())


def check_python(name: str) -> "tuple[str, str]":
    """Return the version of a Python that can make ``.venv``, and the path to do it with.

    That of the Python of an activated ``.venv``, which is about to go, is the one beneath it.
    """
    import subprocess

    path = find(name)
    if not path:
        raise SystemExit(f"No Python was found as '{name}': {INSTALL_ONE}")
    try:
        printed = subprocess.check_output([path, "-c", DESCRIBE], stderr=subprocess.DEVNULL)
        version, base = printed.decode().splitlines()
    except (OSError, ValueError, subprocess.CalledProcessError):
        raise SystemExit(f"'{path}' does not run: {INSTALL_ONE}") from None
    if tuple(int(part) for part in version.split(".")) < OLDEST:
        raise SystemExit(f"'{path}' is Python {version}, and 3.11 or newer is needed: {NAME_ONE}")
    if not run(path, "-c", "import venv, ensurepip", log=os.devnull):
        raise SystemExit(
            f"'{path}' cannot make environments (its venv or ensurepip is missing): "
            "on Debian or Ubuntu, apt install python3-venv."
        )
    return version, base


def install_lock(name: str) -> None:
    """Install what ``requirements/NAME.txt`` pins; every lock pins all that a report needs."""
    lock = f"requirements/{name}.txt"
    report = read("requirements/report.txt")
    wanted = report if name == "report" else report + read(lock)
    if read_record(".venv/." + name) == wanted:
        return
    say(f"Installing {lock} into .venv (a minute or two if it is new)")
    remove(".venv/.report")
    remove(".venv/.develop")
    pip_install(lock, "--no-input", "--retries", "2", "--require-hashes", "--requirement", lock)
    write_record(".venv/.report", report)
    write_record(".venv/." + name, wanted)


def install_project() -> None:
    """Install the project itself, so that ``reportlib`` is imported from its sources."""
    wanted = read("pyproject.toml")
    if read_record(PROJECT) != wanted:
        options = ("--no-index", "--no-build-isolation", "--no-deps", "--editable", ".")
        pip_install("The project itself", *options)
        write_record(PROJECT, wanted)


def pip_install(subject: str, *options: str) -> None:
    """Install something into ``.venv``, or say how that failed."""
    import re

    remove(INSTALL_LOG)
    command = (VENV_PYTHON, "-m", "pip", "--disable-pip-version-check", "install")
    if run(*command, *options, log=INSTALL_LOG):
        return
    log = read(INSTALL_LOG).decode(errors="replace")
    if re.search(NETWORK_PROBLEM, log):
        raise SystemExit(
            f"{subject} could not be fetched: the first build needs a network, later ones do not "
            f"(pip's own words: {INSTALL_LOG})."
        )
    say("\n".join(log.splitlines()[-5:]))
    raise SystemExit(
        f"{subject} could not be installed into .venv; pip's own words are above and in "
        f"{INSTALL_LOG}."
    )


def provide_browser() -> None:
    """Find a browser for the tests; on Debian, as root, install one."""
    if any(find(name) for name in BROWSERS):
        return
    apt_install("build/browser.log", "the browser tests", ["chromium", "fonts-dejavu-core"])
    if not find("chromium"):
        missing = f"No browser was found ({', '.join(BROWSERS[:-1])} or {BROWSERS[-1]})"
        report_missing(missing, "one", "the browser tests")


def install_checkers() -> None:
    """Install the checkers of the page; on Debian, as root, node and Java for them too."""
    log = "build/checkers.log"
    packages = [] if find("node") and find("npm") else ["nodejs", "npm"]
    packages += [] if find("java") else ["default-jre-headless"]
    if packages:
        apt_install(log, "the checkers of the page", packages)
    missing = "" if find("java") else "No Java was found (java)"
    if not (find("node") and find("npm")):
        missing = "No node was found (node and npm, 18.16 or newer)"
    elif not npm_install(log):
        missing = (
            f"tests/checkers/package-lock.json could not be installed (npm's own words: {log})"
        )
    if missing:
        report_missing(missing, "it", "the tests that need it")


def npm_install(log: str) -> bool:
    """Install what ``tests/checkers/package-lock.json`` pins; return whether it is installed."""
    import shutil

    wanted = b"".join(read(path) for path in CHECKERS_PINS)
    if read_record(CHECKERS_MADE) == wanted:
        return True
    say("Installing tests/checkers/package-lock.json into .venv/checkers (a minute if it is new)")
    remove(log)
    remove(CHECKERS)
    os.makedirs(CHECKERS)
    for path in CHECKERS_PINS:
        shutil.copy(path, CHECKERS)
    if not run("npm", "ci", log=log, folder=CHECKERS):
        remove(CHECKERS)
        return False
    write_record(CHECKERS_MADE, wanted)
    return True


def apt_install(log: str, purpose: str, packages: "list[str]") -> None:
    """Install packages if this is Debian, and if root asks; the log says what went wrong."""
    if not os.path.isfile("/etc/debian_version") or os.geteuid() != 0 or not find("apt-get"):
        return
    say(f"Installing for {purpose}: {' '.join(packages)}")
    remove(log)
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    if run("apt-get", "update", log=log):
        run("apt-get", "install", "-y", "--no-install-recommends", *packages, log=log)


def report_missing(missing: str, wanted: str, skipped: str) -> None:
    """Say what is missing, and that tests are skipped; where CI=true, nothing may be missing."""
    if os.environ.get("CI") == "true":
        raise SystemExit(f"{missing}, and CI=true asks for {wanted}.")
    say(f"{missing}: {skipped} are skipped.")


def run(*command: str, log: str = "", folder: str = ".") -> bool:
    """Return whether a command ended well, after adding what it printed to a log, if any."""
    import subprocess

    if not log:
        return subprocess.call(command, cwd=folder) == 0
    os.makedirs(os.path.dirname(log), exist_ok=True)
    with open(log, "ab") as file:
        return subprocess.call(command, cwd=folder, stdout=file, stderr=subprocess.STDOUT) == 0


def find(program: str) -> str:
    """Return the path of a program, or nothing."""
    import shutil

    return shutil.which(program) or ""


def remove(path: str) -> None:
    """Remove a file, a folder or a link, if it is there."""
    import shutil

    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.remove(path)


def read(path: str) -> bytes:
    """Return what is in a file."""
    with open(path, "rb") as file:
        return file.read()


def read_record(path: str) -> bytes:
    """Return what was recorded of an installation that came to its end, or nothing."""
    try:
        return read(path)
    except OSError:
        return b""


def write_record(path: str, content: bytes) -> None:
    """Record of what was installed."""
    with open(path, "wb") as file:
        file.write(content)


def say(sentence: str) -> None:
    """Print a sentence on standard error."""
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2], sys.argv[3:] == ["chosen"])
    except KeyboardInterrupt:
        sys.exit(130)
