internal import Glibc
internal import Media

// Started by the daemon only, with a socket as standard input and output.
exit(WorkerMain.run())
