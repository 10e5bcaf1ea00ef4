"""Settings of the pipelines: one frozen dataclass, read from params.yaml, where each value has its unit and reason."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import yaml

from paybench import PaybenchError

PARAMS = Path(__file__).with_name("params.yaml")


_LEAST = {"trials": 1, "minutes": 0, "workers": 1, "seed": 0, "cell_timeout": 1}


@dataclass(frozen=True)
class Settings:
    """Whole numbers; params.yaml says what each means.

    Raises
    ------
    PaybenchError
        If one is not a whole number, or too small.
    """

    trials: int
    minutes: int
    workers: int
    seed: int
    cell_timeout: int

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            value = getattr(self, name)
            if type(value) is not int or value < least:
                raise PaybenchError(f"The setting '{name}' is {value!r}; give a whole number, at least {least}.")


def read_settings(file: Path = PARAMS) -> Settings:
    """The settings in a YAML file; every one has to be there.

    Raises
    ------
    PaybenchError
        If the file cannot be read, or a setting is unknown, missing, of the wrong type or too small.
    """
    names = [f.name for f in fields(Settings)]
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise PaybenchError(f"The settings at {file} cannot be read ({error}); give another --params.") from None
    except yaml.YAMLError:
        raise PaybenchError(f"{file} is not YAML; write one line per setting, like 'trials: 12'.") from None
    if not isinstance(found, dict):
        raise PaybenchError(f"{file} holds no settings; write one line each for {', '.join(names)}.")
    unknown = [str(name) for name in found if name not in names]
    missing = [name for name in names if name not in found]
    if unknown:
        raise PaybenchError(f"{file} has the unknown setting '{unknown[0]}'; allowed are {', '.join(names)}.")
    if missing:
        raise PaybenchError(f"{file} lacks the setting '{missing[0]}'; needed are {', '.join(names)}.")
    return Settings(**found)
