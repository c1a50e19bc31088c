"""How many distinct representatives do members have? A maximum bipartite matching by augmenting paths."""

import numpy as np

from matcher.solver.kernel.cache import compiled
from matcher.solver.kernel.records import Array

FREE = -1
"""No partner, no edge."""


@compiled
def matching_size(left: Array, right: Array, members: Array) -> int:
    """Maximum matching between left and right labels, an edge for each member whose labels are both >= 0."""
    edges = 0
    taking_part = np.empty(members.shape[0], np.int64)
    for member in members:
        if left[member] >= 0 and right[member] >= 0:
            taking_part[edges] = member
            edges += 1
    edge_left = np.empty(edges, np.int64)
    edge_right = np.empty(edges, np.int64)
    left_count = _number(left, taking_part[:edges], edge_left)
    right_count = _number(right, taking_part[:edges], edge_right)
    if right_count == edges:
        return left_count
    if left_count == edges:
        return right_count
    partner = np.full(right_count, FREE)
    size = 0
    for source in range(left_count):
        end, parent_edge = _augmenting_path(source, left_count, edge_left, edge_right, partner)
        if end != FREE:
            _swap_along(source, end, parent_edge, edge_left, partner)
            size += 1
    return size


@compiled
def _number(labels: Array, members: Array, numbers: Array) -> int:
    """Write into `numbers` (k,) 0, 1, 2, … for each member's label in the order they come; return how many differ."""
    names = np.empty(members.shape[0], np.int64)
    count = 0
    for position in range(members.shape[0]):
        label = labels[members[position]]
        number = 0
        while number < count and names[number] != label:
            number += 1
        if number == count:
            names[number] = label
            count += 1
        numbers[position] = number
    return count


@compiled
def _augmenting_path(
    source: int, left_count: int, edge_left: Array, edge_right: Array, partner: Array
) -> tuple[int, Array]:
    """Look breadth first for a free right label; return it, or FREE, and the edge by which each label was reached."""
    parent_edge = np.full(partner.shape[0], FREE)
    queue = np.empty(left_count, np.int64)
    queue[0] = source
    head, tail = 0, 1
    while head < tail:
        here = queue[head]
        head += 1
        for edge in range(edge_left.shape[0]):
            label = edge_right[edge]
            if edge_left[edge] != here or parent_edge[label] != FREE:
                continue
            parent_edge[label] = edge
            if partner[label] == FREE:
                return label, parent_edge
            queue[tail] = partner[label]
            tail += 1
    return FREE, parent_edge


@compiled
def _swap_along(source: int, end: int, parent_edge: Array, edge_left: Array, partner: Array) -> None:
    """Give each right label on the path from `end` back to `source` the left label that reached it."""
    here = end
    while True:
        label = edge_left[parent_edge[here]]
        before = FREE
        if label != source:
            for other in range(partner.shape[0]):
                if partner[other] == label:
                    before = other
                    break
        partner[here] = label
        if before == FREE:
            return
        here = before
