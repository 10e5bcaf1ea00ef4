"""What the commands on a whole store do."""

from __future__ import annotations

import argparse

from .answer import Answer, store_of


def backup(options: argparse.Namespace) -> Answer:
    """Write a store into one file."""
    from ..models.backups.backup import backup

    manifest = backup(store_of(options), options.out)
    answer = {"out": str(options.out), "kind": manifest["kind"], "files": len(manifest["files"])}
    return answer, f"{len(manifest['files'])} files of {options.store} written to {options.out}"


def restore(options: argparse.Namespace) -> Answer:
    """Make a store of a backup."""
    from ..models.backups.backup import restore
    from ..models.store.store import CHAMPION

    champion = restore(options.file, options.store).version(CHAMPION)
    label = champion.label if champion else ""
    said = f"champion: {label}, its golden scores reproduced" if label else "nothing was promoted in it yet"
    return {"store": str(options.store), "champion": label}, f"restored to {options.store}; {said}"


def moved(options: argparse.Namespace) -> Answer:
    """Find the artifacts of a store that was moved."""
    from ..models.backups.backup import moved

    before, after = moved(store_of(options))
    said = f"artifacts are now looked for at {after}" if before != after else f"artifacts are at {after}, as they were"
    return {"before": before, "after": after}, said


def upgrade(options: argparse.Namespace) -> Answer:
    """Bring a store's databases to the schemas of what is installed."""
    from ..models.backups.upgrade import upgrade

    store = store_of(options)
    keep = options.backup or store.folder.parent / f"{store.folder.name}-before-upgrade.tar.gz"
    done = upgrade(store, keep)
    answer = {"before": done.before, "after": done.after, "champion": done.champion}
    if done.kept is None:
        return answer | {"backup": None}, f"nothing to do: {options.store} has the schemas of what is installed"
    steps = [f"{name}: {done.before[name]} -> {done.after[name]}" for name in done.before]
    serves = f"champion: {done.champion}, its golden scores reproduced" if done.champion else "nothing promoted yet"
    return answer | {"backup": str(keep)}, "\n".join([*steps, serves, f"the backup from before is {keep}"])
