"""What ``import paybench as pb`` offers: everything by its name, nothing loaded before it is used."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from types import ModuleType

import paybench as pb


def test_a_function_keeps_its_name_where_its_module_is_called_the_same() -> None:
    # Importing a submodule puts the module into its package under its own name; a name on the menu stays what it is.
    for module in ("paybench.models.judge.backtest", "paybench.models.training.train", "paybench.score"):
        import_module(module)
    functions: list[object] = [pb.score, pb.models.train, pb.models.backtest]
    for function in functions:
        assert callable(function)
        assert not isinstance(function, ModuleType)

    # And the modules can be imported from all the same.
    from paybench.score import COLUMNS, score

    assert functions[0] is score
    assert "p_late" in COLUMNS


def test_every_name_on_a_menu_is_there() -> None:
    for package in (pb, pb.models, pb.explain, pb.features):
        for name in package.__all__:
            assert getattr(package, name) is getattr(package, name), f"{package.__name__}.{name}"
            assert name in dir(package)


def test_importing_paybench_loads_no_learning_library() -> None:
    heavy = ["lightgbm", "sklearn", "scipy", "matplotlib", "mlflow", "optuna", "shap"]
    code = f"import paybench, sys; print([name for name in {heavy} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"
