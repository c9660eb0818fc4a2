"""The β with which Nesterov's method keeps its promise (lesson 9)."""

from __future__ import annotations

import numpy as np

from lessons_lib.arguments import Array, whole_number


def growing_betas(n: int) -> Array:
    """Return β_1 … β_n of the original method, which rises from 0 towards 1.

    From t_1 = 1 on, t_{k+1} = (1 + √(1 + 4 t_k²))/2 and β_k = (t_k - 1)/t_{k+1}. After step k the
    look-ahead point is θ_k + β_k (θ_k - θ_{k-1}). With a learning rate of at most 1/L, a convex
    loss whose curvatures are at most L is then above its minimum by no more than
    2 |θ_0 - θ*|²/(lr (k + 1)²).

    Source: Nesterov, "A method of solving a convex programming problem with convergence rate
    O(1/k²)", Soviet Mathematics Doklady 27, 1983; with this constant in theorem 4.4 of Beck and
    Teboulle, "A Fast Iterative Shrinkage-Thresholding Algorithm for Linear Inverse Problems", SIAM
    Journal on Imaging Sciences 2(1), 2009.

    Parameters
    ----------
    n : int
        How many.

    Returns
    -------
    ndarray, shape (n,)
        The first is 0; 1 - β_k is about 3/k.
    """
    n = whole_number("n", n)
    t = np.ones(n + 1)
    for k in range(n):
        t[k + 1] = (1 + np.sqrt(1 + 4 * t[k] ** 2)) / 2
    betas: Array = (t[:-1] - 1) / t[1:]
    return betas
