"""Lets torch's build for CUDA load where no CUDA is: `python stubs.py`, by the Python of the environment that is meant.

For every library that torch's own ones ask for and nothing provides, one of that name is compiled, with the symbols that they want
of it: functions that only say that they failed. torch then finds no device and computes on the processor. Needs gcc and readelf.
"""
import re
import subprocess
import tempfile
from pathlib import Path
from sysconfig import get_path

site = Path(get_path("purelib"))
torch = site / "torch" / "lib"


def readelf(flag: str, file: Path) -> str:
    return subprocess.run(["readelf", "-W", flag, str(file)], capture_output=True, text=True).stdout


def needed(file: Path) -> set[str]:
    return set(re.findall(r"\(NEEDED\).*\[(.+?)\]", readelf("-d", file)))


def versions(file: Path) -> dict[str, set[str]]:
    """Versions of symbols that a library wants, by the library it wants them of."""
    found: dict[str, set[str]] = {}
    current = None
    for line in readelf("-V", file).splitlines():
        if match := re.search(r"Version: 1\s+File: (\S+)", line):
            current = found.setdefault(match[1], set())
        elif current is not None and (match := re.search(r"Name: (\S+)\s+Flags", line)):
            current.add(match[1])
    return found


# kind, name and version of a symbol; one without a version is whoever's has it
Symbol = tuple[str, str, str]


def symbols(file: Path) -> tuple[set[Symbol], set[str]]:
    """What a library wants from elsewhere, some of it at the moment it is loaded, and the names of what it has."""
    table = readelf("--dyn-syms", file)
    wanted = re.findall(r"(FUNC|OBJECT|NOTYPE)\s+GLOBAL\s+DEFAULT\s+UND (\w+)(?:@(\S+))?", table)
    return set(wanted), set(re.findall(r"(?:GLOBAL|WEAK|UNIQUE)\s+\w+\s+\d+ (\w+)", table))


def main() -> None:
    libraries = [file for file in torch.glob("*.so*") if file.is_file()]
    here = {file.name for file in site.glob("**/*.so*")}
    system = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True).stdout
    missing = {name for file in libraries for name in needed(file)} - here
    missing = {name for name in missing if not re.search(rf"\s{re.escape(name)} \(", system)}
    wanted: dict[str, set[str]] = {name: set() for name in missing}
    tables = [symbols(file) for file in libraries]
    has = {name for _, own in tables for name in own}
    asked = {symbol for table, _ in tables for symbol in table}
    # those without a version are put into the first library; Python's own come from Python
    loose = {(kind, name, "") for kind, name, version in asked if version == "" and name not in has and not re.match("_?Py|_Z", name)}
    for file in libraries:
        for name, found in versions(file).items():
            if name in wanted:
                wanted[name] |= found
    for i, (name, found) in enumerate(sorted(wanted.items())):
        with tempfile.TemporaryDirectory() as folder:
            source, script = Path(folder, "stub.c"), Path(folder, "stub.map")
            lines, tags = ["char assay_stub;"], []
            for version in [*sorted(found), *([""] if i == 0 else [])]:
                own = sorted({(kind, symbol) for kind, symbol, of in (loose if version == "" else asked) if of == version})
                # whatever is called says that it failed
                lines += [f"char {symbol}[256];" if kind == "OBJECT" else f"int {symbol}(void) {{ return 100; }}" for kind, symbol in own]
                if version != "":
                    tags.append(f"{version} {{ global: {' '.join(f'{symbol};' for _, symbol in own)} }};" if own else f"{version} {{ }};")
            source.write_text("\n".join(lines))
            script.write_text("\n".join(tags))
            command = ["gcc", "-shared", "-fPIC", f"-Wl,-soname,{name}", "-o", str(torch / name), str(source)]
            subprocess.run(command + ([f"-Wl,--version-script={script}"] if tags else []), check=True)
    print(f"{len(wanted)} libraries stood in for")


main()
