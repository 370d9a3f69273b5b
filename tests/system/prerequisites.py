"""Lists what `make test-system` needs from the operating system and does not find.

`python tests/system/prerequisites.py` explains what is missing and fails; with `--debian` it
prints the Debian packages that provide it, and nothing else. It needs the standard library only.
"""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
from pathlib import Path
from shutil import which


def has_program(*names: str) -> bool:
    """Return whether all these programs are installed."""
    # Debian keeps servers in a folder that is not in everybody's PATH.
    return all(which(name) or Path("/usr/sbin", name).exists() for name in names)


def has_icu() -> bool:
    """Return whether PyICU can find ICU's headers."""
    if not has_program("pkg-config"):
        return False
    command = ["pkg-config", "--exists", "icu-i18n"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def has_python_headers() -> bool:
    """Return whether C extensions can be compiled for this Python."""
    return Path(sysconfig.get_path("include"), "Python.h").exists()


def has_java() -> bool:
    """Return whether there is a Java that Spark runs on."""
    if not has_program("java"):
        return False
    done = subprocess.run(["java", "-version"], check=False, capture_output=True, text=True)
    version = re.search('version "([0-9]+)', done.stderr)
    return version is not None and int(version[1]) >= 17


# What is needed, what for, the Debian package, and how to look for it.
NEEDED = (
    ("a C++ compiler", "PyICU", "g++", lambda: has_program("c++")),
    ("pkg-config", "PyICU", "pkg-config", lambda: has_program("pkg-config")),
    ("ICU's headers", "PyICU", "libicu-dev", has_icu),
    ("Python's headers", "PyICU", "python3-dev", has_python_headers),
    (
        "MariaDB's server",
        "feeds into MariaDB",
        "mariadb-server",
        lambda: has_program("mariadbd", "mariadb-install-db"),
    ),
    ("Java 17 or later", "Apache Spark", "default-jre-headless", has_java),
)


def main() -> None:
    """Explain what is missing, or print the packages that provide it."""
    missing = [needed for needed in NEEDED if not needed[3]()]
    packages = " ".join(package for _, _, package, _ in missing)
    if sys.argv[1:] == ["--debian"]:
        sys.stdout.write(f"{packages}\n")
    elif missing:
        lines = [f"  {what}, for {why}" for what, why, _, _ in missing]
        sys.exit(
            "make test-system needs these, and this machine lacks them:\n"
            + "\n".join(lines)
            + f"\nOn Debian or Ubuntu: apt-get install {packages}"
        )


if __name__ == "__main__":
    main()
