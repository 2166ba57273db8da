"""Ogg pages of one logical stream of Vorbis: where each begins and ends, and the frame that it ends with (RFC 3533)."""

from typing import NamedTuple

RATE = 44100


class Page(NamedTuple):
    begin: int
    end: int
    granule: int  # the last frame of the last packet that ends here; -1 when none does


def pages(stream):
    """The whole pages of some bytes that begin with one."""
    begin, found = 0, []
    while stream[begin : begin + 4] == b"OggS" and begin + 27 <= len(stream):
        segments = stream[begin + 26]
        lengths = stream[begin + 27 : begin + 27 + segments]
        end = begin + 27 + segments + sum(lengths)
        if len(lengths) < segments or end > len(stream):
            break
        granule = int.from_bytes(stream[begin + 6 : begin + 14], "little", signed=True)
        found.append(Page(begin, end, granule))
        begin = end
    return found
