"""The pages: one blueprint a file, thin. `BLUEPRINTS` is what the app registers, in this order."""

import importlib
import pkgutil

from flask import Blueprint


def _found() -> list[Blueprint]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [importlib.import_module(f"{__name__}.{name}").bp for name in names]


BLUEPRINTS = _found()
