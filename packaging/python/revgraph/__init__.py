"""Finds the program `rev`, which this package installs."""

import os
import shutil
import sys
import sysconfig

__all__ = ["find"]


def find() -> str:
    """Return the path of the program; raise FileNotFoundError if the package was not installed with it."""
    name = "revgraph" + (sysconfig.get_config_var("EXE") or "")
    schemes = [sysconfig.get_path("scripts")]
    user = "nt_user" if os.name == "nt" else "posix_user"
    if user in sysconfig.get_scheme_names():
        schemes.append(sysconfig.get_path("scripts", scheme=user))
    # `pip install --target` puts it beside the package.
    schemes.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bin"))
    for folder in schemes:
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            return path
    path = shutil.which(name, path=os.path.dirname(sys.executable)) or shutil.which(name)
    if path is None:
        raise FileNotFoundError(f"{name} is in none of {', '.join(schemes)}: install the package again")
    return path
