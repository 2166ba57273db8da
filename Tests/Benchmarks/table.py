"""The table: a line for each thing measured, its bound, and what others did beside it in the same run."""

import operator

TESTS = {"≤": operator.le, "≥": operator.ge, "<": operator.lt}


class Row:
    def __init__(self, what, measured, bound, beside=""):
        """A bound is (value, sign, limit), with the unit behind if there is one."""
        self.what, self.measured, self.bound, self.beside = what, measured, bound, beside

    @staticmethod
    def missing(what, program):
        return Row(what, f"not measured: {program} is not installed", None)

    def __str__(self):
        return f"| {self.what} | {self.measured} | {self._verdict()} | {self.beside} |"

    def _verdict(self):
        if not self.bound:
            return ""
        value, sign, limit, *unit = self.bound
        words = " ".join((sign, str(limit), *unit))
        return words if TESTS[sign](value, limit) else f"{words}, **missed**"
