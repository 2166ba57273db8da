#pragma once

/// Accepts a connection that does not block and that no started program inherits, without a moment between
/// (accept4 needs _GNU_SOURCE). The descriptor, or -1 with errno.
int cshims_accept(int listener);
