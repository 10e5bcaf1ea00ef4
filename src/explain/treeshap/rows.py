"""The contributions on rows: for many rows group by group, for few rows all groups at once; the same to the bit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .games import digits_of, shapley, starts, table
from .leaves import CATEGORIES, NAN_IS_MISSING, NO_MISSING, Floats
from .patterns import DENSE, SPARSE, STATELESS, WIDE, Arrays

ZERO = float(np.float32(1e-35))
"""Up to here LightGBM takes a number for zero."""


@dataclass(frozen=True)
class Rows:
    """Tables at work; the attributes are those of :class:`.treeshap.Tables`."""

    features: int
    outputs: int
    values: Floats
    plan: Arrays
    lines: Floats

    @cached_property
    def _expected(self) -> Floats:
        """(outputs,) the value without any feature."""
        p, expected = self.plan, np.zeros(self.outputs)
        trees = np.repeat(p["groups"][:, 0], np.diff(p["leaves_at"])).tolist()
        for leaf, (tree, value) in enumerate(zip(trees, self.values[p["leaves"]].tolist(), strict=True)):
            expected[tree % self.outputs] += value * p["ratios"][p["ratios_at"][leaf] : p["ratios_at"][leaf + 1]].prod()
        return expected

    def _codes(self, X: Floats) -> list[NDArray[Any]]:
        """The code of every row in every column."""
        by_feature = np.ascontiguousarray(X.T)
        missing, nothing = np.isnan(by_feature), ~(np.abs(by_feature) > ZERO)
        filled = np.where(nothing, 0.0, by_feature)
        known: dict[int, NDArray[np.intp]] = {}
        found = []
        for feature, kind, sought in self._columns:
            if kind == CATEGORIES:
                if feature not in known:
                    x, top = by_feature[feature], len(sought) - 1
                    known[feature] = np.where((x > -1) & (x < top), x, -1.0).astype(np.intp) + 1
                found.append(sought[known[feature]])
                continue
            codes = sought.searchsorted(filled[feature]).astype(self._code)
            codes += self._code(1)
            if kind != NO_MISSING:
                codes[missing[feature] if kind == NAN_IS_MISSING else nothing[feature]] = 0
            found.append(codes)
        return found

    @cached_property
    def _code(self) -> type[np.unsignedinteger[Any]]:
        return np.uint16 if np.diff(self.plan["thresholds_at"]).max(initial=0) < 2**16 - 2 else np.uint32

    @cached_property
    def _columns(self) -> list[tuple[int, int, NDArray[Any]]]:
        """Feature, kind, and the thresholds; of categories the codes of: none of them, 0, 1, ..."""
        p, found, top = self.plan, [], dict[int, int]()
        own = [p["thresholds"][a:b] for a, b in pairwise(p["thresholds_at"].tolist())]
        for (feature, kind), thresholds in zip(p["columns"].tolist(), own, strict=True):
            if kind == CATEGORIES:
                top[feature] = max(top.get(feature, 0), int(thresholds.max(initial=-1)) + 1)
        for (feature, kind), thresholds in zip(p["columns"].tolist(), own, strict=True):
            if kind == CATEGORIES:
                outside = np.ones(top[feature] + 1, self._code)
                outside[thresholds.astype(np.intp) + 1] = 0
                thresholds = outside
            found.append((feature, kind, thresholds))
        return found

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        return starts(self.plan)

    @cached_property
    def _work(self) -> list[list[_Work]]:
        """What is to be done, tree by tree, group by group."""
        p, code = self.plan, self._code
        trees: list[list[_Work]] = [[] for _ in p["values_at"][1:]]
        for g, (tree, kind, states) in enumerate(p["groups"].tolist()):
            number = np.uint16 if kind == DENSE else np.int64  # weights may be negative: sums are right modulo 2**16
            steps = [
                (column, code(bound), number(weight % 2**16 if kind == DENSE else weight))
                for column, bound, weight in p["steps"][p["steps_at"][g] : p["steps_at"][g + 1]].tolist()
            ]
            looks = [
                (int(p["looks"][i]), self.lines[self._starts[i] : self._starts[i + 1]])
                for i in range(p["looks_at"][g], p["looks_at"][g + 1])
            ]
            trees[tree].append(_Work(g, kind, states, steps, looks))
        return trees

    def many(self, X: Floats) -> Floats:
        """(n, outputs * (features + 1)) contributions, group by group for all rows at once."""
        n, blocks = len(X), self.plan["blocks"].tolist()
        sums = np.zeros((self.outputs, self.features + 1, n))
        codes = self._codes(X)
        above, line, place = np.empty(n, np.bool_), np.empty((n, WIDE)), np.empty(n, np.intp)
        state, weighted = np.empty(n, np.uint16), np.empty(n, np.uint16)
        spare: list[Floats] = []
        for t, works in enumerate(self._work):
            held: dict[int, Floats] = {}
            for work in works:
                looks, at = work.looks, place
                if work.kind == DENSE:
                    state[:] = 0
                    for column, bound, weight in work.steps:
                        np.greater(codes[column], bound, out=above)
                        np.multiply(above.view(np.uint8), weight, out=weighted)
                        np.add(state, weighted, out=state)
                    np.copyto(place, state)
                else:
                    at, own = self._sparse(work, codes)
                    looks = [(block, own[i]) for i, (block, _) in enumerate(looks)]
                for block, table_ in looks:
                    if block in held:
                        table_.take(at, 0, line, "wrap")
                        held[block] += line
                    else:
                        held[block] = spare.pop() if spare else np.empty((n, WIDE))
                        table_.take(at, 0, held[block], "wrap")
            for block, own in held.items():
                for slot, feature in enumerate(blocks[block]):
                    if feature >= 0:
                        sums[t % self.outputs, feature] += own[:, slot]
                spare.append(own)
        sums[:, -1] = self._expected[:, None]
        return sums.reshape(-1, n).T

    def few(self, X: Floats) -> Floats:
        """The same to the bit, row by row for all groups at once."""
        p, width, flat = self.plan, self.features + 1, self._flat
        columns, bounds, weights = p["steps"].T
        codes = self._codes(X)
        codes_at = np.array(codes, dtype=np.int64).reshape(-1, len(X)).T.copy()
        stateless = [(work.group, self._sparse(work, codes)[1]) for work in self._stateless]
        found = np.empty((len(X), self.outputs * width))
        for i, code in enumerate(codes_at):
            sums = np.concatenate([[0], np.cumsum((code[columns] > bounds) * weights)])
            state = sums[p["steps_at"][1:]] - sums[p["steps_at"][:-1]]
            line = self._few_sparse(state)
            line[flat.dense] = self.lines[flat.begin + state[flat.dense_group]]
            for group, own in stateless:
                line[p["looks_at"][group] : p["looks_at"][group + 1]] = own[:, i]
            held = np.bincount(flat.slots, line.ravel(), p["blocks"].size)
            found[i] = np.bincount(flat.places, held, self.outputs * width + 1)[:-1]
        found[:, width - 1 :: width] = self._expected
        return found

    def _few_sparse(self, state: NDArray[np.int64]) -> Floats:
        """(looks, 4) lines of one row in the groups without tables."""
        p, flat = self.plan, self._flat
        if not len(flat.players):
            return np.zeros((len(p["looks"]), WIDE))
        members = p["members"][flat.part_members + state[flat.part_group] // flat.part_stride % flat.part_size]
        satisfied = np.bincount(flat.part_player, ~members, len(p["players"])) == 0
        gained = np.zeros(len(p["players"]))
        for leaf_values, players in flat.by_length:
            gained[players] = shapley(satisfied[players], p["ratios"][players]) * leaf_values
        sums = np.bincount(flat.player_slots, gained[flat.players], p["looks"].size * WIDE)
        return np.asarray(sums, dtype=np.float64).reshape(-1, WIDE)

    @cached_property
    def _stateless(self) -> list[_Work]:
        return [work for works in self._work for work in works if work.kind == STATELESS]

    @cached_property
    def _flat(self) -> _Flat:
        """What :meth:`few` looks up of every group, leaf and condition."""
        p, out = self.plan, self.outputs * (self.features + 1)
        trees, kinds, _ = p["groups"].T
        group = np.repeat(np.arange(len(kinds)), np.diff(p["looks_at"]))
        dense = kinds[group] == DENSE
        first = np.zeros(len(p["blocks"]), np.int64)
        first[p["looks"]] = trees[group] % self.outputs * (self.features + 1)
        length = np.diff(p["players_at"])
        leaf_group = np.repeat(np.arange(len(kinds)), np.diff(p["leaves_at"]))
        sparse = kinds[leaf_group] == SPARSE
        part_leaf = np.repeat(np.arange(len(length)), np.diff(p["parts_at"]))
        parts = np.flatnonzero(sparse[part_leaf])
        players = np.flatnonzero(np.repeat(sparse, length))
        slot_of = {
            (g, feature): look * WIDE + slot
            for g in np.flatnonzero(kinds == SPARSE).tolist()
            for look in range(p["looks_at"][g], p["looks_at"][g + 1])
            for slot, feature in enumerate(p["blocks"][p["looks"][look]].tolist())
        }
        player_group = np.repeat(leaf_group, length)[players].tolist()
        by_length = [
            (self.values[p["leaves"][own]], p["players_at"][own] + np.arange(k)[:, None])
            for k in np.unique(length[sparse]).tolist()
            for own in [np.flatnonzero(sparse & (length == k))]
        ]
        return _Flat(
            dense=dense,
            dense_group=group[dense],
            begin=self._starts[:-1][dense],
            slots=(p["looks"][:, None] * WIDE + np.arange(WIDE)).ravel(),
            places=np.where(p["blocks"] < 0, out, p["blocks"] + first[:, None]).ravel(),
            part_group=leaf_group[part_leaf[parts]],
            part_player=p["players_at"][part_leaf[parts]] + p["parts"][parts, 0],
            part_stride=np.maximum(1, p["parts"][parts, 2]),
            part_size=np.diff(p["members_at"])[parts],
            part_members=p["members_at"][parts],
            players=players,
            player_slots=np.array(
                [slot_of[key] for key in zip(player_group, p["players"][players].tolist(), strict=True)], dtype=np.int64
            ),
            by_length=by_length,
        )

    def _sparse(self, work: _Work, codes: Any) -> tuple[NDArray[np.intp], Floats]:
        """Lines of a group without a table, for the states that occur, and where each row finds its own."""
        n = len(codes[0])

        def digits(column: int, stride: int, size: int) -> NDArray[np.int64]:
            return sum(
                ((codes[c] > bound) * weight // stride for c, bound, weight in work.steps if c == column),
                np.zeros(n, np.int64),
            )

        if work.kind == STATELESS:
            return np.arange(n), table(self.plan, self.values, work.group, digits, n)
        state = sum(((codes[c] > bound) * weight for c, bound, weight in work.steps), np.zeros(n, np.int64))
        seen, at = _distinct(state, work.states)
        return at, table(self.plan, self.values, work.group, digits_of(seen), len(seen))


class _Flat(NamedTuple):
    """Positions among all look-ups, conditions and players, in the order in which :meth:`Rows.many` adds."""

    dense: NDArray[np.bool_]
    dense_group: NDArray[np.int64]
    begin: NDArray[np.int64]
    slots: NDArray[np.int64]
    places: NDArray[np.int64]
    part_group: NDArray[np.int64]
    part_player: NDArray[np.int64]
    part_stride: NDArray[np.int64]
    part_size: NDArray[np.int64]
    part_members: NDArray[np.int64]
    players: NDArray[np.int64]
    player_slots: NDArray[np.int64]
    by_length: list[tuple[Floats, NDArray[np.int64]]]


class _Work(NamedTuple):
    """A group: steps to its state on a row (column, bound, weight), and what to look up (block, lines)."""

    group: int
    kind: int
    states: int
    steps: list[tuple[int, Any, Any]]
    looks: list[tuple[int, Floats]]


def _distinct(state: NDArray[np.int64], states: int) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """The states that occur, and where each row's is among them."""
    if states > 16 * len(state):
        return np.unique(state, return_inverse=True)
    place = np.zeros(states, np.intp)
    place[state] = 1
    seen = np.flatnonzero(place)
    place[seen] = np.arange(len(seen))
    return seen, place[state]
