#pragma once
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <time.h>

// <poll.h> declares it for _GNU_SOURCE alone, which is not to be set for one function.
int ppoll(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);
